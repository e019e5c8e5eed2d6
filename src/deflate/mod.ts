/**
 * permessage-deflate (RFC 7692): messages compressed one by one, by a codec of choice.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { acceptWebSocket, connectWebSocket } from "@weft/websocket";
 * import { permessageDeflate } from "@weft/websocket/deflate";
 * import { createTransportPair } from "@weft/websocket/testing";
 *
 * const [near, far] = createTransportPair();
 * const accepted = acceptWebSocket(far, { extensions: [permessageDeflate()] });
 * const client = await connectWebSocket("ws://example.com/", near, { extensions: [permessageDeflate()] });
 * const server = await accepted;
 * const agreed = "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12";
 * assertEquals(client.extensions, agreed);
 *
 * const text = "to and fro, ".repeat(1000);
 * await client.send(text);
 * assertEquals(await server.receive(), text);
 * assertEquals(client.stats.bytesSent < 300, true);
 * await client.close();
 * ```
 *
 * @module
 */

export type * from "./deflate_codec.ts";
export type { DeflateOptions } from "./deflate_options.ts";
export type * from "../protocol/extension.ts";
export { pakoCodec } from "./pako_codec.ts";
export { permessageDeflate } from "./permessage_deflate.ts";
