import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import WebSocket from 'ws';
import { OrchestratorClient } from '../src/index.js';
import { noServer, Server } from './server.js';

const PING = '{"type":6}\x1e';

// With SignalR's own times a server that hangs is noticed after 15 s at the earliest.
const options = { skip: noServer, timeout: 60_000 };
const NOTICED_MS = 12_000;

/** A client with default times, what becomes of its connection, and the pings that it hears and sends. */
async function connected(t, url) {
  const pings = { heard: 0, sent: 0 };
  const counting = class extends WebSocket {
    constructor(...args) {
      super(...args);
      this.on('message', (data) => { pings.heard += Number(data.toString() === PING); });
    }

    send(data, ...args) {
      pings.sent += Number(data.toString() === PING);
      super.send(data, ...args);
    }
  };
  const client = new OrchestratorClient({ url, httpOptions: { WebSocket: counting } });
  t.after(() => client.close());
  const changes = [];
  client.on('connection', ({ state }) => changes.push(state));
  await client.connect();
  return { client, changes, pings };
}

/** Waits until there is no reason left to wait. */
async function eventually(reason, ms) {
  for (const end = performance.now() + ms; reason(); await new Promise((resolve) => setTimeout(resolve, 10))) {
    assert.ok(performance.now() < end, reason() ?? undefined);
  }
}

test('A gateway that hangs is left for the next one', options, async (t) => {
  const [hanging, next] = await Promise.all([Server.start(t), Server.start(t)]);
  const { client, changes } = await connected(t, [hanging.url, next.url]);
  hanging.hang();
  await eventually(() => changes.includes('lost') ? null : `the connection counts as ${changes.at(-1)}`, NOTICED_MS);
  await eventually(() => changes.includes('resumed') ? null : `the connection is ${changes.at(-1)}`, NOTICED_MS);
  assert.equal(client.url, next.url);
  assert.ok((await client.getOrchestratorVersion()).orchestratorVersion);
});

test('A gateway that is killed is left for the next one', options, async (t) => {
  const [killed, next] = await Promise.all([Server.start(t), Server.start(t)]);
  const { client, changes } = await connected(t, [killed.url, next.url]);
  killed.kill();
  await once(killed.process, 'exit');
  await eventually(() => changes.at(-1) === 'resumed' ? null : `the connection is ${changes.at(-1)}`, NOTICED_MS);
  assert.deepEqual(changes, ['connected', 'lost', 'resumed']);
  assert.equal(client.url, next.url);
});

test('A connection on which nothing happens stays', options, async (t) => {
  const { changes, pings } = await connected(t, (await Server.start(t)).url);
  await eventually(() => pings.heard >= 6 && pings.sent >= 3 || changes.includes('lost') ? null : `pings: ${JSON.stringify(pings)}`, 30_000);
  assert.deepEqual(changes, ['connected']);
});
