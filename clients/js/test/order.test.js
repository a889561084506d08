import assert from 'node:assert/strict';
import test from 'node:test';
import { connected, inSession, joined, place, quiet, record, sceneEvent, SESSION, stamp } from './fakes.js';

test('Events that arrive before the reply of a join wait for it', async () => {
  const { client, hub, story } = await connected();
  const join = client.joinSession({ sessionId: SESSION }).then((session) => story.push(`joined ${session.sessionUsers}`));
  const call = await hub.call('JoinSession');
  hub.push('SceneEventToUser', sceneEvent('six'), stamp(6));
  hub.push('SessionUpdated', joined('cleo'), stamp(7));
  await quiet();
  assert.deepEqual(story, ['connected']);

  call.reply(record('ada', 'ben'), place(5));
  await join;
  await quiet();
  assert.deepEqual(story, ['connected', 'joined ada,ben', 'six', 'USER_JOINED_SESSION:cleo']);
  assert.deepEqual(client.session.sessionUsers, ['ada', 'ben', 'cleo']);
});

test('A reply waits for the events it stands after, and later ones wait for the reply', async () => {
  const { client, hub, story } = await inSession();
  const sent = client.sendSceneEventToAllUsersDirect({ event: 'seven' }).then(() => story.push('sent'));
  (await hub.call('SendSceneEventToAllUsersDirect')).reply({}, place(7));
  await quiet();
  assert.deepEqual(story, []);

  hub.push('SceneEventToUser', sceneEvent('six'), stamp(6));
  hub.push('SceneEventToUser', sceneEvent('seven'), stamp(7));
  hub.push('SceneEventToUser', sceneEvent('eight'), stamp(8));
  await sent;
  await quiet();
  assert.deepEqual(story, ['six', 'seven', 'sent', 'eight']);
});

test('A reply that arrives in one go before a later event is first', async () => {
  const { client, hub, story } = await inSession();
  const sent = client.sendSceneEventToUserDirect({ userId: 'ada', event: 'for ada' }).then(() => story.push('sent'));
  const call = await hub.call('SendSceneEventToUserDirect');
  hub.push('SceneEventToUser', sceneEvent('six'), stamp(6));
  call.reply({}, place(7));
  hub.push('SceneEventToUser', sceneEvent('eight'), stamp(8, 6));
  await sent;
  await quiet();
  assert.deepEqual(story, ['six', 'sent', 'eight']);
});

test('An event that came already is passed over', async () => {
  const { client, hub, story } = await inSession();
  hub.push('SceneEventToUser', sceneEvent('six'), stamp(6));
  hub.push('SceneEventToUser', sceneEvent('six'), stamp(6));
  hub.push('SceneEventToUser', sceneEvent('five'), stamp(5));
  hub.push('SceneEventToUser', sceneEvent('old epoch'), stamp(9, 8, 0));
  await quiet();
  assert.deepEqual(story, ['six']);
  assert.equal(client.inbox.duplicates, 3);
});

test('A gap is repaired on the same connection, and nothing is missing or doubled', async () => {
  const { client, hub, hubs, story } = await inSession();
  hub.push('SceneEventToUser', sceneEvent(7), stamp(7));
  hub.push('SceneEventToUser', sceneEvent(8), stamp(8));
  const resume = await hub.call('Resume');
  assert.deepEqual(resume.args, [{ token: 't1', at: place(5) }]);

  // One of what follows is faster than the reply.
  hub.push('SceneEventToUser', sceneEvent(6), stamp(6));
  resume.reply({ userId: 'ben', resumeToken: 't2', recovered: true, inSession: true }, place(5));
  await quiet();
  hub.push('SceneEventToUser', sceneEvent(7), stamp(7));
  hub.push('SceneEventToUser', sceneEvent(8), stamp(8));
  hub.push('SceneEventToUser', sceneEvent(9), stamp(9));
  await quiet();
  assert.deepEqual(story, [6, 7, 8, 9]);
  assert.equal(client.repairs, 1);
  assert.equal(client.resumeToken, 't2');
  assert.equal(hubs.length, 1);
});

test('A gap that cannot be repaired gives a new snapshot', async () => {
  const { client, hub, story } = await inSession();
  hub.push('SceneEventToUser', sceneEvent(7), stamp(7));
  (await hub.call('Resume')).reply({ resumeToken: 't2', recovered: false, inSession: true, session: record('ada', 'ben', 'cleo') }, place(9));
  await quiet();
  hub.push('SceneEventToUser', sceneEvent(10), stamp(10));
  await quiet();
  assert.deepEqual(story, ['snapshot:ada,ben,cleo', 10]);
  assert.deepEqual(client.session.sessionUsers, ['ada', 'ben', 'cleo']);
});

test('An own event that never comes is asked for', async () => {
  const { client, hub, story, timing } = await inSession();
  const sent = client.sendMessageToAll({ message: 'hello' }).then(() => story.push('sent'));
  (await hub.call('SendMessageToAll')).reply({}, place(6));
  await timing.pass(2_000);
  (await hub.call('Resume')).reply({ resumeToken: 't2', recovered: true, inSession: true }, place(5));
  await quiet();
  hub.push('SceneEventToUser', sceneEvent('six'), stamp(6));
  await sent;
  assert.deepEqual(story, ['six', 'sent']);
  assert.equal(client.repairs, 1);
});

test('Another epoch begins with its snapshot', async () => {
  const { client, hub, story } = await inSession();
  hub.push('SessionSnapshot', record('ben'), stamp(3, 3, 2));
  hub.push('SceneEventToUser', sceneEvent('old'), stamp(6));
  hub.push('SceneEventToUser', sceneEvent('new'), stamp(4, 3, 2));
  await quiet();
  assert.deepEqual(story, ['snapshot:ben', 'new']);
  assert.equal(client.repairs, 0);
});

test('The mirror follows members, presence and master', async () => {
  const { client, hub } = await inSession();
  const before = client.session;
  hub.push('SessionUpdated', joined('cleo'), stamp(6));
  hub.push('SessionUpdated', { eventId: 'USER_AWAY', eventData: { userId: 'ada' } }, stamp(7));
  hub.push('SessionUpdated', { eventId: 'MASTER_CHANGED', eventData: { userId: 'ben', epoch: 2 } }, stamp(8));
  await quiet();
  assert.deepEqual(client.session.sessionUserDefinitions.map((m) => `${m.userId} ${m.presence}`), ['ada away', 'ben online', 'cleo online']);
  assert.equal(client.session.sessionMaster, 'ben');
  assert.equal(client.isMaster, true);
  assert.deepEqual(before.sessionUsers, ['ada', 'ben'], 'what was handed out does not change');

  void client.sendSceneEventToAllUsers({ event: 1 });
  assert.deepEqual((await hub.call('SendSceneEventToAllUsers')).args, [{ masterEpoch: 2, event: 1 }]);
  hub.push('SessionUpdated', { eventId: 'USER_LEFT_SESSION', eventData: { userId: 'ada', reason: 'lost' } }, stamp(9));
  hub.push('SessionClosed', { reason: 'administratorLost' }, stamp(10));
  await quiet();
  assert.equal(client.session, null);
});

test('After leaving, what is still on its way is not heard', async () => {
  const { client, hub, story } = await inSession();
  const left = client.leaveSession();
  (await hub.call('LeaveSession')).reply({}, place(6));
  await left;
  hub.push('SceneEventToUser', sceneEvent('late'), stamp(6));
  await quiet();
  assert.deepEqual(story, []);
  assert.equal(client.session, null);
});

test('A refusal rejects with its number, name and sentence', async () => {
  const { client, hub } = await inSession();
  const refused = assert.rejects(client.sendSceneEventToAllUsers({ event: 1 }), {
    name: 'RefusalError', error: 3012, code: 'notMaster', message: 'No.', retry: false,
  });
  (await hub.call('SendSceneEventToAllUsers')).reply(null, undefined, { error: 3012, code: 'notMaster', message: 'No.' });
  await refused;
});

test('A listener that throws does not keep the others from hearing', async () => {
  const { client, hub } = await inSession();
  const heard = [];
  const uncaught = new Promise((resolve) => process.setUncaughtExceptionCaptureCallback(resolve));
  client.on('messageSent', () => { throw new Error('of the listener'); });
  client.on('messageSent', ({ message }) => heard.push(message));
  hub.push('MessageSent', { messageFrom: 'ada', messageFromName: 'ada', message: 'hi' }, stamp(6));
  assert.equal((await uncaught).message, 'of the listener');
  process.setUncaughtExceptionCaptureCallback(null);
  assert.deepEqual(heard, ['hi']);
});
