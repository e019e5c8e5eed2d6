/**
 * Reproducible chance for tests.
 *
 * @module
 */

import { createRandom } from "../../src/testing/conformance/random.ts";

export { createRandom };

/** So many reproducible bytes. */
export function createRandomBytes(length: number, seed: number): Uint8Array {
  const random = createRandom(seed);
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let index = 0; index < words.length; index++) words[index] = random() * 2 ** 32;
  return new Uint8Array(words.buffer, 0, length);
}
