/**
 * WebSockets of a worker's `fetch` handler: `WebSocketPair` with the handshake and the connection that Weft
 * has everywhere. Knows of workerd what it takes and says; type-checks and loads anywhere.
 *
 * @module
 */

import type { ConnectionCapabilities } from "../connection/message_connection.ts";
import { checkUpgradeRequest } from "../handshake/check_upgrade_request.ts";
import type { HandshakeRequest } from "../handshake/handshake_request.ts";
import { ProtocolError } from "../protocol/protocol_error.ts";
import { NativeConnection } from "./native_connection.ts";
import {
  type AcceptedUpgrade,
  checkNativeUpgradeOptions,
  type NativeUpgrade,
  type NativeUpgradeOptions,
  upgradeNative,
} from "./native_upgrade.ts";
import { StandardSocket, type StandardSocketTraits, type WebSocketLike } from "./standard_socket.ts";

/** What the sockets of workerd can do. */
export const cloudflareCapabilities: ConnectionCapabilities = {
  backpressure: false,
  sendBackpressure: false,
  ping: false,
  streaming: false,
  sendOptions: false,
  closeCodes: true,
  closingHandshake: true,
  abort: false,
};

/** The options of `upgradeWebSocket()` on Cloudflare. */
export interface CloudflareUpgradeOptions extends
  Omit<
    NativeUpgradeOptions,
    "receiveHighWaterMark" | "sendHighWaterMark" | "maxSendQueue" | "pingInterval" | "pingTimeout"
  > {}

/** The runtime refuses longer messages by itself. */
export const longestMessage: number = 32 * 1024 * 1024;

/** What is used of the `WebSocket` of Cloudflare Workers. */
export interface CloudflareWebSocket extends WebSocketLike {
  /** The agreed extensions. */
  readonly extensions?: string | null;
  /** The agreed subprotocol, where the runtime knows it. */
  readonly protocol?: string | null;
  /** Begins to deliver events. */
  accept(): void;
}

/** Both ends of a socket. */
interface CloudflareWebSocketPair {
  readonly 0: CloudflareWebSocket;
  readonly 1: CloudflareWebSocket;
}

/**
 * Upgrades a request of a `fetch` handler. Resolves with the response that the handler is to return, and the
 * connection, or why there is none. Never rejects for what the peer did. Rejects with `TypeError` or
 * `RangeError` for options that mean nothing, or nothing here; with the signal's reason where it is aborted.
 *
 * The runtime refuses messages of more than 32 MiB by itself, and a larger `maxMessageSize` is a
 * `RangeError`. It cannot tell what it holds for a slow peer. Of a peer that leaves before the
 * response it says nothing.
 *
 * @example A worker
 * ```ts ignore
 * import { upgradeWebSocket } from "@weft/websocket/cloudflare";
 *
 * export default {
 *   async fetch(request: Request): Promise<Response> {
 *     const { response } = await upgradeWebSocket(request, {
 *       onMessage: (message, connection) => connection.send(message),
 *     });
 *     return response;
 *   },
 * };
 * ```
 */
export async function upgradeWebSocket(
  request: Request,
  options: CloudflareUpgradeOptions = {},
): Promise<NativeUpgrade> {
  checkNativeUpgradeOptions(options, cloudflareCapabilities, longestMessage);
  return await upgradeNative(request, options, (upgrade) => {
    const { response, socket } = answerWithSocket(upgrade);
    socket.accept();
    const connection = new NativeConnection(new StandardSocket(socket, cloudflareTraits), {
      ...options,
      role: "server",
      protocol: upgrade.protocol,
      request: upgrade.request,
    });
    return { response, connection };
  }, checkWorkerRequest);
}

/**
 * The rules of an upgrade, as far as a worker sees it: requests of other workers name the upgrade alone, and
 * the rest is the runtime's.
 *
 * @throws {HandshakeError} with the status and fields that answer a broken one.
 */
export function checkWorkerRequest({ method, headers }: HandshakeRequest): void {
  const whole = new Headers(headers);
  for (const [name, value] of runtimeFields) if (!whole.has(name)) whole.set(name, value);
  checkUpgradeRequest({ method, headers: whole });
}

/** What the runtime adds where a request goes out to a network. */
const runtimeFields = [
  ["connection", "Upgrade"],
  ["sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA=="],
  ["sec-websocket-version", "13"],
] as const;

/** A 101 and the server's end of the socket behind it, not yet accepted. */
export function answerWithSocket(
  { headers }: AcceptedUpgrade,
): { readonly response: Response; readonly socket: CloudflareWebSocket } {
  const { WebSocketPair } = globalThis as unknown as { WebSocketPair: new () => CloudflareWebSocketPair };
  const { 0: client, 1: socket } = new WebSocketPair();
  const init: ResponseInit & { readonly webSocket: CloudflareWebSocket } = {
    status: 101,
    headers,
    webSocket: client,
  };
  return { response: new Response(null, init), socket };
}

/** How the sockets of workerd differ from others. */
export const cloudflareTraits: StandardSocketTraits = {
  capabilities: cloudflareCapabilities,
  explain: explainError,
  // After a broken rule, the error is all that comes.
  endsByError: true,
  sendsSurrogates: true,
};

/** What the words of an error stand for: the runtime tells the code with which it closed. */
export function explainError(message: string): Error {
  const [, code, description] = /statusCode = (\d+); protocolError\.description = ([^;]*)/.exec(message) ??
    [];
  if (code === undefined) return new Error(message);
  if (code === "1009") return new ProtocolError(1009, "message over the runtime's limit");
  return new ProtocolError(code === "1007" ? 1007 : 1002, description ?? "");
}
