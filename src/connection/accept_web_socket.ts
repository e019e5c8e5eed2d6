/**
 * The server's opening handshake over a transport (RFC 6455 §4.2): reads the request, asks the application, answers.
 *
 * @module
 */

import { askApplication } from "../handshake/ask_application.ts";
import { hasBody } from "../handshake/check_upgrade_request.ts";
import { hasToken } from "../handshake/fields.ts";
import { HandshakeError } from "../handshake/handshake_error.ts";
import type { HandshakeRequest } from "../handshake/handshake_request.ts";
import { toHandshakeResponse } from "../handshake/handshake_response.ts";
import { isWebSocketUpgrade } from "../handshake/is_websocket_upgrade.ts";
import { createRequestReader } from "../handshake/request_reader.ts";
import { answerUpgrade, type UpgradeAnswer } from "../handshake/server_handshake.ts";
import { checkUpgradeOptions } from "../handshake/upgrade_options.ts";
import { checkFunctions } from "../protocol/engine_options.ts";
import { type AcceptOptions, formatHead } from "./accept_options.ts";
import type { ByteStreamPair, ByteTransport } from "./byte_transport.ts";
import { checkConnectionOptions } from "./connection_options.ts";
import { encodeAnswer } from "./encode_answer.ts";
import { HandshakeExchange } from "./handshake_exchange.ts";
import { WebSocketConnection } from "./web_socket_connection.ts";

/**
 * Reads an HTTP/1.1 upgrade from a transport and answers it (RFC 6455 §4.2).
 *
 * Rejects with `HandshakeError` where no connection comes of it: the peer was refused, and told so; it was answered by `onRequest`; it left, or took
 * too long. The transport is ended then. Rejects with `TypeError` or `RangeError`, and leaves the transport alone, for options that mean nothing; with the
 * signal's reason when aborted.
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
  checkFunctions(options, "onHead", "onRequest");
  const exchange = new HandshakeExchange("Cannot accept", transport, options);
  try {
    for (let request = options.request;; request = undefined) {
      try {
        request ??= await exchange.read(createRequestReader(exchange.limits, options.secure));
        options.onHead?.(
          "received",
          formatHead(`${request.method} ${request.target} ${request.version}`, request.headers),
        );
        const answer = await exchange.wait(decide(request, options));
        options.onHead?.("sent", formatHead("HTTP/1.1 101 Switching Protocols", answer.headers));
        await exchange.write(answer.head);
        return new WebSocketConnection(exchange.transport, {
          ...options,
          ...answer,
          role: "server",
          request,
          head: exchange.release(),
        });
      } catch (error) {
        if (!(error instanceof HandshakeError) || error.response === undefined) throw error;
        let stays = options.keepAlive === true && request !== undefined && permitsAnother(request) &&
          exchange.rest.length === 0;
        const { status, statusText, headers } = error.response;
        options.onHead?.("sent", formatHead(`HTTP/1.1 ${status} ${statusText}`, headers));
        // §4.2.2 "the server ... MUST return an appropriate HTTP error code"
        const answer = encodeAnswer(error.response, { keepAlive: stays, method: request?.method });
        // Whoever has left need not be told.
        await exchange.write(answer).catch(() => stays = false);
        if (!stays) {
          exchange.end();
          throw error;
        }
        exchange.restart();
      }
    }
  } catch (error) {
    if (!exchange.ending) exchange.destroy(error);
    throw error;
  }
}

/** Whether another request may follow this one. */
function permitsAnother({ headers }: HandshakeRequest): boolean {
  // RFC 9112 §9.6 "A server that receives a "close" connection option MUST initiate closure of the connection"
  return !hasBody(headers) && !hasToken(headers, "connection", "close");
}

/** Asks the application. Rejects with the `HandshakeError` of a refusal. */
async function decide(request: HandshakeRequest, options: AcceptOptions): Promise<UpgradeAnswer> {
  await answerOrdinary(request, options);
  return await answerUpgrade(request, options);
}

/** Throws the application's answer to a request that is no upgrade, if there is one. */
async function answerOrdinary(request: HandshakeRequest, { onRequest }: AcceptOptions): Promise<void> {
  if (onRequest === undefined || isWebSocketUpgrade(request)) return;
  const response = await askApplication(async () => {
    const answer = await onRequest(request);
    return answer ? toHandshakeResponse(answer) : undefined;
  });
  if (response !== undefined) throw new HandshakeError("Cannot accept: the request was no upgrade", response);
}
