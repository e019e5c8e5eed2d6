/**
 * Chance for property tests: a seed a round, so that a failure names the round that shows it again.
 *
 * @module
 */

import { createRandom } from "./random.ts";
import { readEnvironment } from "./read_environment.ts";

/** Numbers, and what tests make of them. */
export class Chance {
  /** In [0, 1). */
  readonly next: () => number;

  constructor(seed: number) {
    this.next = createRandom(seed);
  }

  /** An integer from 0 to `most`. */
  integer(most: number): number {
    return Math.floor(this.next() * (most + 1));
  }

  /** True so often. */
  happens(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of them. */
  pick<Value>(values: readonly Value[]): Value {
    return values[this.integer(values.length - 1)]!;
  }

  /** So many bytes. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.integer(255));
  }

  /** So many code points of all lengths, and now and then half a one. */
  text(length: number): string {
    let text = "";
    for (let count = 0; count < length; count++) {
      const most = this.pick([0x7f, 0x7f, 0x7f, 0x7ff, 0xffff, 0x10ffff]);
      text += String.fromCodePoint(this.integer(most));
    }
    return text;
  }

  /** Bytes cut into chunks, empty ones among them. */
  cut(bytes: Uint8Array, longest: number): Uint8Array[] {
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < bytes.length;) {
      const size = this.integer(this.pick([0, 1, 2, 16, longest]));
      chunks.push(bytes.subarray(at, at += size));
    }
    return chunks;
  }
}

/** Runs so many rounds, or `FUZZ` times as many where that variable is set: `FUZZ=100 deno task test fuzz`. */
export function fuzz(rounds: number, run: (chance: Chance) => void): void {
  const factor = Number(readEnvironment("FUZZ") ?? 1);
  for (let round = 1; round <= rounds * factor; round++) {
    try {
      run(new Chance(round));
    } catch (error) {
      throw new Error(`Round ${round} failed`, { cause: error });
    }
  }
}
