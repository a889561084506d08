import assert from 'node:assert/strict';
import test from 'node:test';
import { positionAt } from '../src/index.js';
import { inSession, quiet, record, stamp } from './fakes.js';

const update = (eventId, eventData) => ({ eventId, eventData });

/** The session after these events. */
async function after(...updates) {
  const { client, hub } = await inSession();
  updates.forEach((u, i) => hub.push('SessionUpdated', u, stamp(6 + i)));
  await quiet();
  return client.session;
}

const member = (session, userId) => session.sessionUserDefinitions.find((m) => m.userId === userId);

test('User data is shown at its member, and an empty one not at all', async () => {
  const changed = await after(update('USER_DATA_UPDATED', { userId: 'ada', userData: { voice: true } }));
  assert.deepEqual(member(changed, 'ada').userData, { voice: true });
  assert.equal(member(changed, 'ben').userData, undefined);
  const cleared = await after(
    update('USER_DATA_UPDATED', { userId: 'ada', userData: { voice: true } }),
    update('USER_DATA_UPDATED', { userId: 'ada', userData: {} }),
  );
  assert.deepEqual(cleared, record('ada', 'ben'));
});

test('A member is in the room that it entered last', async () => {
  const moved = await after(
    update('USER_JOINED_ROOM', { userId: 'ada', roomId: 'foyer' }),
    update('USER_LEFT_ROOM', { userId: 'ada', roomId: 'foyer' }),
    update('USER_JOINED_ROOM', { userId: 'ada', roomId: 'stage' }),
  );
  assert.equal(member(moved, 'ada').roomId, 'stage');
  const left = await after(update('USER_JOINED_ROOM', { userId: 'ada', roomId: 'foyer' }), update('USER_LEFT_ROOM', { userId: 'ada', roomId: 'foyer' }));
  assert.deepEqual(left, record('ada', 'ben'));
});

test('The clock of the scenario follows its director', async () => {
  const clock = { positionMs: 0, atMs: 1_000, rate: 1, run: 1 };
  const started = await after(update('SCENARIO_STARTED', { userId: 'ada', ...clock }));
  assert.deepEqual(started.scenarioClock, { state: 'running', ...clock });
  assert.equal(positionAt(started.scenarioClock, 3_500), 2_500);

  const faster = await after(
    update('SCENARIO_STARTED', { userId: 'ada', ...clock }),
    update('SCENARIO_RATE_CHANGED', { userId: 'ada', positionMs: 2_000, atMs: 3_000, rate: 2, run: 1 }),
  );
  assert.equal(faster.scenarioClock.state, 'running');
  assert.equal(positionAt(faster.scenarioClock, 4_000), 4_000);

  const paused = await after(
    update('SCENARIO_STARTED', { userId: 'ada', ...clock }),
    update('SCENARIO_PAUSED', { userId: 'ada', positionMs: 500, atMs: 1_500, rate: 1, run: 1 }),
    update('SCENARIO_SEEKED', { userId: 'ada', positionMs: 9_000, atMs: 2_000, rate: 1, run: 1 }),
  );
  assert.equal(paused.scenarioClock.state, 'paused');
  assert.equal(positionAt(paused.scenarioClock, 60_000), 9_000);
});

test('A timed event changes nothing but is told, and packets come as they are', async () => {
  const { client, hub, story } = await inSession();
  const packets = [];
  client.on('dataReceived', (packet) => packets.push(packet));
  hub.push('SessionUpdated', update('SCENARIO_EVENT', { userId: '', eventId: 'curtain', elapsedMs: 5 }), stamp(6));
  hub.push('DataReceived', { userId: 'ada', kind: 'video', description: '', data: 'AAAA', seq: 7, prev: 6 });
  await quiet();
  assert.deepEqual(client.session, record('ada', 'ben'));
  assert.deepEqual(story, ['SCENARIO_EVENT:']);
  assert.deepEqual(packets.map((p) => p.seq), [7]);
});
