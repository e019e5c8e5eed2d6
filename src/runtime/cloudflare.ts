/**
 * WebSockets in Cloudflare Workers and workerd: of `fetch` handlers, of Durable Objects that hibernate, of
 * `connect()` handlers, and those that a worker opens itself.
 *
 * ```ts ignore
 * import { isWebSocketUpgrade, upgradeWebSocket } from "@weft/websocket/cloudflare";
 *
 * export default {
 *   async fetch(request: Request): Promise<Response> {
 *     if (!isWebSocketUpgrade(request)) return new Response("a page");
 *     const { response } = await upgradeWebSocket(request, {
 *       onMessage: (message, connection) => connection.send(message),
 *     });
 *     return response;
 *   },
 * };
 * ```
 *
 * @module
 */

export type { ByteReceiver, ByteStreamPair, ByteTransport } from "../connection/byte_transport.ts";
export type { WebSocketCloseInfo } from "../connection/close_info.ts";
export type { CloseOptions } from "../connection/close_options.ts";
export type { Message, MessageHandler } from "../connection/connection_options.ts";
export type { ConnectionCapabilities, MessageConnection } from "../connection/message_connection.ts";
export type { WebSocketConnection } from "../connection/web_socket_connection.ts";
export { WebSocketError } from "../connection/web_socket_error.ts";
export { HandshakeError } from "../handshake/handshake_error.ts";
export { isWebSocketUpgrade } from "../handshake/is_websocket_upgrade.ts";
export { CloseCode } from "../protocol/close_code.ts";
export {
  type DurableObjectContext,
  type HibernatingConnection,
  type HibernatingUpgradeOptions,
  HibernatingWebSockets,
  type HibernationOptions,
} from "./cloudflare_hibernation.ts";
export type { HibernatedWebSocket } from "./hibernating_events.ts";
export {
  cloudflareCapabilities,
  type CloudflareUpgradeOptions,
  upgradeWebSocket,
} from "./cloudflare_upgrade.ts";
export type { NativeConnection } from "./native_connection.ts";
export type { NativeOptions } from "./native_options.ts";
export type { NativeUpgrade, NativeUpgradeOptions } from "./native_upgrade.ts";
export { type OpenOptions, openWebSocket } from "./cloudflare_connect.ts";
export { type CloudflareSocket, cloudflareTransport, serveSocket } from "./cloudflare_socket.ts";
