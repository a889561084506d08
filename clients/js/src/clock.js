/**
 * One exchange of time stamps, in milliseconds: the client's are of its own clock, the server's of the server's.
 *
 * @typedef {{ clientSendMs: number, serverReceiveMs: number, serverSendMs: number, clientReceiveMs: number }} TimeSample
 *
 * @typedef {object} ClockOptions
 * @property {() => number} now the client's clock; it must not jump
 * @property {number} [keep] how many of the last samples count
 * @property {number} [driftPpm] by how much the two clocks may run apart, in millionths
 * @property {number} [resolutionMs] the steps in which the client's clock goes
 */

/**
 * How far the server's clock is ahead of this one, and by how much that may be wrong. Of the last samples the one counts that
 * is surest now: a short way there and back, not long ago. As long as the clocks run apart no faster than `driftPpm`, the
 * true offset is within `offsetMs` ± `errorMs`, whatever the network does.
 */
export class ClockEstimate {
  /** @type {{ offsetMs: number, boundMs: number, sinceMs: number }[]} */
  #samples = [];

  /** @param {ClockOptions} options */
  constructor({ now, keep = 16, driftPpm = 100, resolutionMs = 0.1 }) {
    this.clientNow = now;
    this.keep = keep;
    this.drift = driftPpm / 1e6;
    this.resolutionMs = resolutionMs;
  }

  /**
   * Takes a sample. One whose way there and back took less than no time is none: a clock has jumped.
   *
   * @param {TimeSample} sample
   * @returns {boolean} whether it was taken
   */
  add({ clientSendMs, serverReceiveMs, serverSendMs, clientReceiveMs }) {
    const delayMs = (clientReceiveMs - clientSendMs) - (serverSendMs - serverReceiveMs);
    const tolerance = this.resolutionMs + this.drift * Math.abs(clientReceiveMs - clientSendMs);
    if (!(delayMs >= -tolerance)) {
      return false;
    }

    this.#samples.push({
      offsetMs: ((serverReceiveMs - clientSendMs) + (serverSendMs - clientReceiveMs)) / 2,
      boundMs: Math.max(delayMs, 0) / 2 + this.resolutionMs,
      sinceMs: clientSendMs,
    });
    if (this.#samples.length > this.keep) {
      this.#samples.shift();
    }

    return true;
  }

  /** Forgets all samples: there may be another server at the other end. */
  clear() {
    this.#samples = [];
  }

  /** What to add to this clock to have the server's; 0 without a sample. */
  get offsetMs() {
    return this.#surest()?.offsetMs ?? 0;
  }

  /** By how much `offsetMs` may be wrong now, at the most; infinite without a sample. */
  get errorMs() {
    const sample = this.#surest();
    return sample ? this.#errorOf(sample) : Infinity;
  }

  /** The server's time now, in milliseconds since 1970. */
  now() {
    return this.clientNow() + this.offsetMs;
  }

  #surest() {
    return this.#samples.reduce(
      (best, sample) => (best && this.#errorOf(best) <= this.#errorOf(sample) ? best : sample),
      /** @type {{ offsetMs: number, boundMs: number, sinceMs: number } | undefined} */ (undefined),
    );
  }

  /** @param {{ boundMs: number, sinceMs: number }} sample */
  #errorOf({ boundMs, sinceMs }) {
    return boundMs + this.drift * Math.max(0, this.clientNow() - sinceMs);
  }
}

/** The estimate of the server that a client is connected to. It takes samples when it is asked to. */
export class ServerClock extends ClockEstimate {
  #exchange;

  /**
   * @param {(clientSendMs: number) => Promise<{ serverReceiveMs: number, serverSendMs: number }>} exchange
   * @param {ClockOptions} options
   */
  constructor(exchange, options) {
    super(options);
    this.#exchange = exchange;
  }

  /**
   * Takes samples, one after the other.
   *
   * @param {{ samples?: number }} [options]
   * @returns {Promise<{ offsetMs: number, errorMs: number }>}
   */
  async sync({ samples = 8 } = {}) {
    for (let taken = 0; taken < samples; taken++) {
      const clientSendMs = this.clientNow();
      const { serverReceiveMs, serverSendMs } = await this.#exchange(clientSendMs);
      this.add({ clientSendMs, serverReceiveMs, serverSendMs, clientReceiveMs: this.clientNow() });
    }

    return { offsetMs: this.offsetMs, errorMs: this.errorMs };
  }
}
