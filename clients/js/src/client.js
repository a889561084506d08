import { ServerClock } from './clock.js';
import { Commands } from './commands.js';
import { Connection, signalR } from './connection.js';
import { Emitter } from './emitter.js';
import { Inbox } from './inbox.js';
import { after, mirrorOf } from './mirror.js';
import { closed, fault, RefusalError, temporary, unknown } from './refusal.js';
import { realTiming } from './timing.js';

/**
 * @typedef {import('./mirror.js').SessionRecord} SessionRecord
 * @typedef {import('./mirror.js').SessionUpdate} SessionUpdate
 * @typedef {import('./inbox.js').Stamp} Stamp
 * @typedef {import('./inbox.js').Place} Place
 *
 * @typedef {object} Packet of a data stream
 * @property {string} userId its owner
 * @property {string} kind
 * @property {string} description as it was declared; empty when it was not
 * @property {any} data
 * @property {number} seq counts the packets of the stream
 * @property {number} prev the one before it that was sent to this client: what lies between was dropped
 * @property {number} [sentAt] the sender's own time stamp
 *
 * @typedef {object} ClientOptions
 * @property {string | string[]} url of the server, without /hub; of several gateways of a cluster the first, and after a loss the next one
 * @property {string} [token] of an account; can be given at login too
 * @property {number} [commandWaitMs] how long a command waits for a connection that is away
 * @property {number} [heartbeatMs] how often a sign of life is sent, and expected; after three without one the connection is lost. The server's `Limits:PingSeconds` must not be longer
 * @property {number} [settleMs] how long a reply waits for the caller's own event before it is asked for
 * @property {Partial<{ firstMs: number, lastMs: number, giveUpMs: number, attemptMs: number }>} [reconnect]
 * @property {object} [httpOptions] passed on to SignalR
 * @property {(url: string, token: string | undefined) => import('./connection.js').Hub} [open] for tests: makes hub connections
 * @property {import('./timing.js').Timing} [timing] for tests
 *
 * @typedef {{ userId: string, userName: string, deviceId: string }} User
 * @typedef {{ state: 'connected' | 'lost' } | { state: 'resumed', recovered: boolean } | { state: 'closed', code: number, reason: string }} ConnectionChange
 *
 * @typedef {{
 *   sessionUpdated: [SessionUpdate, Stamp],
 *   sessionClosed: [{ reason: string }, Stamp],
 *   messageSent: [{ messageFrom: string, messageFromName: string, message: any }, Stamp],
 *   sceneEventToMaster: [{ sceneEventFrom: string, sceneEventData: any }, Stamp],
 *   sceneEventToUser: [{ sceneEventFrom: string, sceneEventData: any }, Stamp],
 *   audioSent: [{ audioFrom: string, audioData: any }, Stamp],
 *   dataReceived: [Packet],
 *   sessionSnapshot: [SessionRecord | null],
 *   disconnecting: [{ code: number, reason: string }],
 *   connection: [ConnectionChange],
 * }} ClientEvents
 *
 * @typedef {object} Command
 * @property {string} method
 * @property {any} parameters undefined for a command without
 * @property {Traits} traits
 * @property {number} order in which it was given
 * @property {number} sent how often
 * @property {unknown} timer while it waits for a connection
 * @property {(body: any) => void} resolve
 * @property {(error: Error) => void} reject
 *
 * @typedef {{ command: Command, release: () => void }} Flight
 *
 * @typedef {object} Traits
 * @property {boolean} [enters] events that arrive before its reply wait for it
 * @property {boolean} [own] its own event comes to the caller too
 * @property {(body: any, at: Place | undefined) => void} [accept] what its reply changes here
 */

const RECONNECT = { firstMs: 200, lastMs: 5_000, giveUpMs: 300_000, attemptMs: 10_000 };
const REPEATS_MAX = 3;

/** @param {string} name of a hub event */
const camel = (name) => /** @type {keyof ClientEvents} */ (name[0].toLowerCase() + name.slice(1));

/** A device of a user: its connection, its commands, and the session it is in. */
export class OrchestratorClient extends Commands {
  /** @type {SessionRecord | null} the session as it is now; another object after each change */
  session = null;

  /** @type {User | null} */
  user = null;

  /** @type {string | null} brings this device back, in another process too: resume({ token }) */
  resumeToken = null;

  /** @type {number | null} how long a lost device keeps its seat */
  graceSeconds = null;

  /** How often something was missing, and was asked for. */
  repairs = 0;

  /** @type {Emitter<ClientEvents>} */
  #events = new Emitter();

  /** @type {Set<Command>} waiting for a connection */
  #parked = new Set();

  /** @type {Set<Flight>} sent on the present socket, and not answered */
  #inFlight = new Set();

  #orders = 0;

  /** Whether nothing was lost since the connection was. */
  #isRecovered = true;

  /** @param {ClientOptions} options */
  constructor({ url, token, commandWaitMs = 10_000, heartbeatMs = 2_000, settleMs = 2_000, reconnect, httpOptions = {}, open, timing = realTiming }) {
    super();
    this.timing = timing;
    this.commandWaitMs = commandWaitMs;
    /** How far the server's clock is from this one: `await client.clock.sync()`, then `client.clock.now()`. */
    this.clock = new ServerClock((clientSendMs) => this.exchangeTime({ clientSendMs }), { now: timing.preciseNow ?? timing.now });
    this.inbox = new Inbox(timing, { handle: (arrival) => this.#handle(arrival), gap: () => this.#gap() }, settleMs);
    this.connection = new Connection(
      { urls: [url].flat(), token, timing, open: open ?? signalR({ httpOptions, heartbeatMs }), reconnect: { ...RECONNECT, ...reconnect } },
      {
        arrived: (name, [payload, stamp]) => this.inbox.arrive(name, payload, stamp),
        packet: (packet) => this.#events.emit('dataReceived', packet),
        lost: () => this.#lost(),
        resume: () => this.#comeBack(),
        disconnecting: (ending) => this.#events.emit('disconnecting', ending),
        closed: (ending) => this.#closed(ending),
      },
    );
  }

  /** The gateway that it is at, or tries: a packet socket belongs there too. */
  get url() {
    return this.connection.url;
  }

  /** Whether this user is the master of its session. */
  get isMaster() {
    return this.user !== null && this.session?.sessionMaster === this.user.userId;
  }

  /**
   * @template {keyof ClientEvents} K
   * @param {K} name @param {(...args: ClientEvents[K]) => void} listener
   * @returns {() => void} ends it
   */
  on(name, listener) {
    return this.#events.on(name, listener);
  }

  /** @template {keyof ClientEvents} K @param {K} name @param {(...args: ClientEvents[K]) => void} listener */
  off(name, listener) {
    this.#events.off(name, listener);
  }

  /** Opens the connection; one try. From then on it comes back by itself. */
  async connect() {
    if (this.connection.state === 'up' || this.connection.state === 'away') {
      return;
    }

    await this.connection.open();
    this.#events.emit('connection', { state: 'connected' });
  }

  /** Ends the connection. Without logout() before, the seat is kept for the grace time. */
  close() {
    this.connection.end({ code: 0, reason: 'closedByClient' });
  }

  /**
   * With a name alone as a guest, with name and password, or with a token of an account.
   *
   * @param {{ userName?: string, userPassword?: string, token?: string }} parameters
   * @returns {Promise<User & { resumeToken: string, graceSeconds: number, session?: SessionRecord }>}
   */
  async login({ token, ...parameters }) {
    if (token !== undefined && token !== this.connection.token && this.user === null) {
      await this.connection.reopen(token);
    }

    return this.run('Login', parameters, { enters: true, accept: (body, at) => this.#loggedIn(body, at) });
  }

  /**
   * Takes up the seat of a device whose process is gone.
   *
   * @param {{ token: string }} parameters
   * @returns {Promise<User & { resumeToken: string, recovered: boolean, inSession: boolean, session?: SessionRecord }>}
   */
  resume({ token }) {
    return this.run('Resume', { token }, { enters: true, accept: (body, at) => this.#loggedIn(body, at) });
  }

  /** @returns {Promise<{}>} */
  logout() {
    return this.run('Logout', undefined, { accept: () => this.#forget() });
  }

  /**
   * With a definition, or with the id of a scenario in the catalogue.
   *
   * @param {{ sessionName: string, scenarioDefinition?: import('./commands.js').ScenarioDefinition, scenarioId?: string,
   *   sessionDescription?: string, sessionProtocol?: string, canBeMaster?: boolean, key?: string }} parameters
   * @returns {Promise<SessionRecord>}
   */
  addSession(parameters) {
    return this.run('AddSession', parameters, { enters: true, accept: (body, at) => this.#enter(body, at) });
  }

  /** @param {{ sessionId: string, canBeMaster?: boolean, key?: string }} parameters @returns {Promise<SessionRecord>} */
  joinSession(parameters) {
    return this.run('JoinSession', parameters, { enters: true, accept: (body, at) => this.#enter(body, at) });
  }

  /** @returns {Promise<{}>} */
  leaveSession() {
    return this.run('LeaveSession', undefined, { accept: (_, at) => this.#left(at) });
  }

  /** @protected @param {string} method @param {any} parameters @param {Traits} [traits] @returns {Promise<any>} */
  run(method, parameters, traits = {}) {
    return new Promise((resolve, reject) => {
      this.#give({ method, parameters, traits, order: this.#orders++, sent: 0, timer: null, resolve, reject });
    });
  }

  /** @param {Command} command */
  #give(command) {
    if (this.connection.isUp) {
      this.#send(command);
    } else if (this.connection.state === 'up' || this.connection.state === 'away') {
      this.#park(command);
    } else {
      command.reject(command.sent > 0 ? unknown() : closed());
    }
  }

  /** @param {Command} command */
  #park(command) {
    this.#parked.add(command);
    command.timer = this.timing.setTimeout(() => {
      this.#parked.delete(command);
      command.reject(command.sent > 0 ? unknown() : temporary('The connection is away; try again later.'));
    }, this.commandWaitMs);
  }

  #sendParked() {
    const commands = this.#takeParked();
    for (const command of commands.sort((a, b) => a.order - b.order)) {
      this.#give(command);
    }
  }

  #takeParked() {
    const commands = [...this.#parked];
    this.#parked.clear();
    for (const command of commands) {
      this.timing.clearTimeout(command.timer);
    }

    return commands;
  }

  /** @param {Command} command */
  #send(command) {
    const { method, parameters, traits } = command;
    const flight = { command, release: traits.enters ? this.inbox.hold() : () => {} };
    this.#inFlight.add(flight);
    command.sent++;
    this.connection.invoke(method, ...parameters === undefined ? [] : [parameters]).then(
      (reply) => this.#ended(flight, () => this.#replied(flight, reply)),
      (error) => this.#ended(flight, () => this.#failed(flight, error)),
    );
  }

  /** What comes after the socket was lost comes too late. @param {Flight} flight @param {() => void} how */
  #ended(flight, how) {
    if (this.#inFlight.delete(flight)) {
      how();
    }
  }

  /** @param {Flight} flight @param {any} reply */
  #replied({ command: { traits, resolve, reject }, release }, { body, at, ...reply }) {
    if (reply.error !== 0) {
      release();
      reject(new RefusalError(reply));
      return;
    }

    if (traits.enters) {
      traits.accept?.(body, at);
      resolve(body);
      this.inbox.pause();
      release();
      return;
    }

    this.inbox.stand(at, traits.own ?? false, () => {
      traits.accept?.(body, at);
      resolve(body);
    });
  }

  /** SignalR fails what is in flight before it says that it is closed. @param {Flight} flight @param {unknown} error */
  #failed({ command, release }, error) {
    release();
    if (this.connection.isUp) {
      command.reject(fault(error));
    } else {
      this.#broken(command);
    }
  }

  /** Whether it was done cannot be known; only a key makes it safe to ask again. @param {Command} command */
  #broken(command) {
    if (command.parameters?.key === undefined || command.sent >= REPEATS_MAX) {
      command.reject(unknown());
    } else {
      this.#give(command);
    }
  }

  #breakFlights() {
    const flights = [...this.#inFlight];
    this.#inFlight.clear();
    for (const { command } of flights) {
      this.#broken(command);
    }
  }

  /** @param {import('./inbox.js').Arrival} arrival */
  #handle({ name, payload, stamp }) {
    if (name === 'SessionSnapshot') {
      this.session = mirrorOf(payload);
      this.#events.emit('sessionSnapshot', this.session);
      return;
    }

    this.session = this.session && after(this.session, name, payload, this.user?.userId);
    if (this.session === null) {
      this.inbox.end();
    }

    this.#events.emit(camel(name), payload, stamp);
  }

  /** @param {any} body @param {Place | undefined} at */
  #loggedIn(body, at) {
    this.user = { userId: body.userId, userName: body.userName, deviceId: body.deviceId };
    this.resumeToken = body.resumeToken;
    this.graceSeconds = body.graceSeconds ?? this.graceSeconds;
    if (body.session) {
      this.#enter(body.session, at);
    }
  }

  /** @param {SessionRecord} record @param {Place | undefined} at */
  #enter(record, at) {
    // The reply to a repeated command is the first one again: events may have led further since.
    if (at && this.inbox.begin(at)) {
      this.session = mirrorOf(record);
    }
  }

  /** @param {Place | undefined} at */
  #left(at) {
    if (!at || this.session?.sessionId === at.source) {
      this.session = null;
      this.inbox.end();
    }
  }

  #forget() {
    this.user = null;
    this.resumeToken = null;
    this.session = null;
    this.inbox.end();
  }

  #lost() {
    this.#isRecovered = true;
    this.clock.clear();
    this.inbox.lost();
    this.#breakFlights();
    this.#events.emit('connection', { state: 'lost' });
  }

  /** On a new socket: takes up the seat. */
  async #comeBack() {
    // An earlier attempt may have come half way.
    this.inbox.lost();
    const release = this.inbox.hold();
    if (this.resumeToken !== null && !await this.#resume(this.resumeToken)) {
      this.#isRecovered = false;
    }

    return () => {
      const recovered = this.#isRecovered;
      this.#events.emit('connection', { state: 'resumed', recovered });
      release();
      this.#sendParked();
    };
  }

  /** @param {string} token @returns {Promise<boolean>} whether nothing was lost */
  async #resume(token) {
    const { place } = this.inbox;
    const { body, at, ...reply } = await this.connection.invoke('Resume', { token, at: place ?? undefined });
    if (reply.error !== 0) {
      throw new RefusalError(reply);
    }

    this.resumeToken = body.resumeToken;
    if (!body.recovered) {
      this.session = null;
      this.inbox.end();
      if (body.session) {
        this.#enter(body.session, at);
      }
    }

    return body.recovered;
  }

  /** Something is missing though the connection stands. */
  #gap() {
    if (this.connection.state !== 'up' || this.resumeToken === null) {
      return false;
    }

    this.repairs++;
    void this.#repair(this.resumeToken, this.connection.generation);
    return true;
  }

  /** @param {string} token @param {number} generation of the socket */
  async #repair(token, generation) {
    try {
      const recovered = await this.#resume(token);
      if (!recovered) {
        this.#events.emit('sessionSnapshot', this.session);
      }

      this.inbox.repaired();
    } catch (error) {
      if (this.connection.generation === generation && this.connection.isUp) {
        this.connection.failed(error);
      }
    }
  }

  /** @param {import('./connection.js').Ending} ending */
  #closed({ code, reason }) {
    this.#breakFlights();
    for (const command of this.#takeParked()) {
      command.reject(command.sent > 0 ? unknown() : closed());
    }

    this.#forget();
    this.inbox.close();
    this.#events.emit('connection', { state: 'closed', code, reason });
  }
}
