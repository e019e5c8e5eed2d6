/**
 * WebSockets of `Bun.serve`: its `upgrade()` and `websocket` handlers with the handshake and the connection
 * that Weft has everywhere. Knows of Bun what it takes and calls; type-checks and loads anywhere.
 *
 * @module
 */

import type { BunPublisher } from "./bun_group.ts";
import {
  bunCapabilities,
  type BunServerWebSocket,
  BunWebSocketTransport,
  transportOf,
} from "./bun_web_socket_transport.ts";
import { NativeConnection } from "./native_connection.ts";
import {
  checkNativeUpgradeOptions,
  type NativeUpgrade,
  type NativeUpgradeOptions,
  refuseUpgrade,
  upgradeNative,
} from "./native_upgrade.ts";

/** What is used of a `Bun.Server`. */
export interface BunServer extends BunPublisher {
  /** Answers with a 101, unless the peer has left. */
  upgrade(request: Request, options: { readonly headers: Headers; readonly data: unknown }): boolean;
}

/** The `websocket` of `Bun.serve`. */
export interface BunWebSocketHandlers {
  /** The longest message in bytes: 16 MiB. */
  readonly maxPayloadLength: number;
  /** Off: the connection sees to it that the peer is there. */
  readonly idleTimeout: 0;
  /** Off, as well. */
  readonly sendPings: false;
  /** A socket is there. */
  open(socket: BunServerWebSocket): void;
  /** A message has come. */
  message(socket: BunServerWebSocket, message: string | Uint8Array<ArrayBuffer>): void;
  /** What waited has left. */
  drain(socket: BunServerWebSocket): void;
  /** A Ping has come, and was answered. */
  ping(socket: BunServerWebSocket, payload: Uint8Array): void;
  /** A Pong has come. */
  pong(socket: BunServerWebSocket, payload: Uint8Array): void;
  /** The socket is gone. */
  close(socket: BunServerWebSocket, code: number, reason: string): void;
}

/** The options of `upgradeWebSocket()` on Bun. */
export interface BunUpgradeOptions extends Omit<NativeUpgradeOptions, "maxReceiveQueue"> {}

/** Bun refuses longer messages by itself. */
const longestMessage = 16 * 1024 * 1024;

/**
 * The handlers that `Bun.serve` calls for the sockets of `upgradeWebSocket()`: its option `websocket`. Those
 * of other sockets are passed over.
 */
export const websocket: BunWebSocketHandlers = {
  maxPayloadLength: longestMessage,
  idleTimeout: 0,
  sendPings: false,
  open: (socket) => find(socket)?.open(socket),
  message: (socket, message) => transportOf(socket)?.receiveMessage(message),
  drain: (socket) => find(socket)?.flush(),
  // Whoever pings is there: an empty Pong answers none of ours.
  ping: (socket) => find(socket)?.receiver?.receivePong(new Uint8Array(0)),
  pong: (socket, payload) => find(socket)?.receiver?.receivePong(payload),
  close: (socket, code, reason) => find(socket)?.end(code, reason),
};

/**
 * Upgrades a request of `Bun.serve`, whose `websocket` must be the `websocket` of this module. Resolves with
 * the response that the handler is to return, and the connection, or why there is none. Never rejects for
 * what the peer did. Rejects with `TypeError` or `RangeError` for options that mean nothing, or nothing here;
 * with the signal's reason where it is aborted.
 *
 * Bun refuses messages of more than 16 MiB by itself, and a larger `maxMessageSize` is a `RangeError`. It
 * does not wait for the peer's Close.
 *
 * @example A server
 * ```ts ignore
 * import { upgradeWebSocket, websocket } from "@weft/websocket/bun";
 *
 * Bun.serve({
 *   port: 10088,
 *   websocket,
 *   async fetch(request, server) {
 *     const { response } = await upgradeWebSocket(request, server, {
 *       onMessage: (message, connection) => connection.send(message),
 *     });
 *     return response;
 *   },
 * });
 * ```
 */
export async function upgradeWebSocket(
  request: Request,
  server: BunServer,
  options: BunUpgradeOptions = {},
): Promise<NativeUpgrade> {
  checkNativeUpgradeOptions(options, bunCapabilities, longestMessage);
  return await upgradeNative(request, options, (upgrade) => {
    const { protocol, headers } = upgrade;
    // Told nothing, Bun agrees to the first subprotocol that is offered; an empty field is left out.
    if (protocol === "" && request.headers.has("sec-websocket-protocol")) {
      headers.set("sec-websocket-protocol", "");
    }
    const transport = new BunWebSocketTransport(server);
    if (!server.upgrade(request, { headers, data: transport })) {
      throw refuseUpgrade(
        new Error("Bun does not upgrade it: its peer has left, or it is none of Bun.serve"),
      );
    }
    const connection = new NativeConnection(transport, {
      ...options,
      role: "server",
      protocol,
      request: upgrade.request,
    });
    // Bun has answered, and passes over what the handler returns.
    return { response: new Response(null, { status: 101 }), connection };
  });
}

/** The transport of a socket, if it is one of ours. */
function find({ data }: BunServerWebSocket): BunWebSocketTransport | undefined {
  return data instanceof BunWebSocketTransport ? data : undefined;
}
