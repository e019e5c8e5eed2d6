/**
 * Bytes and handshakes from Node's own modules, in Node, Deno and Bun: sockets, servers of `node:http`, `node:https` and
 * `node:http2`, and WebSockets over HTTP/2 (RFC 8441), either role.
 *
 * @module
 */

export type { ByteReceiver, ByteStreamPair, ByteTransport } from "../connection/byte_transport.ts";
export { type NodeDuplex, nodeTransport } from "./node/node_transport.ts";
