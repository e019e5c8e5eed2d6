/**
 * Reads the head of one HTTP/1.1 request from raw bytes (RFC 9112 §3). Knows nothing of WebSockets.
 *
 * @module
 */

import { tokenPattern } from "./fields.ts";
import { HandshakeRequest } from "./handshake_request.ts";
import { type HeadGrammar, HeadReader, type ReadHead } from "./head_reader.ts";
import type { HeadLimits } from "./limits.ts";
import { refuse } from "./refuse.ts";

interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly version: string;
}

// RFC 9112 §3 request-line = method SP request-target SP HTTP-version
const requestLine = new RegExp(`^(${tokenPattern}) ([!-~]+) (HTTP/1\\.[01])$`);

const grammar: HeadGrammar<RequestLine> = {
  emptyLines: 1,
  fail: refuse,
  parseStartLine(line) {
    const [, method, target, version] = requestLine.exec(line) ?? [];
    if (method === undefined) throw refuse(400, "the request line is malformed");
    return { method, target: target as string, version: version as string };
  },
};

/** Reads one request's head; the next request takes a new reader. */
export class RequestReader {
  readonly #reader: HeadReader<RequestLine>;
  readonly #secure: boolean;

  /** `secure` says that the bytes come over TLS. */
  constructor(limits: HeadLimits, secure = false) {
    this.#reader = new HeadReader(limits, grammar);
    this.#secure = secure;
  }

  /**
   * Takes the next bytes, which it does not keep. `undefined` until the head is whole.
   *
   * @throws {HandshakeError} with the status to answer: 400, 414, 431 or 505.
   */
  push(bytes: Uint8Array): ReadHead<HandshakeRequest> | undefined {
    const read = this.#reader.push(bytes);
    if (read === undefined) return undefined;
    const { head: { start, headers }, rest } = read;
    return { head: new HandshakeRequest({ ...start, headers, secure: this.#secure }), rest };
  }
}
