/**
 * The server's opening handshake over a transport (RFC 6455 §4.2): reads the request, asks
 * the application, answers.
 *
 * @module
 */

import { askHandler } from "../handshake/ask_application.ts";
import { hasBody } from "../handshake/check_upgrade_request.ts";
import { hasToken } from "../handshake/fields.ts";
import { HandshakeError } from "../handshake/handshake_error.ts";
import type { HandshakeRequest } from "../handshake/handshake_request.ts";
import { isWebSocketUpgrade } from "../handshake/is_websocket_upgrade.ts";
import { createRequestReader } from "../handshake/request_reader.ts";
import { answerUpgrade, type UpgradeAnswer } from "../handshake/server_handshake.ts";
import { checkUpgradeOptions } from "../handshake/upgrade_options.ts";
import { formatResponse } from "../handshake/write_head.ts";
import { checkFunctions } from "../protocol/engine_options.ts";
import type { AcceptOptions } from "./accept_options.ts";
import type { ByteStreamPair, ByteTransport } from "./byte_transport.ts";
import { checkConnectionOptions } from "./connection_options.ts";
import { HandshakeExchange } from "./handshake_exchange.ts";
import { WebSocketConnection } from "./web_socket_connection.ts";

/**
 * Reads an HTTP/1.1 upgrade from a transport and answers it (RFC 6455 §4.2).
 *
 * Rejects with `HandshakeError` where no connection comes of it: the peer was refused, and told so, by 503
 * where the application took too long; it was answered by `onRequest`; it left, or took too long itself. The
 * transport is ended then. Rejects with the signal's reason, and destroys the transport, when aborted, before
 * the call too; with `TypeError` or `RangeError`, and leaves it alone, for options that mean nothing.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { acceptWebSocket, connectWebSocket } from "@weft/websocket";
 * import { createTransportPair } from "@weft/websocket/testing";
 *
 * const [near, far] = createTransportPair();
 * const accepted = acceptWebSocket(far, { protocols: ["chat"] });
 * const client = await connectWebSocket("ws://example.com/", near, { protocols: ["chat"] });
 * const server = await accepted;
 * assertEquals([client.protocol, server.protocol], ["chat", "chat"]);
 * await client.close();
 * ```
 */
export async function acceptWebSocket(
  transport: ByteStreamPair | ByteTransport,
  options: AcceptOptions = {},
): Promise<WebSocketConnection> {
  checkConnectionOptions(options);
  checkUpgradeOptions(options);
  checkFunctions(options, "onRequest");
  let exchange = new HandshakeExchange("Cannot accept", transport, options);
  try {
    for (let { request } = options;; request = undefined) {
      try {
        const received = request ??= await exchange.read(
          createRequestReader(exchange.limits, options.secure),
        );
        const answer = await exchange.decide(() => decide(received, options));
        await exchange.write(answer.head);
        const head = exchange.release();
        return new WebSocketConnection(exchange.transport, {
          ...options,
          ...answer,
          role: "server",
          request,
          head,
        });
      } catch (error) {
        const response = error instanceof HandshakeError ? error.response : undefined;
        if (response === undefined) throw error;
        let stays = options.keepAlive === true && request !== undefined && exchange.rest.length === 0 &&
          // RFC 9112 §9.6 "A server that receives a "close" connection
          // option MUST initiate closure of the connection"
          !hasBody(request.headers) && !hasToken(request.headers, "Connection", "close");
        // §4.2.2 "the server ... MUST return an appropriate HTTP error code"
        const head = formatResponse(response, stays);
        // RFC 9110 §9.3.2 HEAD: "the server MUST NOT send content in the response"
        const body = request?.method === "HEAD" ? undefined : response.body;
        // Whoever has left need not be told.
        await exchange.write(head, body).catch(() => stays = false);
        if (!stays) {
          exchange.end();
          throw error;
        }
        // Another attempt has a deadline of its own.
        exchange = new HandshakeExchange("Cannot accept", exchange.transport, {
          ...options,
          head: exchange.release(),
        });
      }
    }
  } catch (error) {
    if (!exchange.ending) exchange.destroy(error);
    throw error;
  }
}

/** Asks the application. Rejects with the `HandshakeError` of a refusal. */
async function decide(request: HandshakeRequest, options: AcceptOptions): Promise<UpgradeAnswer> {
  if (!isWebSocketUpgrade(request)) await askHandler(options.onRequest, request);
  return await answerUpgrade(request, options);
}
