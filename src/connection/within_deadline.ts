/**
 * A time limit and a signal around whatever takes its time before there is a connection. Knows no handshake.
 *
 * @module
 */

import { type Clock, systemClock } from "./clock.ts";

/** Milliseconds of an opening handshake, where no option says. */
export const defaultHandshakeTimeout = 10_000;

/** What ends a wait. */
export interface Deadline {
  /** The most milliseconds. Default 10 000. */
  readonly handshakeTimeout?: number | undefined;
  /** Ends it earlier. */
  readonly signal?: AbortSignal | undefined;
  /** Tells the time. */
  readonly clock?: Clock | undefined;
}

const nothing = () => {};

/** Calls `abort` with the signal's reason when it is aborted. Returns what calls that off. */
export function watchSignal(signal: AbortSignal | undefined, abort: (reason: unknown) => void): () => void {
  if (signal === undefined) return nothing;
  const onAbort = () => abort(signal.reason);
  signal.addEventListener("abort", onAbort);
  return () => signal.removeEventListener("abort", onAbort);
}

/** Calls `late` when the time is up, and `abort` when the signal is aborted. Returns what calls both off. */
export function watchDeadline(
  { handshakeTimeout = defaultHandshakeTimeout, signal, clock = systemClock }: Deadline,
  late: () => void,
  abort: (reason: unknown) => void,
): () => void {
  const cancelTimer = clock.after(handshakeTimeout, late);
  const stopWatching = watchSignal(signal, abort);
  return () => {
    cancelTimer();
    stopWatching();
  };
}

/**
 * Settles as `promise` does, unless the time is up before, or the signal aborted: rejects then with what
 * `late` makes, or with the signal's reason. What still comes of `promise` is its maker's.
 */
export async function withinDeadline<Value>(
  promise: Promise<Value>,
  deadline: Deadline,
  late: () => unknown,
): Promise<Value> {
  let stop = () => {};
  try {
    return await new Promise((resolve, reject) => {
      stop = watchDeadline(deadline, () => reject(late()), reject);
      if (deadline.signal?.aborted) reject(deadline.signal.reason);
      promise.then(resolve, reject);
    });
  } finally {
    stop();
  }
}

/** Starts the time of several steps. Returns what makes the options of the next one, with the time left. */
export function startDeadline<Options extends Deadline>(options: Options): () => Options {
  const { handshakeTimeout = defaultHandshakeTimeout, clock = systemClock } = options;
  const end = clock.now() + handshakeTimeout;
  return () => ({ ...options, handshakeTimeout: Math.max(0, Math.ceil(end - clock.now())) });
}
