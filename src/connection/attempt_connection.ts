/**
 * One attempt to connect, with a time limit and a way to give it up. Leaves nothing behind that nobody has.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import type { MessageConnection } from "./message_connection.ts";

/** What an attempt is made of. */
export interface Attempt {
  /** Connects. What comes of it after the attempt was given up is torn down. */
  readonly connect: () => MessageConnection | PromiseLike<MessageConnection>;
  /** Prepares the connection. Where it fails, the connection is torn down. */
  readonly onOpen: ((connection: MessageConnection) => unknown) | undefined;
  /** Gives up when aborted; aborted by this when the time is up. */
  readonly controller: AbortController;
  /** The most milliseconds. */
  readonly timeout: number;
  /** Tells the time. */
  readonly clock: Clock;
}

/**
 * Resolves with a connection, prepared and open, or ended already: then its `closed` says why.
 * Rejects where there was none.
 */
export async function attemptConnection(
  { connect, onOpen, controller, timeout, clock }: Attempt,
): Promise<MessageConnection> {
  const { signal } = controller;
  const cancel = clock.after(timeout, () => {
    controller.abort(new DOMException(`Cannot connect: not done in ${timeout} ms`, "TimeoutError"));
  });
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => {});
  try {
    const connection = await Promise.race([connectUnlessAborted(connect, signal), aborted]);
    try {
      await Promise.race([onOpen?.(connection), connection.closed, aborted]);
      signal.throwIfAborted();
    } catch (error) {
      if (connection.readyState === "open") connection.abort(error);
    }
    return connection;
  } finally {
    cancel();
  }
}

/** Connects, and tears down what comes too late. */
async function connectUnlessAborted(
  connect: Attempt["connect"],
  signal: AbortSignal,
): Promise<MessageConnection> {
  const connection = await connect();
  if (connection?.closed === undefined) {
    throw new TypeError("Cannot connect: the function returned no connection");
  }
  if (signal.aborted) connection.abort(signal.reason);
  signal.throwIfAborted();
  return connection;
}
