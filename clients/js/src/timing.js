/**
 * Clock, timers and chance, so that tests can hold them.
 *
 * @typedef {object} Timing
 * @property {() => number} now in milliseconds
 * @property {() => number} [preciseNow] milliseconds since 1970, with fractions, never jumping; `now` where it is missing
 * @property {(action: () => void, ms: number) => unknown} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => number} random from 0 to 1
 * @property {(action: () => void) => void} nextTask after everything that promises have queued
 */

/** @type {Timing} */
export const realTiming = {
  now: () => Date.now(),
  preciseNow: () => performance.timeOrigin + performance.now(),
  setTimeout: (action, ms) => setTimeout(action, ms),
  clearTimeout: (timer) => clearTimeout(timer),
  random: Math.random,
  nextTask: makeNextTask(),
};

/** @returns {(action: () => void) => void} */
function makeNextTask() {
  const { setImmediate } = /** @type {any} */ (globalThis);
  if (setImmediate) {
    return (action) => setImmediate(action);
  }

  // setTimeout(0) is 4 ms in browsers, a message is not.
  const { port1, port2 } = new MessageChannel();
  /** @type {(() => void)[]} */
  const actions = [];
  port1.onmessage = () => actions.shift()?.();
  return (action) => {
    actions.push(action);
    port2.postMessage(null);
  };
}
