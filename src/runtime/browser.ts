/**
 * Connections by a browser's own sockets, with the interface that all connections have,
 * and the one that comes back.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { openWebSocket, ReconnectingConnection } from "@weft/websocket/browser";
 * import { upgradeWebSocket } from "@weft/websocket/deno";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, async (request) => {
 *   const { response } = await upgradeWebSocket(request, {
 *     onMessage: (message, connection) => connection.send(message),
 *   });
 *   return response;
 * });
 * const url = `ws://localhost:${server.addr.port}/`;
 *
 * await using connection = new ReconnectingConnection(({ signal }) => openWebSocket(url, { signal }));
 * await connection.send("Hello");
 * assertEquals(await connection.receive(), "Hello");
 * ```
 *
 * @module
 */

export type { ByteSource } from "../connection/bytes.ts";
export type { Clock } from "../connection/clock.ts";
export type { WebSocketCloseInfo } from "../connection/close_info.ts";
export type { CloseOptions } from "../connection/close_options.ts";
export type { CommonOptions, Message, MessageHandler } from "../connection/connection_options.ts";
export { isRecoverable } from "../connection/is_recoverable.ts";
export type { ConnectionCapabilities, MessageConnection } from "../connection/message_connection.ts";
export type { BackoffOptions } from "../connection/reconnect_delay.ts";
export type { ConnectAgain, ConnectAttempt, ReconnectOptions } from "../connection/reconnect_options.ts";
export { ReconnectingConnection } from "../connection/reconnecting_connection.ts";
export { WebSocketError } from "../connection/web_socket_error.ts";
export { HandshakeError } from "../handshake/handshake_error.ts";
export { CloseCode } from "../protocol/close_code.ts";
export type { NativeConnection } from "./native_connection.ts";
export type { NativeOptions } from "./native_options.ts";
export { type NativeSocketName, type OpenOptions, openWebSocket } from "./open_web_socket.ts";
