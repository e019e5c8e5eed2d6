/**
 * WebSockets by Node's own modules, in Node, Deno and Bun: opened over sockets of `node:net` and `node:tls`,
 * accepted by servers of `node:http`, `node:https` and `node:http2`, and over HTTP/2 (RFC 8441), either role.
 *
 * ```ts
 * import { once } from "node:events";
 * import { createServer } from "node:http";
 * import type { AddressInfo } from "node:net";
 * import { assertEquals } from "@std/assert";
 * import { attachWebSocket } from "@weft/websocket/node";
 *
 * const server = createServer((_request, response) => response.end("a page"));
 * attachWebSocket(server, {
 *   path: "/echo",
 *   onMessage: (message, connection) => connection.send(message),
 *   onError: (error) => console.error(`${error}`),
 * });
 * await once(server.listen(0, "127.0.0.1"), "listening");
 *
 * const { port } = server.address() as AddressInfo;
 * assertEquals(await (await fetch(`http://127.0.0.1:${port}/`)).text(), "a page");
 * server.close();
 * ```
 *
 * @module
 */

export type { ByteReceiver, ByteStreamPair, ByteTransport } from "../connection/byte_transport.ts";
export type { WebSocketCloseInfo } from "../connection/close_info.ts";
export type { CloseOptions } from "../connection/close_options.ts";
export type { Message, MessageHandler } from "../connection/connection_options.ts";
export type { WebSocketConnection } from "../connection/web_socket_connection.ts";
export { WebSocketError } from "../connection/web_socket_error.ts";
export { HandshakeError } from "../handshake/handshake_error.ts";
export { CloseCode } from "../protocol/close_code.ts";
export { acceptExtendedConnect } from "./node/accept_extended_connect.ts";
export type { NodeAcceptOptions } from "./node/accept_handshake.ts";
export { acceptUpgrade } from "./node/accept_upgrade.ts";
export { type AttachOptions, attachWebSocket, type WebSocketAttachment } from "./node/attach_web_socket.ts";
export { connectHttp2, type Http2ConnectOptions } from "./node/connect_http2.ts";
export type * from "./node/node_http.ts";
export { type NodeDuplex, nodeTransport } from "./node/node_transport.ts";
export { type NodeTlsOptions, type OpenOptions, openWebSocket } from "./node/open_web_socket.ts";
