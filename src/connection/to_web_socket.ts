/**
 * A connection for code that wants a WHATWG `WebSocket`.
 *
 * @module
 */

import { ConnectionSocket } from "./connection_socket.ts";
import type { MessageConnection } from "./message_connection.ts";

/** The options of `toWebSocket()`. */
export interface ToWebSocketOptions {
  /** What `url` says, where it is known. Default: empty. */
  readonly url?: string | URL | undefined;
}

/**
 * A `WebSocket` as the WHATWG has it, over a connection of any kind; for libraries that want one. Events,
 * `on...` attributes, `binaryType`, `close()` and the errors that it throws are the standard's, on every
 * runtime.
 *
 * A connection in hand is `OPEN` at once, and `open` is told in the next task all the same; the promise of
 * one is `CONNECTING` first. Nothing is told before the next task, so that its maker can listen. As the
 * standard has it, messages do not wait for their readers, and `send()` does not wait for the peer: what
 * exceeds the connection's `maxSendQueue` ends it. `close()` without a code sends 1000. What went wrong is
 * the `error` of the `error` event, which comes where the peer refused the connection or broke a rule, there
 * never was one, too much was sent, or messages cannot be received; not where the connection was lost. The
 * connection is the socket's own from now on.
 *
 * Over a `ReconnectingConnection` the socket stays `OPEN` until the final end, and tells `open` once. What is
 * on its way when a connection ends, or is sent between two with `whenOffline: "refuse"`, is lost, and no
 * longer counts in `bufferedAmount`: a standard socket has no way to tell. Too much that waits for the next
 * connection ends it, as too much in any queue does.
 *
 * Throws `TypeError` where messages are received from the connection in another way already, or the URL is
 * none.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createWebSocketPair, toWebSocket } from "@weft/websocket";
 *
 * const [client, server] = createWebSocketPair();
 * void server.readable.pipeTo(server.writable);
 *
 * const socket = toWebSocket(client);
 * socket.onopen = () => socket.send("Hello");
 * const event = await new Promise<MessageEvent>((resolve) => socket.onmessage = resolve);
 * assertEquals(event.data, "Hello");
 * socket.close(1000, "done");
 * assertEquals((await server.closed).reason, "done");
 * ```
 */
export function toWebSocket(
  connection: MessageConnection | PromiseLike<MessageConnection>,
  options: ToWebSocketOptions = {},
): WebSocket {
  const url = options.url === undefined ? "" : new URL(options.url).href;
  return new ConnectionSocket({ connection, url });
}
