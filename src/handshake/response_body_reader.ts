/**
 * The body of a response that refuses a handshake (RFC 9112 §6), as far as one cares to keep it. Lenient: it
 * is read by people, and the connection ends with it.
 *
 * @module
 */

import type { HandshakeResponse } from "./handshake_response.ts";
import type { Reader } from "./head_reader.ts";

/** The most bytes that are kept. */
export const maxBody = 65536;

/** A reader that adds the body of `response` to `body`, up to its end or as much of it as is kept. */
export function createBodyReader({ status, headers }: HandshakeResponse, body: number[]): Reader<number[]> {
  const chunked = /\bchunked\s*$/i.test(headers.get("Transfer-Encoding") ?? "");
  /** Bytes that are still to come of the body, or of its current chunk; -1 in the line before a chunk. */
  // RFC 9112 §6.3 (1) no body; (4) chunked; (6) a length;
  // (8) without one, NaN: up to the end of the connection
  let left = status === 204 || status === 304
    ? 0
    : chunked
    ? -1
    : Number.parseInt(headers.get("Content-Length") ?? "");
  let line = "";
  return (bytes) => {
    for (const byte of bytes) {
      if (left === 0 || body.length === maxBody) break;
      if (left !== -1) {
        body.push(byte);
        if (--left === 0 && chunked) left = -1;
      } else if (byte > 0x20) {
        // Behind the size there may be extensions of any length.
        if (line.length < 32) line += String.fromCharCode(byte);
      } else if (byte === 0x0a && line !== "") {
        // RFC 9112 §7.1 chunk-size in hexadecimal, behind the
        // CRLF of the chunk before; 0, or nonsense, is the end
        left = Number.parseInt(line, 16) || 0;
        line = "";
      }
    }
    return left === 0 || body.length === maxBody ? { head: body, rest: new Uint8Array() } : undefined;
  };
}
