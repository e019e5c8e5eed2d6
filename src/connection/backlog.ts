/**
 * Messages that wait for a connection, in order, up to a limit. Knows not when there is one.
 *
 * @module
 */

import type { SendOptions } from "../protocol/engine_options.ts";
import { encodeText } from "../protocol/text.ts";

/** A message that waits, and who waits for it. */
interface WaitingMessage {
  readonly message: string | Uint8Array;
  readonly options: SendOptions | undefined;
  readonly size: number;
  readonly resolve: (sent: Promise<void>) => void;
  readonly reject: (error: unknown) => void;
}

/** A bounded queue of messages. */
export class Backlog {
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  #waiting: WaitingMessage[] = [];
  #bytes = 0;

  /** The most messages, and the most bytes of payload, that wait. */
  constructor(maxMessages: number, maxBytes: number) {
    this.#maxMessages = maxMessages;
    this.#maxBytes = maxBytes;
  }

  /** Messages that wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Bytes of payload that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a message. Settles as its sending does; rejects with `RangeError` where it does not fit. */
  push(message: string | Uint8Array, options: SendOptions | undefined): Promise<void> {
    const size = typeof message === "string" ? encodeText(message).length : message.length;
    if (this.#waiting.length >= this.#maxMessages) {
      return Promise.reject(new RangeError(`Cannot send: ${this.#waiting.length} messages wait already`));
    }
    if (this.#bytes + size > this.#maxBytes) {
      return Promise.reject(new RangeError(`Cannot send: ${this.#bytes} bytes wait already`));
    }
    this.#bytes += size;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ message, options, size, resolve, reject });
    });
  }

  /** Sends what waits, in order, for as long as `isOpen` says so. */
  flush(
    isOpen: () => boolean,
    send: (message: string | Uint8Array, options: SendOptions | undefined) => Promise<void>,
  ): void {
    let sent = 0;
    for (; sent < this.#waiting.length && isOpen(); sent++) {
      const { message, options, size, resolve } = this.#waiting[sent]!;
      this.#bytes -= size;
      resolve(send(message, options));
    }
    this.#waiting.splice(0, sent);
  }

  /** Gives up all that waits. */
  clear(error: unknown): void {
    this.#bytes = 0;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
