/**
 * The answer to a handshake, either way. A record of its own, because a WHATWG
 * `Response` cannot have the status
 * 101. Knows no bytes of a head; RFC 9110 §15.
 *
 * @module
 */

import { formatResponse } from "./write_head.ts";

/** A response to an opening handshake: one to send, or one that was received. */
export interface HandshakeResponse {
  /** The status code. */
  readonly status: number;
  /** The reason phrase; it may be empty. */
  readonly statusText: string;
  /** The header fields. */
  readonly headers: Headers;
  /** The body, or as much of it as was kept; absent where there is none. */
  readonly body?: Uint8Array | undefined;
}

/** Whether another response follows this one: every 1xx but 101 (RFC 9110 §15.2). */
export function isInterimResponse({ status }: HandshakeResponse): boolean {
  return status < 200 && status !== 101;
}

/**
 * The record of a WHATWG `Response` with the whole of its body.
 *
 * @throws {TypeError} when it is no final response (1xx, `Response.error()`), a field may not
 * stand in a head, or its body is used already.
 */
export async function toHandshakeResponse(response: Response): Promise<HandshakeResponse> {
  if (!(response instanceof Response) || response.status < 200) {
    throw new TypeError("Cannot answer: no final Response");
  }
  const { status, statusText, headers } = response;
  const record = { status, statusText, headers, body: new Uint8Array(await response.arrayBuffer()) };
  formatResponse(record, false);
  return record;
}
