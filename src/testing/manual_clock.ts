/**
 * Time that passes when it is told to.
 *
 * @module
 */

import type { Clock } from "../connection/clock.ts";

/** A clock that stands still between calls of `advance()`. */
export interface ManualClock extends Clock {
  /** How many calls are still to come. */
  readonly pending: number;
  /**
   * Lets so many milliseconds pass and makes the calls that fall due, in order, each at its own time, those
   * that come up meanwhile included. Throws `RangeError` for less than 0 and for what never ends.
   */
  advance(milliseconds: number): void;
}

/**
 * Creates a clock that stands at 0.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createManualClock } from "@weft/websocket/testing";
 *
 * const clock = createManualClock();
 * const times: number[] = [];
 * clock.after(10, () => times.push(clock.now()));
 * clock.advance(25);
 * assertEquals(times, [10]);
 * assertEquals(clock.now(), 25);
 * ```
 */
export function createManualClock(): ManualClock {
  const timers = new Set<{ readonly due: number; readonly run: () => void }>();
  let now = 0;

  function nextUntil(limit: number): { readonly due: number; readonly run: () => void } | undefined {
    let next;
    for (const timer of timers) {
      if (timer.due <= limit && (next === undefined || timer.due < next.due)) next = timer;
    }
    return next;
  }

  return {
    get pending() {
      return timers.size;
    },
    now: () => now,
    after(milliseconds, run) {
      const due = now + Math.max(0, milliseconds);
      // It would stand there for ever.
      if (Number.isNaN(due)) throw new RangeError(`Cannot wait: ${milliseconds} ms`);
      const timer = { due, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance(milliseconds) {
      if (!Number.isFinite(milliseconds) || milliseconds < 0) {
        throw new RangeError(`Cannot advance the clock: ${milliseconds} ms`);
      }
      const until = now + milliseconds;
      for (let timer; (timer = nextUntil(until)) !== undefined;) {
        timers.delete(timer);
        now = timer.due;
        timer.run();
      }
      now = until;
    },
  };
}
