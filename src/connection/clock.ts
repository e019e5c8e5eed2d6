/**
 * Time, as far as a connection needs it: a monotonic reading and a call later. Tests bring their own.
 *
 * @module
 */

/** A source of time. */
export interface Clock {
  /** Milliseconds since some moment; never goes back. */
  now(): number;
  /** Calls `run` once after so many milliseconds, unless the returned function was called before. */
  after(milliseconds: number, run: () => void): () => void;
}

/** About 25 days; runtimes take a longer one for none at all. */
const longestTimer = 0x7fffffff;

/** The clock of the runtime. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, Math.min(milliseconds, longestTimer));
    return () => clearTimeout(timer);
  },
};

/** The clock that is given, or the runtime's. Throws `TypeError` for what is none. */
export function chooseClock({ clock = systemClock }: { readonly clock?: Clock | undefined }): Clock {
  if (typeof clock?.now === "function" && typeof clock.after === "function") return clock;
  throw new TypeError("Cannot use clock: not a clock");
}
