/**
 * Promises that nobody need look at: what they reject with, `closed` or another promise tells too.
 *
 * @module
 */

const ignore = (): void => {};

/** The same promise, which is no unhandled rejection if nobody looks at it. */
export function quietly<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(ignore);
  return promise;
}

/** Rejects with an error; whoever does not look at it, does not want to know. */
export function rejectQuietly(error: unknown): Promise<never> {
  return quietly(Promise.reject(error));
}
