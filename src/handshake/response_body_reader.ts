/**
 * The body of a response that refuses a handshake (RFC 9112 §6), as far as one cares to keep it. Lenient: it is read by people, and
 * the connection ends with it.
 *
 * @module
 */

import type { HandshakeResponse } from "./handshake_response.ts";
import type { ReadHead } from "./head_reader.ts";

const empty = new Uint8Array(0);

/** Reads one body. */
export class ResponseBodyReader {
  /** What was read so far. */
  body: Uint8Array<ArrayBuffer> = empty;
  readonly #chunked: boolean;
  /** Bytes that are still to come of the body, or of its current chunk. */
  #left: number;
  readonly #most: number;
  /** The line between two chunks, as far as it was read. */
  #line = "";

  /** Keeps `most` bytes of the body that belongs to `response`. */
  constructor({ status, headers }: HandshakeResponse, most: number) {
    this.#most = most;
    this.#chunked = /(?:^|,)\s*chunked\s*$/i.test(headers.get("transfer-encoding") ?? "");
    const length = headers.get("content-length") ?? "";
    // RFC 9112 §6.3 (1) no body; (4) chunked; (6) a length; (8) up to the end of the connection
    this.#left = status < 200 || status === 204 || status === 304
      ? 0
      : this.#chunked
      ? -1
      : /^\d+$/.test(length)
      ? Number(length)
      : Infinity;
  }

  /** Takes the next bytes. The body, once it is whole or as long as it may be. */
  push(bytes: Uint8Array): ReadHead<Uint8Array<ArrayBuffer>> | undefined {
    let at = 0;
    while (at < bytes.length && this.#left !== 0 && this.body.length < this.#most) {
      if (this.#left < 0) {
        this.#readLine(bytes[at++]!);
        continue;
      }
      const piece = bytes.subarray(at, at + Math.min(this.#left, this.#most - this.body.length));
      this.#append(piece);
      at += piece.length;
      this.#left -= piece.length;
      if (this.#left === 0 && this.#chunked) this.#left = -1;
    }
    if (this.#left !== 0 && this.body.length < this.#most) return undefined;
    return { head: this.body, rest: empty };
  }

  /** RFC 9112 §7.1 chunk-size in hexadecimal, behind the CRLF of the chunk before; 0, or nonsense, is the end. */
  #readLine(byte: number): void {
    if (byte !== 0x0a) {
      // Behind the size there may be extensions of any length.
      if (this.#line.length < 32) this.#line += String.fromCharCode(byte);
      return;
    }
    const line = this.#line.trim();
    this.#line = "";
    if (line !== "") this.#left = Number.parseInt(line, 16) || 0;
  }

  #append(piece: Uint8Array): void {
    const body = new Uint8Array(this.body.length + piece.length);
    body.set(this.body);
    body.set(piece, this.body.length);
    this.body = body;
  }
}
