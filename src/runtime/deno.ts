/**
 * WebSockets in Deno: opened by the engine, accepted by it from the bytes of any connection, or upgraded by
 * `Deno.serve`.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { isWebSocketUpgrade, upgradeWebSocket } from "@weft/websocket/deno";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, async (request) => {
 *   if (!isWebSocketUpgrade(request)) return new Response("a page");
 *   const { response } = await upgradeWebSocket(request, {
 *     onMessage: (message, connection) => connection.send(message),
 *   });
 *   return response;
 * });
 *
 * assertEquals(await (await fetch(`http://localhost:${server.addr.port}/`)).text(), "a page");
 * ```
 *
 * @module
 */

export type { ByteReceiver, ByteStreamPair, ByteTransport } from "../connection/byte_transport.ts";
export type { WebSocketCloseInfo } from "../connection/close_info.ts";
export type { CloseOptions } from "../connection/close_options.ts";
export type { Message, MessageHandler } from "../connection/connection_options.ts";
export type { ConnectionCapabilities, MessageConnection } from "../connection/message_connection.ts";
export { WebSocketError } from "../connection/web_socket_error.ts";
export { HandshakeError } from "../handshake/handshake_error.ts";
export { isWebSocketUpgrade } from "../handshake/is_websocket_upgrade.ts";
export { CloseCode } from "../protocol/close_code.ts";
export { type DenoTlsOptions, type OpenOptions, openWebSocket } from "./deno_open.ts";
export { type DenoConn, denoTransport } from "./deno_transport.ts";
export { denoCapabilities, type DenoUpgradeOptions, upgradeWebSocket } from "./deno_upgrade.ts";
export type { NativeConnection } from "./native_connection.ts";
export type { NativeOptions } from "./native_options.ts";
export type { NativeUpgrade, NativeUpgradeOptions } from "./native_upgrade.ts";
