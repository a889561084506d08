import assert from 'node:assert/strict';
import test from 'node:test';
import { OrchestratorClient } from '../src/index.js';
import { Cable } from './cable.js';

const url = process.env.ORCHESTRATOR_URL;
const options = { skip: url ? false : 'ORCHESTRATOR_URL is not set', timeout: 30_000 };
const scenarioDefinition = { scenarioId: 'integration' };

/** The next event of a name that fits. */
const next = (client, name, fits = () => true) => new Promise((resolve) => {
  const stop = client.on(name, (event) => {
    if (fits(event)) {
      stop();
      resolve(event);
    }
  });
});

async function people(t, ...names) {
  const cable = await Cable.to(url);
  const clients = names.map((_, i) => new OrchestratorClient({ url: i === 0 ? cable.url : url, reconnect: { firstMs: 20 } }));
  t.after(() => {
    clients.forEach((c) => c.close());
    cable.close();
  });
  for (const [i, client] of clients.entries()) {
    await client.connect();
    await client.login({ userName: names[i] });
  }

  return { cable, clients };
}

test('The version is known before login', options, async (t) => {
  const client = new OrchestratorClient({ url });
  t.after(() => client.close());
  await client.connect();
  assert.match((await client.getOrchestratorVersion()).orchestratorVersion, /^\d+\./);
  await assert.rejects(client.getSessions(), { error: 204, code: 'notLoggedIn' });
  await assert.rejects(client.login({ token: 'not one' }), { error: 206, code: 'credentialsInvalid' });
});

test('The clock of the server is known before login', options, async (t) => {
  const client = new OrchestratorClient({ url });
  t.after(() => client.close());
  await client.connect();
  const { offsetMs, errorMs } = await client.clock.sync();
  assert.ok(errorMs < 1_000);
  // Client and server of this test share one clock, but for how it is read.
  assert.ok(Math.abs(offsetMs) <= errorMs + 20, `${offsetMs} ± ${errorMs}`);
  assert.ok(Math.abs((await client.getNTPTime()).ntpTimeMs - client.clock.now()) < 2_000);
});

test('A session from its beginning to its end', options, async (t) => {
  const { clients: [ada, ben] } = await people(t, 'Ada', 'Ben');
  const { sessionId } = await ada.addSession({ sessionName: 'One', scenarioDefinition });
  assert.equal(ada.isMaster, true);
  const joined = next(ada, 'sessionUpdated', ({ eventId }) => eventId === 'USER_JOINED_SESSION');
  await ben.joinSession({ sessionId });
  await joined;
  assert.deepEqual(ada.session, ben.session);

  const heard = [];
  ada.on('messageSent', ({ message }) => heard.push(message));
  await ada.sendMessageToAll({ message: { any: ['json'] } });
  assert.deepEqual(heard, [{ any: ['json'] }], 'the own message comes before the reply');

  const toMaster = next(ada, 'sceneEventToMaster');
  await ben.sendSceneEventToMaster({ event: 'please' });
  assert.deepEqual(await toMaster, { sceneEventFrom: ben.user.userId, sceneEventData: 'please' });
  await assert.rejects(ben.sendSceneEventToAllUsers({ event: 1 }), { error: 3012, code: 'notMaster' });

  const masterChanged = next(ben, 'sessionUpdated', ({ eventId }) => eventId === 'MASTER_CHANGED');
  await ada.leaveSession();
  await masterChanged;
  await ben.sendSceneEventToAllUsers({ event: 'mine now' });
  await ben.leaveSession();
  await ada.deleteSession({ sessionId });
  assert.equal((await ada.getSessions())[sessionId], undefined);
  await ada.logout();
  assert.deepEqual([ada.user, ada.session, ben.session], [null, null, null]);
});

test('A pulled cable loses and doubles nothing', options, async (t) => {
  const { cable, clients: [ada, ben] } = await people(t, 'Ada', 'Ben');
  const { sessionId } = await ben.addSession({ sessionName: 'Two', scenarioDefinition });
  await ada.joinSession({ sessionId });
  const numbers = [];
  const changes = [];
  ada.on('sceneEventToUser', ({ sceneEventData }) => numbers.push(sceneEventData));
  ada.on('connection', (change) => changes.push(change));
  const all = next(ada, 'sceneEventToUser', ({ sceneEventData }) => sceneEventData === 300);
  let back = Promise.resolve();
  for (let n = 1; n <= 300; n++) {
    const sent = ben.sendSceneEventToAllUsers({ event: n });
    if (n === 100 || n === 200) {
      await back;
      const lost = next(ada, 'connection', ({ state }) => state === 'lost');
      cable.pull();
      await lost;
    } else if (n === 150 || n === 250) {
      back = next(ada, 'connection', ({ state }) => state === 'resumed');
      cable.plug();
    }

    await sent;
  }

  await all;
  assert.deepEqual(numbers, Array.from({ length: 300 }, (_, i) => i + 1));
  assert.deepEqual(changes, [{ state: 'lost' }, { state: 'resumed', recovered: true }, { state: 'lost' }, { state: 'resumed', recovered: true }]);
  assert.equal(ada.repairs + ben.repairs, 0);
});

test('A keyed command whose answer was lost is done once', options, async (t) => {
  const { cable, clients: [ada, ben] } = await people(t, 'Ada', 'Ben');
  const { sessionId } = await ben.addSession({ sessionName: 'Three', scenarioDefinition });
  await ada.joinSession({ sessionId });
  const heard = [];
  ben.on('messageSent', ({ message }) => heard.push(message));
  const unkeyed = ada.sendMessageToAll({ message: 'perhaps' }).catch((error) => error);
  const keyed = ada.sendMessageToAll({ message: 'once', key: 'only-once' });
  cable.pull();
  cable.plug();
  assert.equal((await unkeyed).code, 'unknown');
  await keyed;
  await ben.sendMessageToAll({ message: 'end' });
  assert.equal(heard.filter((m) => m === 'once').length, 1);
});

test('The seat of a process that is gone can be taken up in another', options, async (t) => {
  const { cable, clients: [ada, ben] } = await people(t, 'Ada', 'Ben');
  const { sessionId } = await ben.addSession({ sessionName: 'Four', scenarioDefinition });
  await ada.joinSession({ sessionId });
  const token = ada.resumeToken;
  const gone = next(ben, 'sessionUpdated', ({ eventId }) => eventId === 'USER_AWAY');
  cable.close();
  await gone;
  const again = new OrchestratorClient({ url });
  t.after(() => again.close());
  await again.connect();
  await again.resume({ token });
  assert.equal(again.session.sessionId, sessionId);
  assert.equal(again.user.userName, 'Ada');
});
