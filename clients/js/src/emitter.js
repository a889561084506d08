/**
 * Listeners by the name of the event. One that throws does not keep the others from hearing it; its error is reported as uncaught.
 *
 * @template {Record<string, any[]>} TEvents
 */
export class Emitter {
  /** @type {Map<keyof TEvents, Set<Function>>} */
  #listeners = new Map();

  /**
   * @template {keyof TEvents} K
   * @param {K} name @param {(...args: TEvents[K]) => void} listener
   * @returns {() => void} ends it
   */
  on(name, listener) {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => this.off(name, listener);
  }

  /** @template {keyof TEvents} K @param {K} name @param {(...args: TEvents[K]) => void} listener */
  off(name, listener) {
    this.#listeners.get(name)?.delete(listener);
  }

  /** @template {keyof TEvents} K @param {K} name @param {TEvents[K]} args */
  emit(name, ...args) {
    for (const listener of [...this.#listeners.get(name) ?? []]) {
      try {
        listener(...args);
      } catch (error) {
        queueMicrotask(() => { throw error; });
      }
    }
  }
}
