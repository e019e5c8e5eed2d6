/**
 * Every rule that a client's opening handshake must keep (RFC 6455 §4.2.1, RFC 8441 §5), one line each. Knows
 * neither the application's policy nor how a request is read.
 *
 * @module
 */

import type { HandshakeRequest } from "./handshake_request.ts";
import { isWebSocketUpgrade } from "./is_websocket_upgrade.ts";
import { refuse } from "./refuse.ts";

// §4.4 what a server that refuses tells of itself
const supported = { "Upgrade": "websocket", "Sec-WebSocket-Version": "13" };

/** Whether a body follows the head, or what says so is malformed (RFC 9112 §6.3). */
export function hasBody(headers: Headers): boolean {
  return (headers.get("Content-Length") ?? "0") !== "0" || headers.has("Transfer-Encoding");
}

/**
 * The rules of an upgrade from HTTP/1.1.
 *
 * @throws {HandshakeError} with the status and fields that answer a broken one.
 */
export function checkUpgradeRequest({ method, headers }: Pick<HandshakeRequest, "method" | "headers">): void {
  // RFC 9112 §9.3 what may be a body is never read as frames or as another request
  if (hasBody(headers)) throw refuse(400, "an upgrade has no body");
  // §4.2.1 (1) "An HTTP/1.1 or higher GET request"
  if (method !== "GET") throw refuse(405, "the method is not GET", { Allow: "GET" });
  // §4.2.1 (3) "An |Upgrade| header field containing the value "websocket"",
  // (4) "A |Connection| header field that includes the token "Upgrade""
  if (!isWebSocketUpgrade(headers)) throw refuse(426, "no upgrade to websocket", supported);
  // §4.2.1 (6) "A |Sec-WebSocket-Version| header field, with a value of 13"
  if (headers.get("Sec-WebSocket-Version") !== "13") {
    throw refuse(426, "Sec-WebSocket-Version is not 13", supported);
  }
  // §4.2.1 (5) "a base64-encoded value that, when decoded, is 16 bytes in length"
  if (!/^[\dA-Za-z+/]{22}==$/.test(headers.get("Sec-WebSocket-Key") ?? "")) {
    throw refuse(400, "Sec-WebSocket-Key is not 16 bytes in base64");
  }
}

/**
 * The rules of an extended CONNECT; `protocol` is what `:protocol` says.
 *
 * @throws {HandshakeError} with the status and fields that answer a broken one.
 */
export function checkExtendedConnect(
  { method, headers }: HandshakeRequest,
  protocol: string | undefined,
): void {
  // RFC 9113 §8.2.2 "An endpoint MUST NOT generate an HTTP/2
  // message containing connection-specific header fields"
  if (["connection", "upgrade"].some((name) => headers.has(name)) || hasBody(headers)) {
    throw refuse(400, "a field belongs to HTTP/1.1");
  }
  // RFC 8441 §4 ":method" is "CONNECT"
  if (method !== "CONNECT") throw refuse(405, "the method is not CONNECT", { Allow: "CONNECT" });
  // RFC 9220 §3 "the server SHOULD respond to the request with a 501 (Not Implemented) status code"
  if (protocol !== "websocket") throw refuse(501, "the protocol is not websocket");
  // RFC 6455 §4.4, without the 426 that HTTP/2 has no use for
  if (headers.get("Sec-WebSocket-Version") !== "13") {
    throw refuse(400, "Sec-WebSocket-Version is not 13", { "Sec-WebSocket-Version": "13" });
  }
}
