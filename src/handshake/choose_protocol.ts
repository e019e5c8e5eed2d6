/**
 * The server's choice of a subprotocol (RFC 6455 §4.2.2 (5.5)). Knows no header field.
 *
 * @module
 */

import type { HandshakeRequest } from "./handshake_request.ts";

/**
 * The subprotocols a server speaks, the preferred one first; or a function that picks one of those offered,
 * or none. It is not called when none is offered.
 */
export type ProtocolChoice =
  | readonly string[]
  | ((offered: readonly string[], request: HandshakeRequest) => string | undefined);

/**
 * The subprotocol that is used, `undefined` for none.
 *
 * @throws {TypeError} when the function picks one that was not offered.
 */
export function chooseProtocol(
  offered: readonly string[],
  choice: ProtocolChoice,
  request: HandshakeRequest,
): string | undefined {
  if (typeof choice !== "function") return choice.find((protocol) => offered.includes(protocol));
  const protocol = offered.length > 0 ? choice(offered, request) : undefined;
  // §4.2.2 (5.5) the value "derived from the client's handshake, specifically by selecting one of the values"
  if (protocol === undefined || offered.includes(protocol)) return protocol;
  throw new TypeError("Cannot use protocols: not offered");
}
