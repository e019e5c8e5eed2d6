/**
 * Two ends of one connection in memory, for tests and for two parts of one process.
 *
 * @module
 */

import { checkConnectionOptions, type ConnectionOptions } from "./connection_options.ts";
import { createMemoryTransports } from "./memory_transport.ts";
import { WebSocketConnection } from "./web_socket_connection.ts";

/** The options of one end of a pair. */
export type PairOptions = Omit<ConnectionOptions, "role" | "head">;

/**
 * A client and a server connected to each other, with frames, masks, backpressure and a closing handshake as
 * over any network. Throws `TypeError` or `RangeError` for options that mean nothing.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createWebSocketPair } from "@weft/websocket";
 *
 * const [client, server] = createWebSocketPair();
 * void server.readable.pipeTo(server.writable);
 * await client.send("Hello");
 * assertEquals(await client.receive(), "Hello");
 * await client.close();
 * ```
 */
export function createWebSocketPair(
  client: PairOptions = {},
  server: PairOptions = {},
): [client: WebSocketConnection, server: WebSocketConnection] {
  checkConnectionOptions(client);
  checkConnectionOptions(server);
  const [one, other] = createMemoryTransports();
  return [
    new WebSocketConnection(one, { ...client, role: "client" }),
    new WebSocketConnection(other, { ...server, role: "server" }),
  ];
}
