/**
 * How much somebody may ask for in how much time. Knows nothing of what.
 *
 * @module
 */

import type { Clock } from "../connection/clock.ts";

/** So many tokens a second, and so many at most at once. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #clock: Clock;
  #tokens: number;
  #filled: number;

  /** A full bucket. */
  constructor(perSecond: number, burst: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#clock = clock;
    this.#tokens = burst;
    this.#filled = clock.now();
  }

  /**
   * Takes a token, where there is one. Who takes more all the same gets into debt, down to `-debt`, and has
   * to wait until that is paid off. What is left.
   */
  take(debt: number): number {
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#filled) / 1000 * this.#perSecond);
    this.#filled = now;
    this.#tokens = Math.max(-debt, this.#tokens - 1);
    return this.#tokens;
  }

  /** Takes so many more for what turned out to be dear; nobody gets into debt by that. */
  charge(tokens: number): void {
    this.#tokens = Math.min(this.#tokens, Math.max(0, this.#tokens - tokens));
  }
}
