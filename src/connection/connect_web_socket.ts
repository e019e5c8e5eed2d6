/**
 * The client's opening handshake over a transport (RFC 6455 §4.1): writes the request, checks the answer.
 *
 * @module
 */

import { checkUpgradeResponse, createUpgradeRequest } from "../handshake/client_handshake.ts";
import { HandshakeError } from "../handshake/handshake_error.ts";
import { type HandshakeResponse, isInterimResponse } from "../handshake/handshake_response.ts";
import { createBodyReader } from "../handshake/response_body_reader.ts";
import { createResponseReader } from "../handshake/response_reader.ts";
import type { ConnectOptions } from "./accept_options.ts";
import type { ByteStreamPair, ByteTransport } from "./byte_transport.ts";
import { checkConnectionOptions } from "./connection_options.ts";
import { HandshakeExchange } from "./handshake_exchange.ts";
import { WebSocketConnection } from "./web_socket_connection.ts";

/** The most responses before the one that counts (RFC 9110 §15.2). */
const maxInterimResponses = 8;

/**
 * Asks for a WebSocket over a transport that leads to the server (RFC 6455 §4.1). The URL says what the
 * request says; it opens nothing.
 *
 * Rejects with `HandshakeError`, whose `response` is the whole answer, where the server refuses or answers
 * wrongly; redirects are not followed. The transport is gone then. Rejects with the signal's reason, and
 * destroys the transport, when aborted, before the call too; with `TypeError` or `RangeError`, and leaves it
 * alone, for a URL or options that mean nothing.
 *
 * @example
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { acceptWebSocket, connectWebSocket, HandshakeError } from "@weft/websocket";
 * import { createTransportPair } from "@weft/websocket/testing";
 *
 * const [near, far] = createTransportPair();
 * const authorize = () => new Response("who are you?", { status: 401 });
 * acceptWebSocket(far, { authorize }).catch(() => {});
 * const error = await assertRejects(() => connectWebSocket("ws://example.com/", near), HandshakeError);
 * assertEquals(error.status, 401);
 * ```
 */
export async function connectWebSocket(
  url: string | URL,
  transport: ByteStreamPair | ByteTransport,
  options: ConnectOptions = {},
): Promise<WebSocketConnection> {
  checkConnectionOptions(options);
  const sent = createUpgradeRequest(url, options);
  const exchange = new HandshakeExchange("Cannot connect", transport, options);
  try {
    await exchange.write(sent.head);
    const response = await readResponse(exchange);
    options.signal?.throwIfAborted();
    const agreement = await checkUpgradeResponse(response, sent);
    return new WebSocketConnection(exchange.transport, {
      ...options,
      ...agreement,
      role: "client",
      response,
      head: exchange.release(),
    });
  } catch (error) {
    exchange.destroy(error);
    throw error;
  }
}

/** The final response; with its body where it refuses. */
async function readResponse(exchange: HandshakeExchange): Promise<HandshakeResponse> {
  for (let count = 0; count <= maxInterimResponses; count++) {
    const response = await exchange.read(createResponseReader(exchange.limits));
    if (isInterimResponse(response)) continue;
    if (response.status === 101) return response;
    const body: number[] = [];
    // Where the body breaks off, what came of it is what there is.
    await exchange.read(createBodyReader(response, body)).catch(() => {});
    return { ...response, body: Uint8Array.from(body) };
  }
  throw new HandshakeError(`Cannot connect: more than ${maxInterimResponses} interim responses`);
}
