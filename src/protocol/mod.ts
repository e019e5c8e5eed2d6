/**
 * The protocol by itself: RFC 6455 §5-§8 as a machine without I/O, to be embedded where somebody else moves
 * the bytes.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { WebSocketEngine } from "@weft/websocket/protocol";
 *
 * const server = new WebSocketEngine({ role: "server" });
 * server.receive(Uint8Array.of(0x89, 0x80, 1, 2, 3, 4)); // a Ping, as it came from the network
 * assertEquals(server.next()?.type, "ping");
 * assertEquals(server.takeOutput(), [Uint8Array.of(0x8a, 0x00)]); // the Pong, for the network
 * ```
 *
 * @module
 */

export * from "./close_code.ts";
export type { EncodedMessage } from "./encoded_message.ts";
export * from "./engine_event.ts";
export type { EngineOptions, MessageLimits, SendOptions } from "./engine_options.ts";
export type * from "./extension.ts";
export type * from "./frame_info.ts";
export * as Opcode from "./opcode.ts";
export { PreparedMessage } from "./prepared_message.ts";
export * from "./protocol_error.ts";
export type * from "./role.ts";
export * from "./web_socket_engine.ts";
