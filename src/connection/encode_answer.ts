/**
 * A final response as the bytes that answer one request.
 *
 * @module
 */

import type { HandshakeResponse } from "../handshake/handshake_response.ts";
import { encodeResponse } from "../handshake/write_head.ts";

/** What decides how a response is sent. */
export interface AnswerOptions {
  /** Whether another request may follow. Default false: the connection is ended. */
  readonly keepAlive?: boolean | undefined;
  /** The method of the request. Default GET. */
  readonly method?: string | undefined;
}

/** The whole response. Throws `TypeError` for fields that may not stand in a head. */
export function encodeAnswer(
  response: HandshakeResponse,
  { keepAlive = false, method }: AnswerOptions,
): Uint8Array {
  const bytes = encodeResponse(response, keepAlive);
  // RFC 9110 §9.3.2 HEAD: "the server MUST NOT send content in the response"
  return method === "HEAD" ? bytes.subarray(0, bytes.length - (response.body?.length ?? 0)) : bytes;
}
