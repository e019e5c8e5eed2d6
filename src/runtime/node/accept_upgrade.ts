/**
 * The 'upgrade' event of a server of `node:http` or `node:https`: the request that it has read, answered over
 * its socket. RFC 6455 §4.2.
 *
 * @module
 */

import type { WebSocketConnection } from "../../connection/web_socket_connection.ts";
import { hasBody } from "../../handshake/check_upgrade_request.ts";
import type { HeaderList } from "../../handshake/extended_connect.ts";
import { hasToken } from "../../handshake/fields.ts";
import { HandshakeRequest } from "../../handshake/handshake_request.ts";
import { refuse } from "../../handshake/refuse.ts";
import { answerUpgrade, type UpgradeAnswer } from "../../handshake/server_handshake.ts";
import { formatResponse } from "../../handshake/write_head.ts";
import { acceptHandshake, type NodeAcceptOptions, type ReceivedHandshake } from "./accept_handshake.ts";
import { checkHead, pairFields } from "./head_fields.ts";
import type { NodeRequest } from "./node_http.ts";
import { type NodeDuplex, NodeTransport } from "./node_transport.ts";

/** What an 'upgrade' event tells. */
export interface UpgradeEvent {
  readonly request: NodeRequest;
  readonly socket: NodeDuplex;
  readonly head: Uint8Array;
}

/**
 * Answers the 'upgrade' event of a server of `node:http` or `node:https`; `attachWebSocket()` does so for a
 * whole server. The socket is taken over, whatever comes of it.
 *
 * Rejects with `HandshakeError` where no connection comes of it: the peer was refused, and told so with
 * `Connection: close`; it left, or took too long. Rejects with `TypeError` or `RangeError` for options that
 * mean nothing, with the signal's reason when aborted; the socket is destroyed then.
 *
 * @example
 * ```ts
 * import { once } from "node:events";
 * import { createServer } from "node:http";
 * import { connect } from "node:net";
 * import { assertEquals } from "@std/assert";
 * import { connectWebSocket } from "@weft/websocket";
 * import { acceptUpgrade, nodeTransport } from "@weft/websocket/node";
 *
 * const server = createServer().on("upgrade", async (request, socket, head) => {
 *   try {
 *     const connection = await acceptUpgrade(request, socket, head, { protocols: ["chat"] });
 *     await connection.send("Hello");
 *     await connection.close();
 *   } catch (error) {
 *     console.error(`${error}`); // a client that was refused or has left
 *   }
 * });
 * await once(server.listen(0, "127.0.0.1"), "listening");
 *
 * const { port } = server.address() as { port: number };
 * const transport = nodeTransport(connect(port, "127.0.0.1"));
 * const client = await connectWebSocket(`ws://127.0.0.1:${port}/`, transport, { protocols: ["chat"] });
 * assertEquals(await client.receive(), "Hello");
 * assertEquals((await client.closed).wasClean, true);
 * server.close();
 * ```
 *
 * @param request The event's request,
 * @param socket its socket,
 * @param head and the bytes that were read behind the request.
 * @param options As for `acceptWebSocket()`.
 */
export function acceptUpgrade(
  request: NodeRequest,
  socket: NodeDuplex,
  head: Uint8Array,
  options: NodeAcceptOptions = {},
): Promise<WebSocketConnection> {
  return acceptHandshake(receiveUpgrade({ request, socket, head }, options), options);
}

/**
 * The handshake of an event. With `giveBack`, a socket that may carry another request is given back
 * once the request is refused.
 */
export function receiveUpgrade(
  { request: incoming, socket, head }: UpgradeEvent,
  options: NodeAcceptOptions,
  giveBack?: () => void,
): ReceivedHandshake<UpgradeAnswer> {
  const transport = new NodeTransport(socket, head);
  return {
    transport,
    read(limits) {
      const { method = "", url: target = "", httpVersion, rawHeaders } = incoming;
      const fields = pairFields(rawHeaders);
      checkHead(target, fields, limits);
      const version = `HTTP/${httpVersion}`;
      const secure = isEncrypted(socket);
      return new HandshakeRequest({ method, target, version, headers: joinFields(fields), secure });
    },
    decide: (request) => answerUpgrade(request, options),
    accept: (exchange, answer) => exchange.write(answer.head),
    async refuse(exchange, response, request) {
      const keepAlive = giveBack !== undefined && request !== undefined && head.length === 0 &&
        // RFC 9112 §9.6 "A server that receives a "close" connection
        // option MUST initiate closure of the connection"
        !hasBody(request.headers) && !hasToken(request.headers, "Connection", "close");
      // RFC 9110 §9.3.2 HEAD: "the server MUST NOT send content in the response"
      const body = incoming.method === "HEAD" ? undefined : response.body;
      await exchange.write(formatResponse(response, keepAlive), body);
      if (!keepAlive) {
        exchange.end();
        return;
      }
      exchange.release();
      transport.release();
      giveBack();
    },
  };
}

/** Whether a socket is one of TLS. */
export function isEncrypted(socket: object): boolean {
  return "encrypted" in socket && socket.encrypted === true;
}

/** Fields of one name are joined (RFC 9110 §5.3). */
function joinFields(fields: HeaderList): Headers {
  const headers = new Headers();
  try {
    for (const [name, value] of fields) headers.append(name, value);
  } catch {
    throw refuse(400, "a header field is malformed");
  }
  return headers;
}
