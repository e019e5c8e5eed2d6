/**
 * Reads the head of one HTTP/1.1 response from raw bytes (RFC 9112 §4). Knows nothing of WebSockets.
 *
 * @module
 */

import { HandshakeError } from "./handshake_error.ts";
import type { HandshakeResponse } from "./handshake_response.ts";
import { type HeadGrammar, HeadReader, type ReadHead } from "./head_reader.ts";
import type { HeadLimits } from "./limits.ts";

interface StatusLine {
  readonly status: number;
  readonly statusText: string;
}

// RFC 9112 §4 status-line = HTTP-version SP status-code SP [ reason-phrase ]; the last SP is often forgotten
const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: (.*))?$/;

function fail(_status: number, reason: string): HandshakeError {
  return new HandshakeError(`Cannot connect: the response is malformed: ${reason}`);
}

const grammar: HeadGrammar<StatusLine> = {
  emptyLines: 0,
  fail,
  parseStartLine(line) {
    const [, minor, code, statusText = ""] = statusLine.exec(line) ?? [];
    const status = Number(code);
    // RFC 9110 §15.2 "Since HTTP/1.0 did not define any 1xx status codes..."
    if (code === undefined || minor === "0" && status < 200) throw fail(400, "no HTTP/1.1 status line");
    return { status, statusText };
  },
};

/** Reads one response's head; the next response takes a new reader. */
export class ResponseReader {
  readonly #reader: HeadReader<StatusLine>;

  /** A reader of one head under `limits`. */
  constructor(limits: HeadLimits) {
    this.#reader = new HeadReader(limits, grammar);
  }

  /**
   * Takes the next bytes, which it does not keep. `undefined` until the head is whole.
   *
   * @throws {HandshakeError} when the response is malformed or its head too large.
   */
  push(bytes: Uint8Array): ReadHead<HandshakeResponse> | undefined {
    const read = this.#reader.push(bytes);
    if (read === undefined) return undefined;
    const { head: { start, headers }, rest } = read;
    return { head: { ...start, headers }, rest };
  }
}
