/**
 * WebSockets on a server of Node's, beside whatever else it serves: HTTP/1.1 and HTTP/2 alike. Knows which connections it has.
 *
 * @module
 */

import type { WebSocketConnection } from "../../connection/web_socket_connection.ts";
import type { Agreement } from "../../handshake/decide_upgrade.ts";
import { CloseCode } from "../../protocol/close_code.ts";
import { checkFunctions } from "../../protocol/engine_options.ts";
import { receiveExtendedConnect } from "./accept_extended_connect.ts";
import {
  acceptHandshake,
  checkAcceptOptions,
  type NodeAcceptOptions,
  type ReceivedHandshake,
} from "./accept_handshake.ts";
import { receiveUpgrade } from "./accept_upgrade.ts";
import type { NodeServer } from "./node_http.ts";
import { type PathClaim, ServerListeners } from "./server_listeners.ts";

/** The options of `attachWebSocket()`: those of `acceptWebSocket()`, for each connection, and these. */
export interface AttachOptions extends NodeAcceptOptions {
  /** The path whose WebSockets these are, as it is sent, or a function that says so of a path. Default: every path. */
  readonly path?: string | ((path: string) => boolean) | undefined;
  /** Called with each connection. What it throws or rejects with closes the connection with 1011. */
  readonly onConnection?: ((connection: WebSocketConnection) => unknown) | undefined;
  /** Told why a request came to no connection, a `HandshakeError` most often, and what `onConnection` threw. It must not throw. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Whether the socket of a request that was refused over HTTP/1.1 may carry another one, where that is safe. Default true. */
  readonly keepAlive?: boolean | undefined;
}

/** What `attachWebSocket()` has attached. */
export interface WebSocketAttachment extends AsyncDisposable {
  /** The connections that are not closed. */
  readonly connections: ReadonlySet<WebSocketConnection>;
  /** Takes no more requests; the connections go on. */
  detach(): void;
  /** Takes no more requests and closes the connections: 1001 unless told otherwise. Resolves when the last one is gone. */
  close(info?: { readonly closeCode?: number; readonly reason?: string }): Promise<void>;
}

/**
 * Serves WebSockets on a server of `node:http`, `node:https` or `node:http2`, beside its other requests: the 'upgrade' of HTTP/1.1
 * (RFC 6455 §4), and the extended CONNECT of HTTP/2 (RFC 8441), which is announced to clients that connect from now on. A server of
 * `http2.createSecureServer({ allowHTTP1: true })` has both on one port.
 *
 * Other listeners to 'upgrade' and 'connect' get what no attachment claims. Where there are none, an upgrade that nobody claims is
 * answered like any other request, or with 404 by Node before 24.9. A listener of yours to 'stream' must leave CONNECT alone.
 *
 * Throws `TypeError` or `RangeError` for options that mean nothing, and the reason of a signal that is aborted.
 *
 * @example
 * ```ts
 * import { once } from "node:events";
 * import { createServer } from "node:http";
 * import { connect } from "node:net";
 * import { assertEquals } from "@std/assert";
 * import { connectWebSocket } from "@weft/websocket";
 * import { attachWebSocket, nodeTransport } from "@weft/websocket/node";
 *
 * const server = createServer((_request, response) => response.end("a page"));
 * const chat = attachWebSocket(server, {
 *   path: "/chat",
 *   onMessage: (message, connection) => connection.send(message),
 * });
 * await once(server.listen(0, "127.0.0.1"), "listening");
 *
 * const { port } = server.address() as { port: number };
 * const transport = nodeTransport(connect(port, "127.0.0.1"));
 * const client = await connectWebSocket(`ws://127.0.0.1:${port}/chat`, transport);
 * await client.send("Hello");
 * assertEquals(await client.receive(), "Hello");
 * await chat.close();
 * assertEquals((await client.closed).closeCode, 1001);
 * server.close();
 * ```
 */
export function attachWebSocket(server: NodeServer, options: AttachOptions): WebSocketAttachment {
  return new Attachment(server, options);
}

class Attachment implements WebSocketAttachment, PathClaim {
  readonly connections: Set<WebSocketConnection> = new Set();
  readonly #options: AttachOptions;
  readonly #listeners: ServerListeners;
  /** Handshakes under way. */
  readonly #pending = new Set<Promise<void>>();
  #closing: { readonly closeCode?: number; readonly reason?: string } | undefined;

  constructor(server: NodeServer, options: AttachOptions) {
    const { path = "/", onConnection, onMessage, signal } = options;
    checkAcceptOptions(options);
    checkFunctions(options, "onConnection", "onError");
    if (typeof path !== "function" && (typeof path !== "string" || !/^\/[^?#]*$/.test(path))) {
      throw new TypeError("Cannot use path: neither a path nor a function");
    }
    if (onConnection === undefined && onMessage === undefined) {
      throw new TypeError("Cannot attach: neither onConnection nor onMessage");
    }
    this.#options = options;
    this.#listeners = ServerListeners.of(server);
    this.#listeners.add(this);
    signal?.addEventListener("abort", () => this.detach(), { once: true });
  }

  claims(path: string): boolean {
    const { path: wanted = path } = this.#options;
    return typeof wanted === "function" ? wanted(path) : wanted === path;
  }

  serveUpgrade(...[event, giveBack]: Parameters<PathClaim["serveUpgrade"]>): void {
    const { keepAlive = true } = this.#options;
    this.#serve(receiveUpgrade(event, this.#options, keepAlive ? giveBack : undefined));
  }

  serveStream(...[stream, headers, , rawHeaders]: Parameters<PathClaim["serveStream"]>): void {
    this.#serve(receiveExtendedConnect(stream, rawHeaders ?? headers, this.#options));
  }

  #serve<Answer extends Agreement>(received: ReceivedHandshake<Answer>): void {
    const served = acceptHandshake(received, this.#options)
      .then((connection) => this.#welcome(connection), (error) => this.#options.onError?.(error))
      .finally(() => this.#pending.delete(served));
    this.#pending.add(served);
  }

  #welcome(connection: WebSocketConnection): void {
    this.connections.add(connection);
    void connection.closed.then(() => this.connections.delete(connection));
    if (this.#closing === undefined) void this.#greet(connection);
    else void connection.close(this.#closing);
  }

  async #greet(connection: WebSocketConnection): Promise<void> {
    const { onConnection, onError } = this.#options;
    try {
      await onConnection?.(connection);
    } catch (error) {
      // RFC 6455 §7.4.1 1011 "an unexpected condition"
      void connection.close({ closeCode: CloseCode.InternalError });
      onError?.(error);
    }
  }

  detach(): void {
    this.#listeners.remove(this);
  }

  async close(info: { readonly closeCode?: number; readonly reason?: string } = {}): Promise<void> {
    this.detach();
    this.#closing = { closeCode: CloseCode.GoingAway, ...info };
    await Promise.all([...this.connections].map((connection) => connection.close(this.#closing)));
    await Promise.all(this.#pending);
    await Promise.all([...this.connections].map((connection) => connection.closed));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
