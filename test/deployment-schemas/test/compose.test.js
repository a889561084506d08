import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCompose, violations } from '../src/compose.js';

test("compose.yaml is what Compose's schema wants", () => assert.deepEqual(violations(readCompose()), []));

for (const [what, spoil] of Object.entries({
  'an unknown member of a service': (compose) => (compose.services.proxy.port = ['8090:8090']),
  'an unknown member beside the services': (compose) => (compose.secret = {}),
  'a word in place of a list': (compose) => (compose.services.postgres.secrets = 'postgres-password'),
})) {
  test(`${what} is found`, () => {
    const compose = readCompose();
    spoil(compose);
    assert.notDeepEqual(violations(compose), []);
  });
}
