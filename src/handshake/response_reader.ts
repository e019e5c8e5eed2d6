/**
 * Reads the head of one HTTP/1.1 response from raw bytes (RFC 9112 §4). Knows nothing of WebSockets.
 *
 * @module
 */

import { HandshakeError } from "./handshake_error.ts";
import type { HandshakeResponse } from "./handshake_response.ts";
import { createHeadReader, type Reader } from "./head_reader.ts";
import type { HeadLimits } from "./limits.ts";

// RFC 9112 §4 status-line = HTTP-version SP status-code SP [ reason-phrase ]; the last SP is often forgotten
// RFC 9110 §15.2 "Since HTTP/1.0 did not define any 1xx status codes..."
const startLine = /^HTTP\/1\.(?:1|0(?! 1)) ([1-9]\d\d)(?: (.*))?$/;

/** Reads one response's head. Throws `HandshakeError` when it is malformed or too large. */
export function createResponseReader(limits: HeadLimits): Reader<HandshakeResponse> {
  return createHeadReader(
    limits,
    0,
    startLine,
    (_status, reason) => new HandshakeError(`Cannot connect: the response has ${reason}`),
    ([, status, statusText = ""], headers) => ({ status: Number(status), statusText, headers }),
  );
}
