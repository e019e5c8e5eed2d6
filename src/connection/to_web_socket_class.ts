/**
 * A way to connect for code that wants a WHATWG `WebSocket` class, to make its sockets itself.
 *
 * @module
 */

import { tokenPattern } from "../handshake/fields.ts";
import { ConnectionSocket } from "./connection_socket.ts";
import type { MessageConnection } from "./message_connection.ts";

/** Connects to a URL that is `ws:` or `wss:` and has no fragment. */
export type ConnectToUrl = (
  url: string,
  options: {
    /** The subprotocols asked for, none twice. */
    readonly protocols: readonly string[];
    /** Aborted when the socket is closed before it is open. */
    readonly signal: AbortSignal;
  },
) => MessageConnection | PromiseLike<MessageConnection>;

/**
 * A class of sockets, of the type of the runtime's own, for code that wants that. It throws a `DOMException`
 * named `SyntaxError` for a URL or subprotocols that cannot be asked for, options in their place among them.
 */
export type WebSocketClass = typeof WebSocket;

/**
 * A `WebSocket` class whose sockets connect as they are told to: with headers, by another transport,
 * compressed, through a tunnel. For libraries that make their sockets themselves; see `toWebSocket()` for
 * what the sockets do. Throws `TypeError` for what is no function.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { acceptWebSocket, connectWebSocket, toWebSocketClass } from "@weft/websocket";
 * import { createTransportPair } from "@weft/websocket/testing";
 *
 * const [near, far] = createTransportPair();
 * const accepted = acceptWebSocket(far, { protocols: ["chat"] });
 * const MySocket = toWebSocketClass((url, options) =>
 *   connectWebSocket(url, near, { ...options, headers: { authorization: "Bearer secret" } })
 * );
 *
 * const socket = new MySocket("ws://example.com/", ["chat"]);
 * assertEquals(socket.readyState, MySocket.CONNECTING);
 * await new Promise((resolve) => socket.onopen = resolve);
 * assertEquals([socket.readyState, socket.protocol], [MySocket.OPEN, "chat"]);
 * socket.close();
 * await (await accepted).closed;
 * ```
 */
export function toWebSocketClass(connect: ConnectToUrl): WebSocketClass {
  if (typeof connect !== "function") throw new TypeError("Cannot use connect: not a function");
  return class WebSocket extends ConnectionSocket {
    constructor(url: string | URL, protocols: string | object = []) {
      const address = parseUrl(url);
      const names = parseNames(protocols);
      const controller = new AbortController();
      super({
        url: address,
        connection: start(() => connect(address, { protocols: names, signal: controller.signal })),
        cancel: (reason) => controller.abort(reason),
      });
    }
  };
}

async function start(
  connect: () => MessageConnection | PromiseLike<MessageConnection>,
): Promise<MessageConnection> {
  return await connect();
}

/** The URL that is asked for (WHATWG WebSockets §3.1, "new WebSocket(url, protocols)"). */
function parseUrl(url: string | URL): string {
  const base = globalThis.location?.href;
  const record = URL.canParse(`${url}`, base) ? new URL(`${url}`, base) : undefined;
  // "If urlRecord's scheme is "http", then set urlRecord's scheme to "ws""; "https" likewise
  const address = record === undefined ? "" : record.href.replace(/^http/, "ws");
  // "If urlRecord's scheme is not "ws" or "wss", then throw";
  // "If urlRecord's fragment is non-null, then throw"
  if (!/^wss?:/.test(address) || address.includes("#")) {
    throw new DOMException(`Cannot connect: no WebSocket URL ${url}`, "SyntaxError");
  }
  return address;
}

/** The subprotocols that are asked for. */
function parseNames(protocols: string | object): string[] {
  // (DOMString or sequence<DOMString>): an object that is no list is a string, and none that can be asked for
  const list = typeof protocols === "object" && Symbol.iterator in protocols
    ? protocols as string[]
    : [protocols];
  const names = Array.from(list, (name) => `${name}`);
  const token = new RegExp(`^${tokenPattern}$`);
  // "If any of the values in protocols occur more than once or
  // otherwise fail to match the requirements ..., then throw"
  if (new Set(names).size !== names.length || !names.every((name) => token.test(name))) {
    throw new DOMException(`Cannot connect: no subprotocols ${names}`, "SyntaxError");
  }
  return names;
}
