/**
 * A pair of byte streams in the judge's hands: read, put back, write, end. Knows neither HTTP nor frames.
 *
 * @module
 */

import type { ByteStreamPair } from "../../connection/byte_transport.ts";

/** So many bytes of each direction are kept for the report. */
const excerptLength = 96;

function toDigits(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The beginning of what went one way, in hexadecimal digits. */
class Excerpt {
  #digits = "";
  #length = 0;

  add(bytes: Uint8Array): void {
    if (this.#length < excerptLength) {
      this.#digits += toDigits(bytes.subarray(0, excerptLength - this.#length));
    }
    this.#length += bytes.length;
  }

  toString(): string {
    return this.#length > excerptLength ? `${this.#digits}... (${this.#length} bytes)` : this.#digits;
  }
}

/** One connection. */
export class Link {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #unread: Uint8Array | undefined;
  #isEnded = false;
  /** What was read and written since the opening handshake. */
  received = new Excerpt();
  sent = new Excerpt();

  constructor({ readable, writable }: ByteStreamPair) {
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
    // Whoever reads learns of the end; a peer that is gone is no fault of the judge.
    this.#writer.closed.catch(() => {});
    this.#writer.ready.catch(() => {});
  }

  /** The next bytes; `undefined` at the end, also where it is no good one. */
  async read(): Promise<Uint8Array | undefined> {
    const unread = this.#unread;
    this.#unread = undefined;
    const chunk = unread ?? await this.#reader.read().then(({ value }) => value, () => undefined);
    if (chunk !== undefined) this.received.add(chunk);
    return chunk;
  }

  /** Puts bytes back that were read too many. What is told of the handshake so far is forgotten. */
  restart(unread: Uint8Array): void {
    if (unread.length > 0) this.#unread = unread;
    this.received = new Excerpt();
    this.sent = new Excerpt();
  }

  /** Writes bytes; in vain behind the end, and where the peer is gone. */
  async write(bytes: Uint8Array): Promise<void> {
    this.sent.add(bytes);
    // Node's streams throw for what comes behind the end, where others reject.
    if (!this.#isEnded) await this.#writer.write(bytes).catch(() => {});
  }

  /** Ends the writing side. */
  end(): void {
    this.#isEnded = true;
    this.#writer.close().catch(() => {});
  }

  /** Lets go of both sides. */
  destroy(): void {
    this.#reader.cancel().catch(() => {});
    this.#writer.abort().catch(() => {});
  }
}
