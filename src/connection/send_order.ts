/**
 * Whose turn it is to send: while a message goes out in pieces, whoever comes later waits,
 * in the order of the calls.
 *
 * @module
 */

import { quietly } from "./quietly.ts";

/** Somebody who waits. */
interface Turn {
  readonly size: number;
  readonly begin: () => void;
}

/** A first come, first served order of messages. */
export class SendOrder {
  /** Bytes of those who wait. */
  waitingBytes = 0;
  #taken = false;
  #turns: Turn[] = [];

  /** Whether one can send at once. */
  get free(): boolean {
    return !this.#taken && this.#turns.length === 0;
  }

  /**
   * Waits for a turn to send `size` bytes. `begin` must send at once, or `take()` the order;
   * it tells when it is done.
   */
  enter(size: number, begin: () => Promise<void>): Promise<void> {
    this.waitingBytes += size;
    return quietly(new Promise((resolve) => this.#turns.push({ size, begin: () => resolve(begin()) })));
  }

  /** Keeps everybody else waiting until `leave()`. */
  take(): void {
    this.#taken = true;
  }

  /** Gives way to those who wait. */
  leave(): void {
    this.#taken = false;
    while (!this.#taken && this.#turns.length > 0) {
      const turn = this.#turns.shift()!;
      this.waitingBytes -= turn.size;
      turn.begin();
    }
  }
}
