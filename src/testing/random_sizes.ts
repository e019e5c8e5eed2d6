/**
 * Reproducible sizes of chunks.
 *
 * @module
 */

import { checkNumber } from "../protocol/engine_options.ts";

/**
 * Whole numbers from 1 to `maximum` without end, the small ones more often, for `LinkOptions.chunkSizes`.
 * Each iteration begins anew, and is the same for the same seed. Throws `TypeError` for what is no number,
 * `RangeError` for a maximum that is no positive whole number and a seed that is no whole number from 0 on.
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
  checkNumber("seed", seed ?? null, 0);
  checkNumber("maximum", maximum ?? null, 0, 1);
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
