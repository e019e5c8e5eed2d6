/**
 * Reproducible sizes of chunks.
 *
 * @module
 */

/**
 * Whole numbers from 1 to `maximum` without end, the small ones more often, for `LinkOptions.chunkSizes`.
 * Each iteration begins anew, and is the same for the same seed. Throws `RangeError` for a maximum that is
 * no positive whole number.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { randomSizes } from "@weft/websocket/testing";
 *
 * for (const size of randomSizes(1, 100)) {
 *   assert(size >= 1 && size <= 100);
 *   if (size > 50) break;
 * }
 * ```
 */
export function randomSizes(seed: number, maximum: number): Iterable<number> {
  if (!Number.isSafeInteger(maximum) || maximum < 1) {
    throw new RangeError(`Cannot choose sizes: maximum ${maximum}`);
  }
  return {
    *[Symbol.iterator]() {
      for (let state = seed >>> 0;;) {
        // A linear congruential generator is chance enough here.
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        yield 1 + Math.floor(maximum * (state / 2 ** 32) ** 3);
      }
    },
  };
}
