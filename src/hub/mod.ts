/**
 * Many connections: members under names, topics, direct messages, feeds and presence, in one process or, by a
 * broker, in many. And a small protocol of JSON texts by which clients ask for all that.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createWebSocketPair } from "@weft/websocket";
 * import { Hub } from "@weft/websocket/hub";
 *
 * const hub = new Hub();
 * const [client, server] = createWebSocketPair(); // where others accept one
 * const ann = await hub.join(server, { name: "ann" });
 * await ann.subscribe("news");
 * await hub.publish("news", "Hello");
 * assertEquals(await client.receive(), "Hello");
 * await Promise.all([hub.close(), client.close()]);
 * ```
 *
 * @module
 */

export * from "./application_protocol.ts";
export { Attendance, type MemberList } from "./attendance.ts";
export { BroadcastChannelBroker, type BroadcastChannelBrokerOptions } from "./broadcast_channel_broker.ts";
export type * from "./broker.ts";
export type { ByteSource } from "../connection/bytes.ts";
export type { WebSocketCloseInfo } from "../connection/close_info.ts";
export type { CloseOptions } from "../connection/close_options.ts";
export type { Clock } from "../connection/clock.ts";
export type { Message } from "../connection/connection_options.ts";
export type { ConnectAgain, ConnectAttempt } from "../connection/reconnect_options.ts";
export type { MessageConnection } from "../connection/message_connection.ts";
export type { ExchangeCounts, PublishResult } from "./exchange.ts";
export type { FeedSource } from "./feeds.ts";
export { Hub } from "./hub.ts";
export { HubError, type HubErrorCode } from "./hub_error.ts";
export type { HubAction, HubConnection, HubEvent, HubOptions, HubStats } from "./hub_options.ts";
export type { Member } from "./member.ts";
export { HubClient, type HubClientConnection } from "./hub_client.ts";
export type { HubClientOptions } from "./hub_client_options.ts";
export { HubServer } from "./hub_server.ts";
export type { HubServerLimits, HubServerOptions } from "./hub_server_options.ts";
export type { HubSession } from "./hub_session.ts";
export { ReconnectingHubClient } from "./reconnecting_hub_client.ts";
export type {
  HubClientState,
  ReconnectingHubClientOptions,
  ReturnedTopic,
} from "./reconnecting_hub_client_options.ts";
export type { SessionOptions, SessionState } from "./session_state.ts";
