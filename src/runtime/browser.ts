/**
 * Connections by a browser's own sockets, with the interface that all connections have, and the one that comes back.
 *
 * @module
 */

export type { ByteSource } from "../connection/bytes.ts";
export type { Clock } from "../connection/clock.ts";
export type { WebSocketCloseInfo } from "../connection/close_info.ts";
export type { CommonOptions, Message, MessageHandler } from "../connection/connection_options.ts";
export { isRecoverable } from "../connection/is_recoverable.ts";
export type { ConnectionCapabilities, MessageConnection } from "../connection/message_connection.ts";
export type { BackoffOptions } from "../connection/reconnect_delay.ts";
export type { ConnectAgain, ConnectAttempt, ReconnectOptions } from "../connection/reconnect_options.ts";
export { ReconnectingConnection } from "../connection/reconnecting_connection.ts";
export { WebSocketError } from "../connection/web_socket_error.ts";
export { HandshakeError } from "../handshake/handshake_error.ts";
export { NativeConnection } from "./native_connection.ts";
export type { NativeConnectionOptions, NativeOptions } from "./native_options.ts";
export { type NativeSocketName, type OpenOptions, openWebSocket } from "./open_web_socket.ts";
