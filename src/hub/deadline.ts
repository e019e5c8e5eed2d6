/**
 * A time by which all has to be done. Knows nothing of what.
 *
 * @module
 */

import type { Clock } from "../connection/clock.ts";

/** So many milliseconds from now. */
export class Deadline {
  readonly #passed: Promise<void>;
  readonly #cancel: () => void;

  constructor(clock: Clock, milliseconds: number) {
    let cancel = () => {};
    this.#passed = new Promise((resolve) => cancel = clock.after(milliseconds, resolve));
    this.#cancel = () => cancel();
  }

  /** Waits for something, but no longer. */
  async await(done: Promise<unknown>): Promise<void> {
    await Promise.race([done, this.#passed]);
  }

  /** It does not matter any more. */
  cancel(): void {
    this.#cancel();
  }
}
