import assert from 'node:assert/strict';
import test from 'node:test';
import WebSocket from 'ws';
import { OrchestratorClient, PacketSocket } from '../src/index.js';

const url = process.env.ORCHESTRATOR_URL;
const options = { skip: url ? false : 'ORCHESTRATOR_URL is not set', timeout: 30_000 };

/** A socket to a server that the test plays. */
class FakeWebSocket {
  static last;
  sent = [];

  constructor(address) {
    this.address = address;
    FakeWebSocket.last = this;
    queueMicrotask(() => address.includes('wrong') ? this.onerror({}) : this.onopen({}));
  }

  send(message) {
    this.sent.push(Buffer.from(message).toString('hex'));
  }

  close(code) {
    this.onclose({ code, reason: '' });
  }

  /** A message of the server, as hex. */
  push(hex) {
    this.onmessage({ data: Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex')).buffer });
  }
}

const open = (address = 'http://host/') => PacketSocket.open({ url: address, token: 't?', WebSocket: FakeWebSocket });

test('A packet socket is opened with its token, or not at all', async () => {
  const packets = await open();
  assert.equal(packets.socket.address, 'ws://host/packets?access_token=t%3F');
  assert.equal(packets.socket.binaryType, 'arraybuffer');
  await assert.rejects(open('https://wrong'), /no server answers, or the token/);
  assert.match(FakeWebSocket.last.address, /^wss:/);
});

test('A stream is named before its first packet, and packets are counted by stream', async () => {
  const packets = await open();
  assert.equal(packets.send('k', Uint8Array.of(1, 2), { sentAt: -2n }), 1);
  assert.equal(packets.sendJson('ü', { a: 1 }), 1);
  assert.equal(packets.send('k', new Uint8Array(0)), 2);
  assert.deepEqual(packets.socket.sent, [
    '01000000010000006b',
    '020000000100000001000000feffffffffffffff0102',
    '0100000002000000c3bc',
    '02010000020000000100000000000000000000007b2261223a317d',
    '0200000001000000020000000000000000000000',
  ]);
});

test('What comes is told with its stream, its number and its time', async () => {
  const packets = await open();
  const heard = [];
  packets.on('packet', (packet) => heard.push(packet));
  packets.socket.push('01 00 0300 05000000 616e6e 6b');
  packets.socket.push('02 00 0000 05000000 ffffffff 0200000000000000 00ff');
  packets.socket.push('02 01 0000 05000000 01000000 0000000000000000 7b2261223a317d');
  packets.socket.push('63 00 0000 00000000');
  assert.deepEqual(heard, [
    { userId: 'ann', kind: 'k', data: Uint8Array.of(0, 255), isJson: false, seq: 0xffffffff, sentAt: 2n },
    { userId: 'ann', kind: 'k', data: { a: 1 }, isJson: true, seq: 1, sentAt: null },
  ]);
});

test('A refusal names the stream and the packet', async () => {
  const packets = await open();
  const refused = [];
  packets.on('refused', (refusal) => refused.push(refusal));
  packets.send('k', Uint8Array.of(1));
  packets.socket.push('03 01 0000 01000000 01000000 2e230000 77616974');
  const [{ kind, seq, error }] = refused;
  assert.deepEqual([kind, seq, error.error, error.retry, error.message], ['k', 1, 9006, true, 'wait']);
});

test('The end of a packet socket is told with its reason', async () => {
  const packets = await open();
  const ends = [];
  packets.on('closed', (end) => ends.push(end));
  packets.close();
  assert.deepEqual(ends, [{ code: 1000, reason: '' }]);
});

test('Bytes go from one packet socket to another, and to a connection', options, async (t) => {
  const [ada, ben, eve] = await Promise.all(['Ada', 'Ben', 'Eve'].map(async (userName) => {
    const client = new OrchestratorClient({ url });
    t.after(() => client.close());
    await client.connect();
    await client.login({ userName });
    return client;
  }));
  const { sessionId } = await ada.addSession({ sessionName: 'Packets', scenarioDefinition: { scenarioId: 'packets' } });
  for (const receiver of [ben, eve]) {
    await receiver.joinSession({ sessionId });
    await receiver.registerForDataStream({ userId: ada.user.userId, kind: 'k' });
  }

  const [from, to] = await Promise.all([ada, ben].map(async (client) =>
    PacketSocket.open({ url, token: (await client.getPacketToken()).packetToken, WebSocket })));
  const atSocket = new Promise((resolve) => to.on('packet', resolve));
  const atConnection = new Promise((resolve) => eve.on('dataReceived', resolve));
  from.send('k', Uint8Array.of(0, 1, 255), { sentAt: 12n });
  assert.deepEqual(await atSocket, { userId: ada.user.userId, kind: 'k', data: Uint8Array.of(0, 1, 255), isJson: false, seq: 1, sentAt: 12n });
  assert.equal((await atConnection).data, 'AAH/');

  const refused = new Promise((resolve) => from.on('refused', resolve));
  await ada.leaveSession();
  from.send('k', Uint8Array.of(1));
  assert.equal((await refused).error.error, 800);
  const closed = new Promise((resolve) => from.on('closed', resolve));
  await ada.logout();
  assert.deepEqual(await closed, { code: 4005, reason: 'Detached' });
  to.close();
});
