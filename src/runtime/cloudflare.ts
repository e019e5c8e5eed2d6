/**
 * WebSockets in Cloudflare Workers and workerd: of `fetch` handlers, of Durable Objects that hibernate, of `connect()` handlers, and
 * those that a worker opens itself.
 *
 * @module
 */

export type { ByteReceiver, ByteStreamPair, ByteTransport } from "../connection/byte_transport.ts";
export {
  type DurableObjectContext,
  HibernatingConnection,
  type HibernatingUpgradeOptions,
  HibernatingWebSockets,
  type HibernationOptions,
} from "./cloudflare_hibernation.ts";
export type { HibernatedWebSocket } from "./hibernating_events.ts";
export { cloudflareCapabilities, upgradeWebSocket } from "./cloudflare_upgrade.ts";
export { NativeConnection } from "./native_connection.ts";
export type { NativeConnectionOptions, NativeOptions } from "./native_options.ts";
export type { NativeUpgrade, NativeUpgradeOptions } from "./native_upgrade.ts";
export { type OpenOptions, openWebSocket } from "./cloudflare_connect.ts";
export { type CloudflareSocket, cloudflareTransport, serveSocket } from "./cloudflare_socket.ts";
