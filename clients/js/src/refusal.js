/**
 * A coded no. `error` and `code` say why, for a program; `message` for a person; `retry` whether the same command may
 * succeed a little later.
 *
 * Codes of the SDK itself: `temporary` (9001, as the server's: no connection now), `unknown` (-1: the connection broke before
 * the answer; it may have been done or not), `closed` (-2: there is no connection and there will be none).
 */
export class RefusalError extends Error {
  /** @param {{ error: number, code: string, message: string, retry?: boolean }} reply @param {unknown} [cause] */
  constructor({ error, code, message, retry = false }, cause) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'RefusalError';
    this.error = error;
    this.code = code;
    this.retry = retry;
  }
}

export const ErrorNumber = Object.freeze({ unknown: -1, closed: -2, credentialsInvalid: 206, internal: 9000, temporary: 9001, resumeExpired: 9005 });

/** @param {string} message @param {unknown} [cause] */
export const temporary = (message, cause) => new RefusalError({ error: ErrorNumber.temporary, code: 'temporary', message, retry: true }, cause);

export const unknown = () => new RefusalError({
  error: ErrorNumber.unknown, code: 'unknown', message: 'The connection broke before the answer came: it may have been done or not.',
});

export const closed = () => new RefusalError({ error: ErrorNumber.closed, code: 'closed', message: 'There is no connection; call connect().' });

/** @param {unknown} cause */
export const fault = (cause) => new RefusalError({
  error: ErrorNumber.internal, code: 'internal', message: `The server could not answer: ${cause instanceof Error ? cause.message : cause}`,
}, cause);
