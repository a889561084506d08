import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const here = fileURLToPath(new URL('../', import.meta.url));

/** What is rendered: every overlay, and all options together. */
export const kustomizations = [...readdirSync(`${root}k8s/overlays`).map((name) => `k8s/overlays/${name}`), 'test/Deployment.Tests/everything'];

/** Why nothing can be rendered here, or false: components came with kustomize 4, which kubectl has since 1.21 and names since 1.24. */
export const nothingRenders = (() => {
  const version = spawnSync('kubectl', ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  const kustomize = version.status === 0 ? JSON.parse(version.stdout).kustomizeVersion : undefined;
  return Number.parseInt(kustomize?.slice(1), 10) >= 4 ? false : 'kubectl 1.24 or newer is missing';
})();

/** The documents of a kustomization. */
export function render(kustomization) {
  const kubectl = spawnSync('kubectl', ['kustomize', root + kustomization], { encoding: 'utf8' });
  if (kubectl.status !== 0) {
    throw new Error(kubectl.stderr);
  }

  return parseAllDocuments(kubectl.stdout).map((document) => document.toJS());
}

/**
 * What Kubernetes' schema has against documents. Each is written as a constant of its kind's type and given to the compiler, which also refuses members that the schema
 * does not know; by itself a schema lets them pass, and so would an API server.
 */
export function violations(documents) {
  const sources = new Map(documents.map((document, index) => [`${here}document-${index}.ts`, sourceOf(document)]));
  const options = { noEmit: true, strict: true, skipLibCheck: true, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, target: ts.ScriptTarget.ESNext, types: [] };
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile;
  host.getSourceFile = (name, ...rest) => (sources.has(name) ? ts.createSourceFile(name, sources.get(name), ts.ScriptTarget.ESNext) : read(name, ...rest));
  return ts.getPreEmitDiagnostics(ts.createProgram([...sources.keys()], options, host)).map(sentence);
}

function sourceOf(document) {
  const type = `I${document.kind}`;
  return `import { ${type} } from 'kubernetes-models/${document.apiVersion}/${document.kind}';\nexport const document: ${type} = ${JSON.stringify(document, null, 2)};\n`;
}

function sentence(diagnostic) {
  const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
  const line = diagnostic.file ? diagnostic.file.text.slice(diagnostic.start).split('\n', 1)[0] : '';
  return `${line}: ${message}`;
}
