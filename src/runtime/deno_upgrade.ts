/**
 * WebSockets of `Deno.serve`: `Deno.upgradeWebSocket` with the handshake and the connection that Weft has
 * everywhere. Knows of Deno what it takes and says; type-checks and loads anywhere.
 *
 * @module
 */

import { systemClock } from "../connection/clock.ts";
import type { ConnectionCapabilities } from "../connection/message_connection.ts";
import { defaultHandshakeTimeout } from "../connection/within_deadline.ts";
import { HandshakeError } from "../handshake/handshake_error.ts";
import { checkNumbers } from "../protocol/engine_options.ts";
import { ProtocolError } from "../protocol/protocol_error.ts";
import { NativeConnection } from "./native_connection.ts";
import {
  checkNativeUpgradeOptions,
  type NativeUpgrade,
  type NativeUpgradeOptions,
  refuseUpgrade,
  upgradeNative,
} from "./native_upgrade.ts";
import { StandardSocket, type WebSocketLike } from "./standard_socket.ts";

/** What the sockets of `Deno.serve` can do. */
export const denoCapabilities: ConnectionCapabilities = {
  backpressure: false,
  sendBackpressure: true,
  ping: false,
  streaming: false,
  sendOptions: false,
  closeCodes: true,
  closingHandshake: true,
  abort: false,
};

/** The options of `upgradeWebSocket()` on Deno. */
export interface DenoUpgradeOptions extends Omit<NativeUpgradeOptions, "receiveHighWaterMark"> {
  /** Milliseconds of silence before Deno pings; 0: it does not. Default 20 000. */
  readonly pingInterval?: number | undefined;
  /**
   * Milliseconds of silence after that ping which end the connection: as many as
   * `pingInterval`, which is the default.
   */
  readonly pingTimeout?: number | undefined;
}

/** Deno refuses longer messages by itself. */
const longestMessage = 64 * 1024 * 1024;

/** What is used of `Deno`. */
interface DenoNamespace {
  upgradeWebSocket(
    request: Request,
    options: { readonly protocol?: string; readonly idleTimeout?: number },
  ): { readonly response: Response; readonly socket: WebSocketLike };
}

/**
 * Upgrades a request of `Deno.serve`. Resolves with the response that the handler is to return, and the
 * connection, or why there is none. Never rejects for what the peer did. Rejects with `TypeError` or
 * `RangeError` for options that mean nothing, or nothing here; with the signal's reason where it is aborted.
 *
 * Where the application is asked while the peer may leave (`authorize`, `origins` and `headers` as
 * functions), the request's `signal` is watched; of that, Deno 2.9 writes a line to stderr, once, unless it
 * runs with `--unstable-no-legacy-abort`.
 *
 * Deno pings by itself: `pingInterval` and `pingTimeout` are one time to it, so they must be equal. It
 * refuses messages of more than 64 MiB, and a larger `maxMessageSize` is a `RangeError`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { upgradeWebSocket } from "@weft/websocket/deno";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, async (request) => {
 *   const { response } = await upgradeWebSocket(request, {
 *     onMessage: (message, connection) => connection.send(message),
 *   });
 *   return response;
 * });
 *
 * const socket = new WebSocket(`ws://localhost:${server.addr.port}/`);
 * socket.onopen = () => socket.send("Hello");
 * const message = await new Promise((resolve) => socket.onmessage = ({ data }) => resolve(data));
 * assertEquals(message, "Hello");
 * socket.close();
 * ```
 */
export async function upgradeWebSocket(
  request: Request,
  options: DenoUpgradeOptions = {},
): Promise<NativeUpgrade> {
  const { pingInterval = 20_000, pingTimeout = pingInterval, ...own } = options;
  checkNumbers({ pingInterval, pingTimeout }, { pingInterval, pingTimeout });
  if (pingInterval !== pingTimeout) {
    throw new TypeError("Cannot use pingInterval and pingTimeout: Deno has one time for both");
  }
  const idleTimeout = 2 * pingInterval / 1000;
  checkNativeUpgradeOptions(own, denoCapabilities, longestMessage);
  // Deno would wait for ever for the end of a request that is upgraded
  // after its peer has left, and knows of it only whoever asks before.
  const leaving = asksApplication(own) ? request.signal : undefined;
  return await upgradeNative(request, own, (upgrade) => {
    const { protocol, headers } = upgrade;
    if (leaving?.aborted) throw refuseUpgrade(leaving.reason);
    const { response, socket } = upgradeByDeno(request, protocol, idleTimeout);
    for (const [name, value] of headers) {
      if (name !== "sec-websocket-protocol") response.headers.append(name, value);
    }
    const connection = new NativeConnection(new StandardSocket(socket, traits), {
      ...own,
      role: "server",
      protocol,
      request: upgrade.request,
    });
    watchOpening(socket, connection, own);
    return { response, connection };
  });
}

function upgradeByDeno(
  request: Request,
  protocol: string,
  idleTimeout: number,
): { readonly response: Response; readonly socket: WebSocketLike } {
  const { Deno } = globalThis as unknown as { Deno: DenoNamespace };
  try {
    return Deno.upgradeWebSocket(request, protocol === "" ? { idleTimeout } : { protocol, idleTimeout });
  } catch (cause) {
    throw refuseUpgrade(cause);
  }
}

/** Whether the decision may take its time. */
function asksApplication({ authorize, origins, headers }: NativeUpgradeOptions): boolean {
  return [authorize, origins, headers].some((option) => typeof option === "function");
}

/** A socket whose peer has left before it opened says nothing at all. */
function watchOpening(
  socket: WebSocketLike,
  connection: NativeConnection,
  { clock = systemClock, handshakeTimeout = defaultHandshakeTimeout }: NativeUpgradeOptions,
): void {
  const cancel = clock.after(handshakeTimeout, () => {
    connection.abort(new HandshakeError("Cannot accept: the peer has left"));
  });
  socket.addEventListener("open", cancel);
  connection.closed.then(cancel);
}

/** What the words of Deno's sockets stand for. */
function explain(message: string): Error {
  // Deno closes without a Close then: the codes are what another server would have sent.
  if (message === "Frame too large") return new ProtocolError(1009, "message over the runtime's limit");
  if (message === "Invalid UTF-8") return new ProtocolError(1007, "text that is not UTF-8");
  if (/^(?:Invalid|Reserved|Control|Ping frame)/.test(message)) return new ProtocolError(1002, message);
  return new Error(message);
}

const traits = { capabilities: denoCapabilities, explain };
