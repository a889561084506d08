/**
 * Puts events and replies into the order in which they happened, each event once. Events carry a stamp, replies the place after which
 * they stand; the two travel by different ways and may overtake each other.
 *
 * @typedef {{ source: string, epoch: number, seq: number }} Place
 * @typedef {Place & { prev: number }} Stamp
 * @typedef {{ name: string, payload: any, stamp: Stamp }} Arrival
 * @typedef {{ at: Place, own: boolean, done: () => void, timer: unknown, tries: number }} Waiter
 */

const SNAPSHOT = 'SessionSnapshot';
const WAITS_MAX = 2;

/** @param {Place} a @param {Place} b both of one source */
const compare = (a, b) => a.epoch - b.epoch || a.seq - b.seq;

/**
 * Whether something before it is missing. A prev below what was seen is no loss: nothing between the two was for this client.
 *
 * @param {Stamp} stamp @param {Place | null} place
 */
const isAhead = (stamp, place) =>
  place !== null && stamp.source === place.source && (stamp.epoch > place.epoch || (stamp.epoch === place.epoch && stamp.prev > place.seq));

export class Inbox {
  /** @type {Place | null} the last event handled, of the one session that is followed */
  place = null;

  /** Events that came a second time, and were passed over. */
  duplicates = 0;

  /** @type {Arrival[]} */
  #queue = [];

  /** @type {Waiter[]} */
  #waiters = [];

  #holds = 0;
  #generation = 0;
  #isPumpDue = false;
  #isPausing = false;
  #hasGap = false;

  /**
   * @param {import('./timing.js').Timing} timing
   * @param {{ handle: (arrival: Arrival) => void, gap: () => boolean }} to gap says whether it is being repaired
   * @param {number} settleMs how long a reply waits for the caller's own event before it is asked for
   */
  constructor(timing, to, settleMs) {
    this.timing = timing;
    this.to = to;
    this.settleMs = settleMs;
  }

  /** @param {string} name @param {any} payload @param {Stamp} stamp */
  arrive(name, payload, stamp) {
    this.#queue.push({ name, payload, stamp });
    this.#pumpSoon();
  }

  /** Lets events wait for the reply of a command that enters a session. @returns {() => void} ends it */
  hold() {
    const generation = this.#generation;
    let isHeld = true;
    this.#holds++;
    return () => {
      if (isHeld && generation === this.#generation) {
        this.#holds--;
        this.#pumpSoon();
      }

      isHeld = false;
    };
  }

  /** Begins at a place. False when it is older than what is known: then nothing changes. @param {Place} at */
  begin(at) {
    if (this.place?.source === at.source && compare(at, this.place) < 0) {
      return false;
    }

    this.place = { source: at.source, epoch: at.epoch, seq: at.seq };
    return true;
  }

  /** The session is no longer followed. */
  end() {
    this.place = null;
    this.#settle();
  }

  /**
   * Calls back when everything up to the place of a reply has been handled; later events are handled after that. Which events before it are this
   * client's cannot be seen from the place alone: those that have arrived count, and of the others the one that the command itself caused.
   *
   * @param {Place | undefined} at @param {boolean} own whether the command's own event comes to this client @param {() => void} done
   */
  stand(at, own, done) {
    if (!at) {
      done();
      return;
    }

    /** @type {Waiter} */
    const waiter = { at, own, done, timer: null, tries: 0 };
    this.#waiters.push(waiter);
    this.#settle();
    if (own && this.#waiters.includes(waiter)) {
      this.#watch(waiter);
    }
  }

  /** Lets whoever waits for a promise that was just resolved go first. */
  pause() {
    if (this.#isPausing) {
      return;
    }

    this.#isPausing = true;
    this.timing.nextTask(() => {
      this.#isPausing = false;
      this.#pump();
    });
  }

  /** The connection is gone: what was not handled comes again, or is covered by a snapshot. */
  lost() {
    this.#generation++;
    this.#holds = 0;
    this.#queue = [];
    this.#hasGap = false;
  }

  /** The gap is closed: what was missed follows. What had arrived before counts only as far as it joins on; the rest comes again. */
  repaired() {
    this.#hasGap = false;
    let { place } = this;
    const arrivals = this.#queue.filter(({ stamp }) => stamp.source === place?.source);
    this.#queue = arrivals.sort((a, b) => compare(a.stamp, b.stamp)).filter(({ name, stamp }) => {
      const joins = name === SNAPSHOT || !isAhead(stamp, place);
      place = joins ? stamp : place;
      return joins;
    });
    this.#settle();
    this.#pumpSoon();
  }

  /** No connection any more: replies that have come are not held back by events that will not. */
  close() {
    this.lost();
    this.place = null;
    this.#settle();
  }

  #pumpSoon() {
    if (this.#isPumpDue) {
      return;
    }

    // All of one message from the socket is here before the first microtask, and its replies are seen before the second.
    this.#isPumpDue = true;
    queueMicrotask(() => queueMicrotask(() => {
      this.#isPumpDue = false;
      this.#pump();
    }));
  }

  #pump() {
    while (this.#holds === 0 && !this.#isPausing && !this.#hasGap) {
      const arrival = this.#queue[0];
      if (!arrival || this.#letRepliesFirst(arrival)) {
        break;
      }

      this.#queue.shift();
      this.#take(arrival);
      this.#settle();
    }
  }

  /** @param {Arrival} arrival */
  #take(arrival) {
    const { name, stamp } = arrival;
    if (name === SNAPSHOT) {
      if (this.begin(stamp)) {
        this.to.handle(arrival);
      }

      return;
    }

    if (stamp.source !== this.place?.source) {
      // A session that was left.
      return;
    }

    if (compare(stamp, this.place) <= 0) {
      this.duplicates++;
      return;
    }

    if (isAhead(stamp, this.place)) {
      this.#hasGap = this.to.gap();
      return;
    }

    this.place = { source: stamp.source, epoch: stamp.epoch, seq: stamp.seq };
    this.to.handle(arrival);
  }

  /** A reply that stands before this event, and for which nothing can come any more, goes first. @param {Arrival} next */
  #letRepliesFirst({ name, stamp }) {
    if (name === SNAPSHOT || isAhead(stamp, this.place)) {
      return false;
    }

    const before = this.#waiters.filter((w) => w.at.source === stamp.source && compare(w.at, stamp) < 0);
    return before.length > 0 && this.#finish(before);
  }

  #settle() {
    this.#finish(this.#waiters.filter((w) => this.#isPast(w)));
  }

  /** @param {Waiter} waiter */
  #isPast({ at, own }) {
    if (this.place?.source !== at.source || compare(this.place, at) >= 0) {
      return true;
    }

    return !own && !this.#queue.some(({ stamp }) => stamp.source === at.source && compare(stamp, at) <= 0);
  }

  /** @param {Waiter[]} waiters @returns {true} */
  #finish(waiters) {
    for (const waiter of waiters) {
      this.timing.clearTimeout(waiter.timer);
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      waiter.done();
    }

    if (waiters.length > 0 && this.#queue.length > 0) {
      this.pause();
    }

    return true;
  }

  /** The last event of a quiet session has no successor that would show its loss: so it is asked for. @param {Waiter} waiter */
  #watch(waiter) {
    waiter.timer = this.timing.setTimeout(() => {
      if (++waiter.tries >= WAITS_MAX) {
        this.#finish([waiter]);
        return;
      }

      if (this.#holds === 0 && !this.#hasGap) {
        this.#hasGap = this.to.gap();
      }

      this.#watch(waiter);
    }, this.settleMs);
  }
}
