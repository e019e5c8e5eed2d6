/**
 * A 'stream' event of a server of `node:http2` with an extended CONNECT, answered over its stream. RFC 8441.
 *
 * @module
 */

import type { WebSocketConnection } from "../../connection/web_socket_connection.ts";
import {
  answerExtendedConnect,
  type ExtendedConnectAnswer,
  type HeaderList,
  readExtendedConnect,
  toHeaderList,
} from "../../handshake/extended_connect.ts";
import { HandshakeError } from "../../handshake/handshake_error.ts";
import { acceptHandshake, type NodeAcceptOptions, type ReceivedHandshake } from "./accept_handshake.ts";
import { checkHead, describeHead, pairFields, toNodeHeaders } from "./head_fields.ts";
import { widenWindow } from "./http2_session.ts";
import type { NodeHeaders, NodeHttp2ServerStream } from "./node_http.ts";
import { NodeTransport } from "./node_transport.ts";

/**
 * Answers an extended CONNECT (RFC 8441 §5) to a server of `node:http2` that has said `enableConnectProtocol`
 * in its SETTINGS; `attachWebSocket()` does so for a whole server. The stream is taken over, whatever comes
 * of it. Many share one TCP connection, each with flow control of its own: whoever does not read stops the
 * sender of his stream, and no other.
 *
 * Rejects with `HandshakeError` where no connection comes of it: the peer was refused, and told so; it left,
 * or took too long. Rejects with `TypeError` or `RangeError` for options that mean nothing, with the signal's
 * reason when aborted; the stream is reset then.
 *
 * @example
 * ```ts
 * import { once } from "node:events";
 * import { createServer } from "node:http2";
 * import { assertEquals } from "@std/assert";
 * import { acceptExtendedConnect, connectHttp2 } from "@weft/websocket/node";
 *
 * const server = createServer({ settings: { enableConnectProtocol: true } });
 * server.on("stream", async (stream, headers) => {
 *   if (headers[":method"] !== "CONNECT") return;
 *   try {
 *     const connection = await acceptExtendedConnect(stream, headers);
 *     await connection.send(`${connection.request?.version}, ${connection.request?.url.pathname}`);
 *     await connection.close();
 *   } catch (error) {
 *     console.error(`${error}`); // a client that was refused or has left
 *   }
 * });
 * await once(server.listen(0, "127.0.0.1"), "listening");
 *
 * const { port } = server.address() as { port: number };
 * const client = await connectHttp2(`ws://127.0.0.1:${port}/chat`);
 * assertEquals(await client.receive(), "HTTP/2, /chat");
 * assertEquals((await client.closed).wasClean, true);
 * server.close();
 * ```
 *
 * @param stream The event's stream.
 * @param headers The event's headers; better its raw headers, which keep every field as it came.
 * @param options As for `acceptWebSocket()`.
 */
export function acceptExtendedConnect(
  stream: NodeHttp2ServerStream,
  headers: NodeHeaders | readonly string[],
  options: NodeAcceptOptions = {},
): Promise<WebSocketConnection> {
  return acceptHandshake(receiveExtendedConnect(stream, headers, options), options);
}

/** The handshake of an event. */
export function receiveExtendedConnect(
  stream: NodeHttp2ServerStream,
  headers: NodeHeaders | readonly string[],
  options: NodeAcceptOptions,
): ReceivedHandshake<ExtendedConnectAnswer> {
  const fields = pairFields(headers);
  widenWindow(stream.session);
  return {
    transport: new NodeTransport(stream),
    read(limits) {
      const [, target = ""] = fields.find(([name]) => name === ":path") ?? [];
      checkHead(target, fields.filter(([name]) => !name.startsWith(":")), limits);
      return readExtendedConnect(fields);
    },
    decide: (request) => answerExtendedConnect(request, options),
    accept: (_exchange, answer) => respond(stream, answer.fields, false, options),
    async refuse(exchange, response) {
      const { body } = response;
      const hasBody = body !== undefined && body.length > 0;
      respond(stream, toHeaderList(response), !hasBody, options);
      if (hasBody) await exchange.step<void>((taken) => exchange.transport.write([body]) && taken());
      exchange.end();
    },
  };
}

function respond(
  stream: NodeHttp2ServerStream,
  fields: HeaderList,
  endStream: boolean,
  { onHead }: NodeAcceptOptions,
): void {
  const [[, status], ...others] = fields as [HeaderList[0], ...HeaderList];
  onHead?.("sent", describeHead(`HTTP/2 ${status}`, others));
  // Bun would answer a stream that has ended.
  if (stream.closed) throw new HandshakeError("Cannot accept: the stream has ended");
  try {
    stream.respond(toNodeHeaders(fields), { endStream });
  } catch (cause) {
    throw new HandshakeError("Cannot accept: the stream takes no answer", undefined, { cause });
  }
}
