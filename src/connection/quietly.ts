/**
 * Promises that nobody need look at: what they reject with, `closed` or another promise tells too.
 *
 * @module
 */

import { WebSocketError } from "./web_socket_error.ts";

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

/** Rejects with an error; quietly where it says what `closed` tells too. */
export function reject(error: unknown): Promise<never> {
  return error instanceof WebSocketError ? rejectQuietly(error) : Promise.reject(error);
}

/** Whatever it throws, its promise rejects with. */
export function attempt<Value>(run: () => Promise<Value>): Promise<Value> {
  try {
    return run();
  } catch (error) {
    return reject(error);
  }
}
