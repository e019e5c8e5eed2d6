/**
 * A connection by the WebSockets that a runtime brings along: a browser's, or any other's that has the global
 * class. Knows what a page may ask of them, which is little.
 *
 * @module
 */

import type { HandshakeOptions } from "../connection/accept_options.ts";
import type { ConnectionCapabilities } from "../connection/message_connection.ts";
import { defaultHandshakeTimeout, withinDeadline } from "../connection/within_deadline.ts";
import { checkTokens } from "../handshake/fields.ts";
import { HandshakeError } from "../handshake/handshake_error.ts";
import { checkNumber } from "../protocol/engine_options.ts";
import { NativeConnection } from "./native_connection.ts";
import { checkNativeOptions, type NativeOptions } from "./native_options.ts";
import { StandardSocket, type StandardSocketTraits, type WebSocketLike } from "./standard_socket.ts";
import { StreamSocket, type WebSocketStreamLike } from "./stream_socket.ts";

/** The sockets that a runtime may have. */
export type NativeSocketName = "WebSocket" | "WebSocketStream";

/** The options of `openWebSocket()`. */
export interface OpenOptions
  extends Omit<NativeOptions, "pingInterval" | "pingTimeout">, Pick<HandshakeOptions, "handshakeTimeout"> {
  /** The subprotocols to offer, the preferred one first; one string is one subprotocol. */
  readonly protocols?: string | readonly string[] | undefined;
  /**
   * Which of the runtime's sockets to use. Default `"WebSocket"`. Unread messages slow their sender down by
   * `"WebSocketStream"` alone; a page of Chromium 153 crashes, though, where the network breaks off while a
   * message of such a socket waits to be sent.
   */
  readonly socket?: NativeSocketName | undefined;
}

/** A socket on its way. */
interface Opening {
  /** Resolves with the connection; rejects with whatever the runtime says. */
  readonly connection: Promise<NativeConnection>;
  /** Gives the socket up. */
  cancel(): void;
}

type Open = (url: string, protocols: string[], options: NativeOptions) => Opening;

const capabilities: ConnectionCapabilities = {
  backpressure: false,
  sendBackpressure: true,
  ping: false,
  streaming: false,
  sendOptions: false,
  closeCodes: false,
  closingHandshake: true,
  abort: false,
};

/** What is used of the global object. */
interface Globals {
  readonly WebSocket?: {
    readonly prototype: object;
    new (url: string, protocols: string[]): WebSocketLike & {
      /** `null` for none, in workerd. */
      readonly protocol: string | null;
      readonly extensions: string | null;
    };
  };
  readonly WebSocketStream?: new (
    url: string,
    options: { readonly protocols: string[]; readonly signal: AbortSignal },
  ) => WebSocketStreamLike;
}

/** How the runtime's `WebSocket` differs from others: that of workerd does not tell what is buffered. */
function findTraits(): StandardSocketTraits {
  const { WebSocket } = globalThis as unknown as Globals;
  if (WebSocket === undefined || "bufferedAmount" in WebSocket.prototype) return { capabilities };
  // After a broken rule, the error is all that comes.
  return {
    capabilities: { ...capabilities, sendBackpressure: false },
    endsByError: true,
    sendsSurrogates: true,
  };
}

/**
 * Opens a WebSocket by the runtime's own `WebSocket`, or `WebSocketStream`. The connection has the interface
 * of every other; what these sockets cannot do, its `capabilities` say.
 *
 * `receiveHighWaterMark` counts with `WebSocketStream`, `maxReceiveQueue` with `WebSocket`. Codes below 3000
 * that the connection itself would close with are not let through by browsers: 1009 is seen as 4009 by the
 * server.
 *
 * Rejects with `HandshakeError` where there comes no connection: browsers do not say why, and there is no
 * `response`. Rejects with `TypeError` or `RangeError` for a URL, subprotocols or options that mean nothing,
 * or where the runtime has no such socket; with the signal's reason when aborted.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { openWebSocket } from "@weft/websocket/browser";
 * import { upgradeWebSocket } from "@weft/websocket/deno";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, async (request) => {
 *   const { response } = await upgradeWebSocket(request, {
 *     onMessage: (message, connection) => connection.send(message),
 *   });
 *   return response;
 * });
 *
 * const connection = await openWebSocket(`ws://localhost:${server.addr.port}/`);
 * await connection.send("Hello");
 * assertEquals(await connection.receive(), "Hello");
 * await connection.close();
 * ```
 */
export async function openWebSocket(url: string | URL, options: OpenOptions = {}): Promise<NativeConnection> {
  const { protocols: given = [], socket, handshakeTimeout, ...rest } = options;
  const protocols = [given].flat() as string[];
  checkTokens("protocols", protocols);
  checkNumber("handshakeTimeout", handshakeTimeout, defaultHandshakeTimeout);
  const { name, open } = chooseSocket(socket);
  const { receiveHighWaterMark, maxReceiveQueue, ...shared } = rest;
  const own = name === "WebSocket" ? { ...shared, maxReceiveQueue } : { ...shared, receiveHighWaterMark };
  checkNativeOptions(own, { ...findTraits().capabilities, backpressure: name !== "WebSocket" });
  own.signal?.throwIfAborted();
  const { connection, cancel } = start(open, `${url}`, protocols, own);
  const opened = connection.catch((cause) => {
    throw new HandshakeError("Cannot connect: refused, or not reached", undefined, { cause });
  });
  try {
    const late = () => new HandshakeError("Cannot connect: the server took too long");
    return await withinDeadline(opened, options, late);
  } catch (error) {
    cancel();
    // It may just have come.
    connection.then((late) => late.abort(error), () => {});
    throw error;
  }
}

function chooseSocket(name: unknown = "WebSocket"): { readonly name: NativeSocketName; readonly open: Open } {
  const globals = globalThis as unknown as Globals;
  if (name !== "WebSocket" && name !== "WebSocketStream") {
    throw new TypeError(`Cannot use socket: no choice ${name}`);
  }
  if (globals[name] === undefined) throw new TypeError(`Cannot open: this runtime has no ${name}`);
  return { name, open: name === "WebSocket" ? openSocket : openStream };
}

/** What the runtime does not even try is a mistake of the caller. */
function start(open: Open, url: string, protocols: string[], options: NativeOptions): Opening {
  try {
    return open(url, protocols, options);
  } catch (cause) {
    throw new TypeError(`Cannot open ${url}: ${(cause as Error).message}`, { cause });
  }
}

const openSocket: Open = (url, protocols, options) => {
  const socket = new (globalThis as unknown as Required<Globals>).WebSocket(url, protocols);
  return {
    connection: new Promise((resolve, reject) => {
      socket.addEventListener("open", () => {
        // At once, as the first messages may follow in this turn.
        resolve(
          new NativeConnection(new StandardSocket(socket, findTraits()), {
            ...options,
            role: "client",
            protocol: socket.protocol ?? "",
            extensions: socket.extensions ?? "",
          }),
        );
      });
      socket.addEventListener("error", (event) => reject((event as { readonly error?: unknown }).error));
      socket.addEventListener("close", () => reject(undefined));
    }),
    cancel: () => void (socket.readyState === 0 && socket.close()),
  };
};

const openStream: Open = (url, protocols, options) => {
  const controller = new AbortController();
  const stream = new (globalThis as unknown as Required<Globals>).WebSocketStream(url, {
    protocols,
    signal: controller.signal,
  });
  stream.closed.catch(() => {});
  return {
    connection: stream.opened.then((opened) =>
      new NativeConnection(new StreamSocket(stream, opened), {
        ...options,
        role: "client",
        protocol: opened.protocol,
        extensions: opened.extensions,
      })
    ),
    cancel: () => controller.abort(),
  };
};
