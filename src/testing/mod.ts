/**
 * Transports in memory that tear, delay, stall, end and fail as they are told, a peer that plays a script,
 * and a clock that is set by hand: for tests of what runs over byte streams, this engine's and others'.
 *
 * @example A client against a server that answers byte by byte
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { connectWebSocket, acceptWebSocket } from "@weft/websocket";
 * import { createTransportPair } from "@weft/websocket/testing";
 *
 * const [near, far] = createTransportPair({}, { chunkSizes: 1 });
 * const [client, server] = await Promise.all([
 *   connectWebSocket("ws://localhost/", near),
 *   acceptWebSocket(far),
 * ]);
 * await server.send("Hello");
 * assertEquals(await client.receive(), "Hello");
 * await Promise.all([client.close(), server.closed]);
 * ```
 *
 * @module
 */

export { createLink, type LinkOptions } from "./link.ts";
export { createManualClock, type ManualClock } from "./manual_clock.ts";
export { randomSizes } from "./random_sizes.ts";
export { createScriptedTransport, type ScriptedTransport, type ScriptStep } from "./scripted_transport.ts";
export { createTransportPair } from "./transport_pair.ts";
export type { ByteStreamPair } from "../connection/byte_transport.ts";
export type { Clock } from "../connection/clock.ts";
