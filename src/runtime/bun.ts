/**
 * WebSockets in Bun: opened by the engine, accepted by it from the bytes of `Bun.listen`, or upgraded by
 * `Bun.serve`.
 *
 * ```ts ignore
 * import { isWebSocketUpgrade, upgradeWebSocket, websocket } from "@weft/websocket/bun";
 *
 * Bun.serve({
 *   port: 10088,
 *   websocket,
 *   async fetch(request, server) {
 *     if (!isWebSocketUpgrade(request)) return new Response("a page");
 *     const { response } = await upgradeWebSocket(request, server, {
 *       onMessage: (message, connection) => connection.send(message),
 *     });
 *     return response;
 *   },
 * });
 * ```
 *
 * @module
 */

export type { ByteReceiver, ByteStreamPair, ByteTransport } from "../connection/byte_transport.ts";
export type { WebSocketCloseInfo } from "../connection/close_info.ts";
export type { CloseOptions } from "../connection/close_options.ts";
export type { ConnectionGroup, GroupSeat } from "../connection/connection_group.ts";
export type { Message, MessageHandler } from "../connection/connection_options.ts";
export type { ConnectionCapabilities, MessageConnection } from "../connection/message_connection.ts";
export { WebSocketError } from "../connection/web_socket_error.ts";
export { HandshakeError } from "../handshake/handshake_error.ts";
export { isWebSocketUpgrade } from "../handshake/is_websocket_upgrade.ts";
export { CloseCode } from "../protocol/close_code.ts";
export type { BunPublisher, BunSubscriber } from "./bun_group.ts";
export { type BunTlsOptions, type OpenOptions, openWebSocket } from "./bun_open.ts";
export {
  type BunSocket,
  type BunSocketHandlers,
  type BunSocketOptions,
  bunSocketOptions,
} from "./bun_transport.ts";
export {
  type BunServer,
  type BunUpgradeOptions,
  type BunWebSocketHandlers,
  upgradeWebSocket,
  websocket,
} from "./bun_upgrade.ts";
export { bunCapabilities, type BunServerWebSocket } from "./bun_web_socket_transport.ts";
export type { NativeConnection } from "./native_connection.ts";
export type { NativeOptions } from "./native_options.ts";
export type { NativeUpgrade, NativeUpgradeOptions } from "./native_upgrade.ts";
