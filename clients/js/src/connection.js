import { HubConnectionBuilder, HubConnectionState, LogLevel } from '@microsoft/signalr';
import { ErrorNumber, RefusalError, temporary } from './refusal.js';

/**
 * One logical connection over as many sockets as it takes. It is `idle` before it is opened, `up`, `away` while it tries to
 * come back, and `closed` for good.
 *
 * @typedef {Pick<import('@microsoft/signalr').HubConnection, 'start' | 'stop' | 'state' | 'invoke' | 'on' | 'onclose'>} Hub
 * @typedef {{ code: number, reason: string }} Ending
 *
 * @typedef {object} ConnectionOptions
 * @property {(url: string, token: string | undefined) => Hub} open makes a hub connection that is not started
 * @property {string[]} urls of gateways: where one does not answer, or is lost, the next is tried
 * @property {string} [token]
 * @property {{ firstMs: number, lastMs: number, giveUpMs: number, attemptMs: number }} reconnect
 * @property {import('./timing.js').Timing} timing
 *
 * @typedef {object} ConnectionEvents
 * @property {(name: string, args: any[]) => void} arrived
 * @property {(packet: any) => void} packet of a data stream, which has no place among the events
 * @property {() => void} lost
 * @property {() => Promise<() => void>} resume on a new socket, before anything else; what it gives is called when the connection is up
 * @property {(ending: Ending) => void} disconnecting
 * @property {(ending: Ending) => void} closed
 */

/** Codes from here on may come back. */
const RETURN_CODE_MIN = 4500;
/** A server that is there but late by nearly two of them, with a pause of its garbage collector or on a bad network, is not given up. */
const SILENT_HEARTBEATS = 3;
const UNREACHABLE = { code: 0, reason: 'unreachable' };
const EVENTS = ['SessionUpdated', 'SessionClosed', 'MessageSent', 'SceneEventToMaster', 'SceneEventToUser', 'AudioSent', 'SessionSnapshot'];

export class Connection {
  /** @type {'idle' | 'up' | 'away' | 'closed'} */
  state = 'idle';

  /** Grows with every socket: what was sent on one of them is answered on it or never. */
  generation = 0;

  /** @type {Hub | null} null while there is no socket */
  #hub = null;

  /** @type {Ending | null} what the server said before it ended the connection */
  #ending = null;

  /** @type {(() => void) | null} ends the present pause of the loop */
  #wake = null;

  /** The present one of the addresses. */
  #at = 0;

  /** @param {ConnectionOptions} options @param {ConnectionEvents} events */
  constructor(options, events) {
    this.options = options;
    this.events = events;
    this.token = options.token;
  }

  /** Whether commands can be sent now. SignalR knows a little earlier than `state` when not. */
  get isUp() {
    return this.state === 'up' && this.#hub?.state === HubConnectionState.Connected;
  }

  /** The gateway that it is at, or tries. */
  get url() {
    return this.options.urls[this.#at];
  }

  /** Opens it; one try at each address. Rejects when no server answers, or when the token is not valid. */
  async open() {
    this.state = 'idle';
    let error = await this.#attempt();
    for (let left = this.options.urls.length - 1; error && !isUnauthorized(error) && left > 0 && this.state === 'idle'; left--) {
      this.#goOn();
      error = await this.#attempt();
    }

    if (error) {
      throw isUnauthorized(error)
        ? new RefusalError({ error: ErrorNumber.credentialsInvalid, code: 'credentialsInvalid', message: 'The token is not valid.' }, error)
        : temporary(`No server answers at ${this.options.urls.join(', ')}.`, error);
    }

    this.state = 'up';
  }

  /** Another socket with another token, before anybody has logged in. @param {string} token */
  async reopen(token) {
    this.token = token;
    this.#discard();
    await this.open();
  }

  /**
   * The promise is the hub's own: one more `async` in between would let events in that stand after the answer.
   *
   * @param {string} method @param {any[]} args @returns {Promise<any>}
   */
  invoke(method, ...args) {
    return this.#hub ? this.#hub.invoke(method, ...args) : Promise.reject(new Error('There is no connection.'));
  }

  /** What the server could not repair on this socket is tried on another one, unless that is in vain too. @param {unknown} error */
  failed(error) {
    this.#discard();
    const ending = endingOf(error);
    if (ending) {
      this.end(ending);
    } else {
      this.#lost();
    }
  }

  /** Ends it for good. @param {Ending} ending */
  end(ending) {
    if (this.state === 'closed') {
      return;
    }

    this.state = 'closed';
    this.#discard();
    this.#wake?.();
    this.events.closed(ending);
  }

  /** @returns {Promise<any>} why it failed */
  #attempt() {
    return this.#start().then(() => null, (error) => error);
  }

  #goOn() {
    this.#at = (this.#at + 1) % this.options.urls.length;
  }

  async #start() {
    this.#ending = null;
    const hub = this.options.open(this.url, this.token);
    this.#hub = hub;
    this.generation++;
    const ifPresent = (/** @type {(...args: any[]) => void} */ action) => (/** @type {any[]} */ ...args) => {
      if (this.#hub === hub) {
        action(...args);
      }
    };
    for (const name of EVENTS) {
      hub.on(name, ifPresent((...args) => this.events.arrived(name, args)));
    }

    hub.on('DataReceived', ifPresent((packet) => this.events.packet(packet)));
    hub.on('Disconnecting', ifPresent((ending) => this.#disconnecting(ending)));
    hub.onclose(ifPresent(() => this.#closed()));
    await this.#withinAttempt(hub.start());
    if (this.#hub !== hub) {
      throw new Error('The connection was ended while it was opened.');
    }
  }

  /** @template T @param {Promise<T>} step @returns {Promise<T>} */
  async #withinAttempt(step) {
    const { timing, reconnect } = this.options;
    let timer;
    /** @type {Promise<never>} */
    const limit = new Promise((_, reject) => {
      timer = timing.setTimeout(() => reject(new Error('The server did not answer in time.')), reconnect.attemptMs);
    });
    try {
      return await Promise.race([step, limit]);
    } catch (error) {
      this.#discard();
      throw error;
    } finally {
      timing.clearTimeout(timer);
    }
  }

  /** @param {Ending} ending */
  #disconnecting(ending) {
    this.#ending = ending;
    this.events.disconnecting(ending);
    this.#discard();
    this.#closed();
  }

  #closed() {
    this.#hub = null;
    if (this.#ending && this.#ending.code < RETURN_CODE_MIN) {
      this.end(this.#ending);
    } else {
      this.#lost();
    }
  }

  #lost() {
    if (this.state === 'up') {
      this.state = 'away';
      this.#goOn();
      this.events.lost();
      void this.#comeBack();
    }
  }

  async #comeBack() {
    const { timing, reconnect } = this.options;
    const since = timing.now();
    for (let attempt = 0; this.state === 'away'; attempt++) {
      await this.#pause(attempt);
      if (this.state === 'away' && timing.now() - since > reconnect.giveUpMs) {
        this.end(UNREACHABLE);
      }

      if (this.state === 'away') {
        await this.#tryToComeBack();
      }
    }
  }

  async #tryToComeBack() {
    try {
      await this.#start();
      const hub = this.#hub;
      const resumed = await this.#withinAttempt(this.events.resume());
      if (hub && this.#hub === hub && this.state === 'away') {
        this.state = 'up';
        resumed();
      }
    } catch (error) {
      this.#discard();
      this.#goOn();
      const ending = endingOf(error);
      if (ending && this.state === 'away') {
        this.end(ending);
      }
    }
  }

  /** Longer each time, and never the same for two clients that lost the same server. @param {number} attempt */
  #pause(attempt) {
    const { timing, reconnect } = this.options;
    const ms = Math.min(reconnect.lastMs, reconnect.firstMs * 2 ** Math.min(attempt, 16)) * (0.5 + timing.random() / 2);
    return new Promise((resolve) => {
      const timer = timing.setTimeout(() => resolve(undefined), ms);
      this.#wake = () => {
        timing.clearTimeout(timer);
        resolve(undefined);
      };
    });
  }

  #discard() {
    const hub = this.#hub;
    this.#hub = null;
    // It may be half open, or stopping already: nothing depends on how it ends.
    hub?.stop().catch(() => {});
  }
}

/** The error after which coming back is in vain; anything else may be gone at the next attempt. @param {unknown} error @returns {Ending | null} */
function endingOf(error) {
  if (error instanceof RefusalError && error.error === ErrorNumber.resumeExpired) {
    return { code: error.error, reason: error.code };
  }

  return isUnauthorized(error) ? { code: ErrorNumber.credentialsInvalid, reason: 'credentialsInvalid' } : null;
}

/** SignalR has it in the sentence only. @param {unknown} error */
const isUnauthorized = (error) => /Status code '401'/.test(String(error));

/**
 * @param {{ httpOptions: object, heartbeatMs: number }} options
 * @returns {(url: string, token: string | undefined) => Hub}
 */
export const signalR = ({ httpOptions, heartbeatMs }) => (url, token) => new HubConnectionBuilder()
  .withUrl(`${url.replace(/\/+$/, '')}/hub`, token === undefined ? httpOptions : { ...httpOptions, accessTokenFactory: () => token })
  .withKeepAliveInterval(heartbeatMs)
  .withServerTimeout(heartbeatMs * SILENT_HEARTBEATS)
  .configureLogging(LogLevel.None)
  .build();
