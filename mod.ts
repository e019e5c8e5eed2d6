/**
 * RFC 6455 WebSockets, client and server, over any pair of byte streams.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { acceptWebSocket, connectWebSocket } from "@weft/websocket";
 * import { createTransportPair } from "@weft/websocket/testing";
 *
 * // Any { readable, writable } of bytes will do: here two ends in memory.
 * const [near, far] = createTransportPair();
 *
 * async function serve() {
 *   const connection = await acceptWebSocket(far);
 *   for await (const message of connection) await connection.send(message);
 * }
 *
 * const serving = serve();
 * await using connection = await connectWebSocket("ws://example.com/", near);
 * await connection.send("Hello");
 * assertEquals(await connection.receive(), "Hello");
 * await connection.close();
 * await serving;
 * ```
 *
 * @module
 */

// First, so that in a bundle what opens a connection stands together, both sides of it.
export { WebSocketConnection } from "./src/connection/web_socket_connection.ts";
export type {
  AcceptOptions,
  ConnectOptions,
  HandshakeOptions,
  HeadTap,
} from "./src/connection/accept_options.ts";
export { acceptWebSocket } from "./src/connection/accept_web_socket.ts";
export type * from "./src/connection/byte_transport.ts";
export type { ByteSource } from "./src/connection/bytes.ts";
export type { Clock } from "./src/connection/clock.ts";
export type { WebSocketCloseInfo } from "./src/connection/close_info.ts";
export type { CloseOptions } from "./src/connection/close_options.ts";
export { connectWebSocket } from "./src/connection/connect_web_socket.ts";
export type {
  CommonOptions,
  ConnectionOptions,
  Message,
  MessageHandler,
} from "./src/connection/connection_options.ts";
export type { ConnectionStats } from "./src/connection/connection_stats.ts";
export { createWebSocketPair, type PairOptions } from "./src/connection/create_web_socket_pair.ts";
export { isRecoverable } from "./src/connection/is_recoverable.ts";
export type { IncomingMessage } from "./src/connection/incoming_message.ts";
export type { ConnectionCapabilities, MessageConnection } from "./src/connection/message_connection.ts";
export {
  type AnswerOptions,
  type ReadRequest,
  readRequest,
  type RequestOptions,
  respond,
} from "./src/connection/read_request.ts";
export { prepareMessage } from "./src/connection/prepare_message.ts";
export type { MessageBody } from "./src/connection/send_stream.ts";
export type { BackoffOptions } from "./src/connection/reconnect_delay.ts";
export type { ConnectAgain, ConnectAttempt, ReconnectOptions } from "./src/connection/reconnect_options.ts";
export { ReconnectingConnection } from "./src/connection/reconnecting_connection.ts";
export { toWebSocket, type ToWebSocketOptions } from "./src/connection/to_web_socket.ts";
export {
  type ConnectToUrl,
  toWebSocketClass,
  type WebSocketClass,
} from "./src/connection/to_web_socket_class.ts";
export { WebSocketError } from "./src/connection/web_socket_error.ts";
export type * from "./src/deflate/deflate_codec.ts";
export type { DeflateOptions } from "./src/deflate/deflate_options.ts";
export { permessageDeflate } from "./src/deflate/permessage_deflate.ts";
export type { RequestHandler } from "./src/handshake/ask_application.ts";
export type { OriginPolicy } from "./src/handshake/check_origin.ts";
export type { ProtocolChoice } from "./src/handshake/choose_protocol.ts";
export type { HeaderFields } from "./src/handshake/fields.ts";
export { HandshakeError } from "./src/handshake/handshake_error.ts";
export type { UpgradeRequestOptions } from "./src/handshake/handshake_offer.ts";
export { HandshakeRequest, type HandshakeRequestInit } from "./src/handshake/handshake_request.ts";
export type { HandshakeResponse } from "./src/handshake/handshake_response.ts";
export { isWebSocketUpgrade } from "./src/handshake/is_websocket_upgrade.ts";
export type { HeadLimits } from "./src/handshake/limits.ts";
export type { UpgradeOptions } from "./src/handshake/upgrade_options.ts";
export { CloseCode, isSendableCloseCode } from "./src/protocol/close_code.ts";
export type { EncodedMessage } from "./src/protocol/encoded_message.ts";
export type { MessageType } from "./src/protocol/engine_event.ts";
export type { MessageLimits, SendOptions } from "./src/protocol/engine_options.ts";
export type * from "./src/protocol/extension.ts";
export type * from "./src/protocol/frame_info.ts";
export { PreparedMessage } from "./src/protocol/prepared_message.ts";
export { ProtocolError } from "./src/protocol/protocol_error.ts";
export type { Role } from "./src/protocol/role.ts";
