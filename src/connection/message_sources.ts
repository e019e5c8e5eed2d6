/**
 * The messages of connections that follow each other, as those of one. Asks a connection only for what is
 * asked of it, so that each one's backpressure holds.
 *
 * @module
 */

import type { Message } from "./connection_options.ts";
import type { MessageConnection } from "./message_connection.ts";

/** What can be received, in order, over all connections. */
export class MessageSources {
  readonly #sources: MessageConnection[] = [];
  #isWanted = false;
  #isEnded = false;
  /** Settles when the last call of `receive()` has its message. */
  #turn: Promise<unknown> = Promise.resolve();
  #waiting: (() => void)[] = [];

  /** The next connection. */
  add(connection: MessageConnection): void {
    this.#sources.push(connection);
    this.#change();
  }

  /** There will be no other connection. */
  end(): void {
    this.#isEnded = true;
    this.#change();
  }

  /** The next message, or `undefined` once there are no more. */
  receive(): Promise<Message | undefined> {
    this.#isWanted = true;
    const message = this.#turn.then(() => this.#next());
    this.#turn = message.catch(() => {});
    return message;
  }

  /** The messages, up to the end. */
  iterate(): AsyncIterableIterator<Message> {
    const iterator: AsyncIterableIterator<Message> = {
      next: async () => {
        const value = await this.receive();
        return value === undefined ? { done: true, value } : { done: false, value };
      },
      return: () => Promise.resolve({ done: true, value: undefined }),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /**
   * Waits until at most one connection has messages that were not read. Where nobody has received
   * so far, they are forgotten.
   */
  async catchUp(): Promise<void> {
    if (!this.#isWanted) this.#sources.length = 0;
    while (this.#sources.length > 1 && !this.#isEnded) await this.#untilChange();
  }

  async #next(): Promise<Message | undefined> {
    for (;;) {
      const source = this.#sources[0];
      if (source !== undefined) {
        const message = await source.receive();
        if (message !== undefined) return message;
        this.#sources.shift();
        this.#change();
      } else {
        if (this.#isEnded) return undefined;
        await this.#untilChange();
      }
    }
  }

  #untilChange(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #change(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
