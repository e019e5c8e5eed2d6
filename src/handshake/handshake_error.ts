/**
 * The opening handshake failed (RFC 6455 §4). Carries the response that says so, and knows not who sends it.
 *
 * @module
 */

import type { HandshakeResponse } from "./handshake_response.ts";

/**
 * The opening handshake failed (RFC 6455 §4). On a server `response` is what the peer is answered; on a
 * client it is what the server answered. Where the application's own code failed, `cause` is what it threw.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { HandshakeError } from "@weft/websocket";
 *
 * const response = { status: 401, statusText: "Unauthorized", headers: new Headers() };
 * const error = new HandshakeError("Cannot connect: the server answered 401", response);
 * assertEquals(error.status, 401);
 * ```
 */
export class HandshakeError extends Error {
  /** The name of the class, for logs. */
  override readonly name = "HandshakeError";
  /**
   * The whole response; `undefined` on a client that received none it could read, and where a server's
   * peer has left or was slow.
   */
  readonly response: HandshakeResponse | undefined;

  /** `options.cause` is what was behind the failure. */
  constructor(message: string, response?: HandshakeResponse, options?: ErrorOptions) {
    super(message, options);
    this.response = response;
  }

  /** The status of the response, 0 without one. */
  get status(): number {
    return this.response?.status ?? 0;
  }
}
