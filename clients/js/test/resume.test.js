import assert from 'node:assert/strict';
import test from 'node:test';
import { connected, inSession, nextHub, place, quiet, record, sceneEvent, SESSION, stamp } from './fakes.js';

const resumed = (recovered, more) => ({ userId: 'ben', resumeToken: 't2', recovered, inSession: true, ...more });

test('A lost connection is taken up again where it was', async () => {
  const play = await inSession();
  play.hub.push('SceneEventToUser', sceneEvent(6), stamp(6));
  await quiet();
  play.hub.cut();
  const hub = await nextHub(play);
  const resume = await hub.call('Resume');
  assert.deepEqual(resume.args, [{ token: 't1', at: place(6) }]);

  hub.push('SceneEventToUser', sceneEvent(7), stamp(7));
  resume.reply(resumed(true), place(6));
  await quiet();
  hub.push('SceneEventToUser', sceneEvent(8), stamp(8));
  await quiet();
  assert.deepEqual(play.story, [6, 'lost', 'resumed:true', 7, 8]);
});

test('What could not be recovered is replaced by a snapshot', async () => {
  const play = await inSession();
  play.hub.cut();
  const hub = await nextHub(play);
  (await hub.call('Resume')).reply(resumed(false, { session: record('ben', 'cleo') }), place(2, 2));
  await quiet();
  hub.push('SceneEventToUser', sceneEvent('next'), stamp(3, 2, 2));
  await quiet();
  assert.deepEqual(play.story, ['lost', 'resumed:false', 'next']);
  assert.deepEqual(play.client.session.sessionUsers, ['ben', 'cleo']);
});

test('A session that ended meanwhile is gone from the mirror', async () => {
  const play = await inSession();
  play.hub.cut();
  (await (await nextHub(play)).call('Resume')).reply(resumed(false, { inSession: false }));
  await quiet();
  assert.deepEqual(play.story, ['lost', 'resumed:false']);
  assert.equal(play.client.session, null);
});

test('It tries again, longer each time, and gives up after a while', async () => {
  const play = await inSession({ reconnect: { firstMs: 100, lastMs: 1_000, giveUpMs: 10_000 } });
  const begin = play.timing.time;
  play.refuses = true;
  play.hub.cut();
  await play.timing.pass(1_600);
  assert.equal(play.hubs.length - 1, 4, 'after 100, 300, 700 and 1500 ms');
  await play.timing.pass(20_000);
  assert.deepEqual(play.story, ['lost', 'closed']);
  assert.ok(play.hubs.length < 20, `${play.hubs.length} sockets since ${begin}`);
});

test('A seat that is gone ends it', async () => {
  const play = await inSession();
  let ending;
  play.client.on('connection', (change) => { ending = change; });
  play.hub.cut();
  (await (await nextHub(play)).call('Resume')).reply(null, undefined, { error: 9005, code: 'resumeExpired', message: 'The seat is gone.' });
  await quiet();
  assert.deepEqual(ending, { state: 'closed', code: 9005, reason: 'resumeExpired' });
  await assert.rejects(play.client.getSessions(), { code: 'closed' });
});

test('A resume that is refused as temporary, or lost itself, is tried again', async () => {
  const play = await inSession();
  play.hub.cut();
  (await (await nextHub(play)).call('Resume')).reply(null, undefined, { error: 9001, code: 'temporary', message: 'Later.', retry: true });
  await quiet();
  const second = await nextHub(play);
  second.push('SceneEventToUser', sceneEvent('of a socket that is lost'), stamp(6));
  second.cut();
  (await (await nextHub(play, 2_000)).call('Resume')).reply(resumed(true), place(5));
  await quiet();
  assert.deepEqual(play.story, ['lost', 'resumed:true']);
});

test('A server that says not to come back is obeyed', async () => {
  const play = await inSession();
  let ending;
  play.client.on('connection', (change) => { ending = change; });
  play.hub.push('Disconnecting', { code: 4002, reason: 'Superseded' });
  await play.timing.pass(60_000);
  assert.deepEqual(ending, { state: 'closed', code: 4002, reason: 'Superseded' });
  assert.equal(play.hubs.length, 1);
});

test('A server that stops is come back to', async () => {
  const play = await inSession();
  play.hub.push('Disconnecting', { code: 4501, reason: 'Shutdown' });
  (await (await nextHub(play)).call('Resume')).reply(resumed(true), place(5));
  await quiet();
  assert.deepEqual(play.story, ['lost', 'resumed:true']);
});

test('What was in flight is unknown, unless it had a key: then it is sent again', async () => {
  const play = await inSession();
  const withoutKey = assert.rejects(play.client.sendMessageToAll({ message: 'a' }), { error: -1, code: 'unknown', retry: false });
  const withKey = play.client.sendMessageToAll({ message: 'b', key: 'k1' });
  await play.hub.call('SendMessageToAll');
  play.hub.cut();
  await withoutKey;

  const hub = await nextHub(play);
  (await hub.call('Resume')).reply(resumed(true), place(5));
  const repeated = await hub.call('SendMessageToAll');
  assert.deepEqual(repeated.args, [{ message: 'b', key: 'k1' }]);
  hub.push('MessageSent', { messageFrom: 'ben', messageFromName: 'ben', message: 'b' }, stamp(6));
  repeated.reply({}, place(6));
  await withKey;
  assert.deepEqual(hub.calls.map((c) => c.method), ['Resume', 'SendMessageToAll']);
});

test('A command that breaks every connection is not sent for ever', async () => {
  const play = await inSession();
  const refused = assert.rejects(play.client.sendMessageToAll({ message: 'too large', key: 'k' }), { code: 'unknown' });
  await play.hub.call('SendMessageToAll');
  play.hub.cut();
  for (let i = 0; i < 2; i++) {
    const hub = await nextHub(play);
    (await hub.call('Resume')).reply(resumed(true), place(5));
    await hub.call('SendMessageToAll');
    hub.cut();
  }

  await refused;
});

test('A repeated join answers with the first reply, and the mirror does not go back', async () => {
  const play = await connected();
  const login = play.client.login({ userName: 'ben' });
  (await play.hub.call('Login')).reply({ userId: 'ben', userName: 'ben', deviceId: 'd', resumeToken: 't1', graceSeconds: 30 });
  await login;
  const join = play.client.joinSession({ sessionId: SESSION, key: 'k' });
  await play.hub.call('JoinSession');
  play.hub.cut();
  const hub = await nextHub(play);
  (await hub.call('Resume')).reply(resumed(false, { session: record('ada', 'ben', 'cleo') }), place(7));
  (await hub.call('JoinSession')).reply(record('ada', 'ben'), place(5));
  await join;
  hub.push('SceneEventToUser', sceneEvent(6), stamp(6));
  hub.push('SceneEventToUser', sceneEvent(8), stamp(8, 6));
  await quiet();
  assert.deepEqual(play.client.session.sessionUsers, ['ada', 'ben', 'cleo']);
  assert.deepEqual(play.story.slice(-2), ['resumed:false', 8]);
});

test('A command waits for a connection that is away, and is refused as temporary when that takes too long', async () => {
  const play = await inSession({ commandWaitMs: 2_000, reconnect: { firstMs: 100, lastMs: 500 } });
  play.refuses = true;
  play.hub.cut();
  const early = assert.rejects(play.client.getSessions(), { error: 9001, code: 'temporary', retry: true });
  await play.timing.pass(2_000);
  await early;

  const later = play.client.getSessions();
  play.refuses = false;
  const hub = await nextHub(play);
  (await hub.call('Resume')).reply(resumed(true), place(5));
  (await hub.call('GetSessions')).reply({});
  assert.deepEqual(await later, {});
});

test('Without a server connect is refused, and can be tried again', async () => {
  const play = await connected();
  play.client.close();
  play.refuses = true;
  await assert.rejects(play.client.connect(), { code: 'temporary', message: 'No server answers at http://fake.' });
  await assert.rejects(play.client.getSessions(), { code: 'closed' });
  play.refuses = false;
  await play.client.connect();
  assert.deepEqual(play.story, ['connected', 'closed', 'connected']);
});

test('The gateways are tried in turn, from the one that was lost on', async () => {
  const play = await inSession({ url: ['http://a', 'http://b', 'http://c'] });
  play.refuses = 'http://b';
  play.hub.cut();
  const hub = await nextHub(play, 2_000);
  (await hub.call('Resume')).reply(resumed(true), place(5));
  await quiet();
  assert.deepEqual(play.hubs.map((h) => h.url), ['http://a', 'http://b', 'http://c']);
  assert.equal(play.client.url, 'http://c');
  hub.cut();
  assert.equal((await nextHub(play)).url, 'http://a');
});

test('Connecting takes the first gateway that answers, and is refused when none does', async () => {
  const play = await connected({ url: ['http://a', 'http://b'] });
  play.client.close();
  play.refuses = 'http://a';
  await play.client.connect();
  assert.equal(play.client.url, 'http://b');
  play.client.close();
  play.refuses = true;
  await assert.rejects(play.client.connect(), { code: 'temporary', message: 'No server answers at http://a, http://b.' });
});

test('A token given at login opens another socket with it', async () => {
  const play = await connected();
  const login = play.client.login({ token: 'secret' });
  await quiet();
  assert.deepEqual(play.hubs.map((h) => h.token), [undefined, 'secret']);
  const call = await play.hubs[1].call('Login');
  assert.deepEqual(call.args, [{}]);
  call.reply({ userId: 'ben', userName: 'ben', deviceId: 'd', resumeToken: 't1', graceSeconds: 30 });
  await login;
  assert.deepEqual(play.story, ['connected']);
});
