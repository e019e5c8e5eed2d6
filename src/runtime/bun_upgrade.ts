/**
 * WebSockets of `Bun.serve`: its `upgrade()` and `websocket` handlers with the handshake and the connection
 * that Weft has everywhere. Knows of Bun what it takes and calls; type-checks and loads anywhere.
 *
 * @module
 */

import type { ConnectionCapabilities } from "../connection/message_connection.ts";
import { ProtocolError } from "../protocol/protocol_error.ts";
import { encodeText } from "../protocol/text.ts";
import type { MessageReceiver, MessageTransport } from "./message_transport.ts";
import { NativeConnection } from "./native_connection.ts";
import {
  checkNativeUpgradeOptions,
  type NativeUpgrade,
  type NativeUpgradeOptions,
  refuseUpgrade,
  upgradeNative,
} from "./native_upgrade.ts";
import { toCloseInfo } from "./standard_socket.ts";

/** What the sockets of `Bun.serve` can do. */
export const bunCapabilities: ConnectionCapabilities = {
  backpressure: true,
  sendBackpressure: true,
  ping: true,
  streaming: false,
  sendOptions: false,
  closeCodes: true,
  closingHandshake: false,
  abort: true,
};

/** What is used of a `Bun.Server`. */
export interface BunServer {
  /** Answers with a 101, unless the peer has left. */
  upgrade(request: Request, options: { readonly headers: Headers; readonly data: unknown }): boolean;
}

/** What is used of a `Bun.ServerWebSocket`. */
export interface BunServerWebSocket {
  /** What `upgrade()` was given. */
  readonly data: unknown;
  /** Set to `"uint8array"`. */
  binaryType?: string | undefined;
  /** Bytes sent; `-1` where they wait, `0` where the message is dropped. */
  send(message: string | Uint8Array<ArrayBuffer>): number;
  /** Sends what the function sends by one call of the system. */
  cork(run: () => void): unknown;
  /** Sends a Ping. */
  ping(payload: Uint8Array<ArrayBuffer>): number;
  /** Bytes that wait. */
  getBufferedAmount(): number;
  /** Stops reading. */
  pause(): void;
  /** Continues reading. */
  resume(): void;
  /** Sends a Close and ends the connection. */
  close(code: number, reason: string): void;
  /** Ends the connection. */
  terminate(): void;
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
  message: (socket, message) => find(socket)?.receiveMessage(message),
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
    const transport = new BunWebSocketTransport();
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

class BunWebSocketTransport implements MessageTransport {
  readonly capabilities: ConnectionCapabilities = bunCapabilities;
  receiver: MessageReceiver | undefined;
  #socket: BunServerWebSocket | undefined;

  // Sending
  /** What waits here, as Bun would drop what it cannot hold. */
  #queue: { readonly message: string | Uint8Array<ArrayBuffer>; readonly size: number }[] = [];
  #queuedBytes = 0;
  /** Whether Bun has said that it has to wait. */
  #isBlocked = false;
  /** Whether Bun collects what is sent, as it does in a handler of the socket's. */
  #isCollected = false;
  /** Whether something was sent in this turn, and what follows waits for its end. */
  #isTurn = false;
  /** The mark that the receiver waits for. */
  #awaitedMark: number | undefined;
  /** What is to be done behind the queue. */
  #close: (() => void) | undefined;

  get bufferedAmount(): number {
    return (this.#isBlocked ? this.#socket?.getBufferedAmount() ?? 0 : 0) + this.#queuedBytes;
  }

  start(receiver: MessageReceiver): void {
    this.receiver = receiver;
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  /** A message has come, and what is sent now leaves with what else the socket's handler sends. */
  receiveMessage(message: string | Uint8Array<ArrayBuffer>): void {
    this.#isCollected = true;
    this.receiver?.receiveMessage(message);
    this.#isCollected = false;
  }

  send(message: string | Uint8Array<ArrayBuffer>): void {
    if (!this.#isBlocked && !this.#isTurn) return this.#sendNow(message);
    const size = sizeOf(message);
    this.#queue.push({ message, size });
    this.#queuedBytes += size;
  }

  #sendNow(message: string | Uint8Array<ArrayBuffer>): void {
    this.#isBlocked = this.#socket?.send(message) === -1;
    if (this.#isCollected || this.#isBlocked) return;
    // Each of these is a call of the system: what follows in this turn shares one.
    this.#isTurn = true;
    queueMicrotask(this.#endTurn);
  }

  readonly #endTurn = (): void => {
    this.#isTurn = false;
    if (this.#queue.length > 0 && !this.#isBlocked) this.#socket?.cork(() => this.#sendQueued());
  };

  #sendQueued(): void {
    this.#isCollected = true;
    let count = 0;
    while (count < this.#queue.length && !this.#isBlocked) {
      const { message, size } = this.#queue[count++]!;
      this.#queuedBytes -= size;
      this.#sendNow(message);
    }
    this.#queue.splice(0, count);
    this.#isCollected = false;
    if (this.#queue.length === 0) this.#close?.();
    if (this.#awaitedMark === undefined || this.bufferedAmount >= this.#awaitedMark) return;
    this.#awaitedMark = undefined;
    this.receiver?.drained();
  }

  waitForRoom(highWaterMark: number): void {
    this.#awaitedMark = highWaterMark;
  }

  ping(payload: Uint8Array<ArrayBuffer>): void {
    this.#socket?.ping(payload);
  }

  close(code: number, reason: string): void {
    this.#close = () => this.#socket?.close(code, reason);
    if (this.#queue.length === 0) this.#close();
  }

  destroy(): void {
    this.receiver = undefined;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#socket?.terminate();
    this.#socket = undefined;
  }

  /** Bun has a socket for it. */
  open(socket: BunServerWebSocket): void {
    socket.binaryType = "uint8array";
    this.#socket = socket;
  }

  /** Some of what waited in Bun has left. */
  flush(): void {
    if (this.#socket === undefined || this.#socket.getBufferedAmount() > 0) return;
    this.#isBlocked = false;
    this.#sendQueued();
  }

  /** Bun says that the socket is gone, and in some orders says so twice. */
  end(code: number, reason: string): void {
    const { receiver } = this;
    const error = code === 1006 ? explain(reason) : undefined;
    receiver?.closed(toCloseInfo(code, reason, code !== 1006, error));
  }
}

/** What the reason of a 1006 stands for: Bun has told the peer with the code. */
function explain(reason: string): Error | undefined {
  if (/too big/.test(reason)) return new ProtocolError(1009, "message over the runtime's limit");
  if (/UTF-8/.test(reason)) return new ProtocolError(1007, "text that is not UTF-8");
  if (/^Received /.test(reason)) return new ProtocolError(1002, reason);
  return reason === "" ? undefined : new Error(reason);
}

/** The bytes of a message. */
function sizeOf(message: string | Uint8Array): number {
  return typeof message === "string" ? encodeText(message).length : message.length;
}
