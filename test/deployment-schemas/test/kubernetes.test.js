import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kustomizations, nothingRenders, render, violations } from '../src/kubernetes.js';

const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'orchestrator' }, spec: { ports: [{ port: 8090 }] } };

for (const kustomization of kustomizations) {
  test(`${kustomization} is what Kubernetes' schema wants`, { skip: nothingRenders }, () => {
    const documents = render(kustomization);
    assert.ok(documents.length > 5, 'it renders');
    assert.deepEqual(violations(documents), []);
  });
}

for (const [what, document] of Object.entries({
  'an unknown member': { ...service, spec: { ...service.spec, sessionAfinity: 'ClientIP' } },
  'a number in place of a word': { ...service, metadata: { name: 8090 } },
  'a word that is none of the possible': { ...service, spec: { ...service.spec, sessionAffinity: 'Cookie' } },
  'a member that is missing': { ...service, spec: { ports: [{ name: 'http' }] } },
  'a kind that does not exist': { ...service, kind: 'Servise' },
})) {
  test(`${what} is found`, () => assert.notDeepEqual(violations([service, document]), []));
}

test('nothing is found where nothing is wrong', () => assert.deepEqual(violations([service]), []));
