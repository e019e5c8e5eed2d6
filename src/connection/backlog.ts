/**
 * Messages that wait for a connection, in order, up to a limit. Knows not when there is one.
 *
 * @module
 */

import type { SendOptions } from "../protocol/engine_options.ts";
import { isPrepared, type PreparedMessage } from "../protocol/prepared_message.ts";
import { encodeText } from "../protocol/text.ts";
import { type ByteSource, toBytes } from "./bytes.ts";
import type { MessageConnection } from "./message_connection.ts";
import { rejectQuietly } from "./quietly.ts";

/** A message that waits, and who waits for it. */
interface WaitingMessage {
  readonly data: string | Uint8Array;
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

  /** Bytes of payload that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Adds a message. Settles as its sending does; rejects with `RangeError` where it does not fit, and with
   * `TypeError` for what is neither text nor bytes.
   */
  push(message: string | ByteSource | PreparedMessage, options: SendOptions | undefined): Promise<void> {
    const given = isPrepared(message) ? message.data : message;
    const data = typeof given === "string" ? given : toBytes(given);
    if (data === undefined) return Promise.reject(new TypeError("Cannot send: neither text nor bytes"));
    const size = typeof data === "string" ? encodeText(data).length : data.length;
    if (this.#waiting.length >= this.#maxMessages) {
      return rejectQuietly(new RangeError(`Cannot send: ${this.#waiting.length} messages wait already`));
    }
    if (this.#bytes + size > this.#maxBytes) {
      return rejectQuietly(new RangeError(`Cannot send: ${this.#bytes} bytes wait already`));
    }
    this.#bytes += size;
    const sent = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ data, options, size, resolve, reject });
    });
    sent.catch(() => {});
    return sent;
  }

  /** Sends what waits, in order, for as long as the connection is open. */
  flush(connection: MessageConnection): void {
    let sent = 0;
    for (; sent < this.#waiting.length && connection.readyState === "open"; sent++) {
      const { data, options, size, resolve } = this.#waiting[sent]!;
      this.#bytes -= size;
      resolve(connection.send(data, options));
    }
    this.#waiting.splice(0, sent);
  }

  /** Gives up all that waits. */
  clear(error: unknown): void {
    this.#bytes = 0;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
