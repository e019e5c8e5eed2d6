/**
 * Promises that nobody has to look at.
 *
 * @module
 */

const ignore = (): void => {};

/** The same promise, which is no unhandled rejection if nobody looks at it. */
export function quiet<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(ignore);
  return promise;
}
