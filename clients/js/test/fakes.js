import { HubConnectionState } from '@microsoft/signalr';
import { OrchestratorClient } from '../src/index.js';

/** One socket to a server that the test plays. */
export class FakeHub {
  state = HubConnectionState.Disconnected;
  calls = [];
  #handlers = new Map();
  #onclose = () => {};
  #callWaiters = [];

  constructor({ url, token, refuses }) {
    this.url = url;
    this.token = token;
    this.refuses = refuses;
  }

  async start() {
    if (this.refuses) {
      throw new Error('connection refused');
    }

    this.state = HubConnectionState.Connected;
  }

  async stop() {
    this.cut();
  }

  on(name, handler) {
    this.#handlers.set(name, handler);
  }

  onclose(handler) {
    this.#onclose = handler;
  }

  invoke(method, ...args) {
    return new Promise((resolve, reject) => {
      this.calls.push({ method, args, resolve, reject });
      this.#callWaiters.splice(0).forEach((look) => look());
    });
  }

  /** The next call of a method that is not answered. */
  async call(method) {
    for (;;) {
      const call = this.calls.find((c) => c.method === method && !c.isAnswered);
      if (call) {
        call.isAnswered = true;
        call.reply = (body, at, refusal) => call.resolve({ error: 0, code: 'ok', message: 'OK', retry: false, ...refusal, body, at });
        return call;
      }

      await new Promise((resolve) => this.#callWaiters.push(resolve));
    }
  }

  /** Sends an event. */
  push(name, payload, stamp) {
    this.#handlers.get(name)(payload, stamp);
  }

  /** The socket is gone: as SignalR does it, calls fail first. */
  cut() {
    if (this.state === HubConnectionState.Disconnected) {
      return;
    }

    this.state = HubConnectionState.Disconnected;
    for (const call of this.calls) {
      call.reject(new Error('Invocation canceled due to the underlying connection being closed.'));
    }

    this.#onclose();
  }
}

/** A clock that stands until it is told. */
export class FakeTiming {
  time = 0;
  timers = [];

  now = () => this.time;

  random = () => 1;

  nextTask = (action) => setImmediate(action);

  setTimeout = (action, ms) => {
    const timer = { action, at: this.time + ms };
    this.timers.push(timer);
    return timer;
  };

  clearTimeout = (timer) => {
    this.timers = this.timers.filter((t) => t !== timer);
  };

  /** Lets time pass, timer by timer. */
  async pass(ms) {
    const end = this.time + ms;
    for (;;) {
      await quiet();
      const next = this.timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) {
        break;
      }

      this.time = next.at;
      this.clearTimeout(next);
      next.action();
    }

    this.time = end;
    await quiet();
  }
}

/** Everything that promises and tasks have queued is done. */
export async function quiet() {
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export const SESSION = 's1';

export const place = (seq, epoch = 1) => ({ source: SESSION, epoch, seq });

export const stamp = (seq, prev = seq - 1, epoch = 1) => ({ source: SESSION, epoch, seq, prev });

const member = (userId) => ({ userId, userName: userId, canBeMaster: true, presence: 'online' });

export const record = (...users) => ({
  sessionId: SESSION, sessionName: 'one', sessionAdministrator: users[0], sessionMaster: users[0], masterEpoch: 1, scenarioId: 'x',
  sessionUsers: users, sessionUserDefinitions: users.map(member), sessionProtocol: 'unknown',
});

export const joined = (userId) => ({ eventId: 'USER_JOINED_SESSION', eventData: { userId, userData: member(userId) } });

export const sceneEvent = (n) => ({ sceneEventFrom: 'ada', sceneEventData: n });

/** A client with a server that the test plays; `story` is what the client's user sees, in order. */
export async function connected(options = {}) {
  const timing = new FakeTiming();
  const hubs = [];
  const play = { timing, hubs, refuses: false, story: [] };
  const client = new OrchestratorClient({
    url: 'http://fake', timing, ...options,
    open: (at, token) => {
      hubs.push(new FakeHub({ url: at, token, refuses: play.refuses === true || play.refuses === at }));
      return hubs.at(-1);
    },
  });
  client.on('connection', (change) => play.story.push(change.state === 'resumed' ? `resumed:${change.recovered}` : change.state));
  client.on('sceneEventToUser', ({ sceneEventData }) => play.story.push(sceneEventData));
  client.on('sessionUpdated', ({ eventId, eventData }) => play.story.push(`${eventId}:${eventData.userId}`));
  client.on('sessionSnapshot', (session) => play.story.push(`snapshot:${session?.sessionUsers}`));
  await client.connect();
  return Object.assign(play, { client, get hub() { return hubs.at(-1); } });
}

/** A client that is logged in as ben and in a session of ada and ben, at seq 5. */
export async function inSession(options) {
  const play = await connected(options);
  const login = play.client.login({ userName: 'ben' });
  (await play.hub.call('Login')).reply({ userId: 'ben', userName: 'ben', deviceId: 'd', resumeToken: 't1', graceSeconds: 30 });
  await login;
  const join = play.client.joinSession({ sessionId: SESSION });
  (await play.hub.call('JoinSession')).reply(record('ada', 'ben'), place(5));
  await join;
  await quiet();
  play.story.length = 0;
  return Object.assign(play, { hub: play.hub });
}

/** The next socket after the present one was lost. */
export async function nextHub(play, ms = 1_000) {
  const { length } = play.hubs;
  await play.timing.pass(ms);
  if (play.hubs.length === length) {
    throw new Error('The client did not come back.');
  }

  return play.hubs.at(-1);
}
