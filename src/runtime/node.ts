/**
 * Bytes and handshakes from Node's own modules, in Node, Deno and Bun: sockets, servers of `node:http`, `node:https` and
 * `node:http2`, and WebSockets over HTTP/2 (RFC 8441), either role.
 *
 * @module
 */

export type { ByteReceiver, ByteStreamPair, ByteTransport } from "../connection/byte_transport.ts";
export { acceptExtendedConnect } from "./node/accept_extended_connect.ts";
export type { NodeAcceptOptions } from "./node/accept_handshake.ts";
export { acceptUpgrade } from "./node/accept_upgrade.ts";
export { type AttachOptions, attachWebSocket, type WebSocketAttachment } from "./node/attach_web_socket.ts";
export { connectHttp2, type Http2ConnectOptions } from "./node/connect_http2.ts";
export type * from "./node/node_http.ts";
export { type NodeDuplex, nodeTransport } from "./node/node_transport.ts";
