/**
 * Reads the head of one HTTP/1.1 request from raw bytes (RFC 9112 §3). Knows nothing of WebSockets.
 *
 * @module
 */

import { tokenPattern } from "./fields.ts";
import { HandshakeRequest } from "./handshake_request.ts";
import { createHeadReader, type Reader } from "./head_reader.ts";
import type { HeadLimits } from "./limits.ts";
import { refuse } from "./refuse.ts";

// RFC 9112 §3 request-line = method SP request-target SP HTTP-version
const startLine = new RegExp(`^(${tokenPattern}) ([!-~]+) (HTTP/1\\.[01])$`);

/**
 * Reads one request's head; `secure` says that the bytes come over TLS. Throws `HandshakeError` with the
 * status to answer: 400, 414, 431 or 505.
 */
export function createRequestReader(limits: HeadLimits, secure?: boolean): Reader<HandshakeRequest> {
  return createHeadReader(limits, 1, startLine, refuse, ([, method, target, version], headers) => {
    return new HandshakeRequest({
      method: method as string,
      target: target as string,
      version,
      headers,
      secure,
    });
  });
}
