/**
 * An extension's codec that a reader sees through: each byte is sent as a count and the byte itself, so a message is
 * twice as long on the wire, and what is decoded can be 255 times as long.
 *
 * @module
 */

import type { MessageCodec } from "../../src/protocol/extension.ts";
import { ProtocolError } from "../../src/protocol/protocol_error.ts";

/** The codec of one engine. */
export class ToyCodec implements MessageCodec {
  /** How often it was closed. */
  closed = 0;
  /** The lengths that it was asked about. */
  readonly asked: (number | undefined)[] = [];
  /** A count whose byte has not come. */
  #count: number | undefined;

  encodes(length: number | undefined, compress: boolean | undefined): boolean {
    this.asked.push(length);
    return compress ?? true;
  }

  encode(payload: Uint8Array, _fin: boolean): Uint8Array {
    return Uint8Array.from(Array.from(payload).flatMap((byte) => [1, byte]));
  }

  decode(payload: Uint8Array, fin: boolean, limit: number): Uint8Array<ArrayBuffer> {
    const decoded: number[] = [];
    for (const byte of payload) {
      if (this.#count === undefined) {
        this.#count = byte;
        continue;
      }
      if (decoded.length + this.#count > limit) throw new ProtocolError(1009, "message too big");
      for (; this.#count > 0; this.#count--) decoded.push(byte);
      this.#count = undefined;
    }
    if (fin && this.#count !== undefined) throw new ProtocolError(1007, "a count without a byte");
    return Uint8Array.from(decoded);
  }

  close(): void {
    this.closed++;
  }
}
