/**
 * WebSockets on a server of Node's, beside whatever else it serves: HTTP/1.1 and HTTP/2 alike. Knows
 * which connections it has.
 *
 * @module
 */

import { type CloseOptions, readCloseOptions } from "../../connection/close_options.ts";
import type { WebSocketConnection } from "../../connection/web_socket_connection.ts";
import type { RequestHandler } from "../../handshake/ask_application.ts";
import type { Agreement } from "../../handshake/decide_upgrade.ts";
import type { HandshakeRequest } from "../../handshake/handshake_request.ts";
import { CloseCode } from "../../protocol/close_code.ts";
import { checkFunctions } from "../../protocol/engine_options.ts";
import { ProtocolError } from "../../protocol/protocol_error.ts";
import { receiveExtendedConnect } from "./accept_extended_connect.ts";
import {
  acceptHandshake,
  checkAcceptOptions,
  type NodeAcceptOptions,
  type ReceivedHandshake,
} from "./accept_handshake.ts";
import { receiveUpgrade } from "./accept_upgrade.ts";
import type { NodeIncoming, NodeServer } from "./node_http.ts";
import { type PathClaim, ServerListeners } from "./server_listeners.ts";

/**
 * The options of `attachWebSocket()`: those of `acceptWebSocket()`, for each connection, and these.
 * `incoming` is what Node gave with the request, with the peer's address, its certificate, and whatever
 * middleware has left there; who knows the kind of his server may say so: `onConnection(connection,
 * incoming: IncomingMessage)`.
 */
export interface AttachOptions<Incoming extends NodeIncoming = NodeIncoming>
  extends Omit<NodeAcceptOptions, "authorize"> {
  /**
   * The path whose WebSockets these are, as it is sent, or a function that says so of a
   * path. Default: every path.
   */
  readonly path?: string | ((path: string) => boolean) | undefined;
  /** Returns nothing to go on, or the final response to refuse with. */
  readonly authorize?:
    | ((request: HandshakeRequest, incoming: Incoming) => ReturnType<RequestHandler>)
    | undefined;
  /** Called with each connection. What it throws or rejects with closes the connection with 1011. */
  readonly onConnection?: ((connection: WebSocketConnection, incoming: Incoming) => unknown) | undefined;
  /**
   * Told why a request came to no connection, a `HandshakeError` most often; what `onConnection` and
   * `onMessage` threw; and what else brought a connection down, unless it is `signal`, or that the peer broke
   * a rule. It must not throw.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
  /**
   * Whether the socket of a request that was refused over HTTP/1.1 may carry another one, where
   * that is safe. Default true.
   */
  readonly keepAlive?: boolean | undefined;
  /** Detaches, and aborts every connection; for a farewell, `close()`. */
  readonly signal?: AbortSignal | undefined;
}

/** What `attachWebSocket()` has attached. */
export interface WebSocketAttachment extends AsyncDisposable {
  /** The connections that are not closed. */
  readonly connections: ReadonlySet<WebSocketConnection>;
  /** Takes no more requests; the connections go on. */
  detach(): void;
  /**
   * Closes the connections, 1001 unless told otherwise, and refuses requests with 503 meanwhile. Takes no
   * more of them when the last one is gone, and resolves.
   */
  close(info?: CloseOptions): Promise<void>;
}

/**
 * Serves WebSockets on a server of `node:http`, `node:https` or `node:http2`, beside its other requests:
 * the 'upgrade' of HTTP/1.1 (RFC 6455 §4), and the extended CONNECT of HTTP/2 (RFC 8441), which is
 * announced to clients that connect from now on. A server of `http2.createSecureServer({ allowHTTP1: true
 * })` has both on one port.
 *
 * Other listeners to 'upgrade' and 'connect' get what no attachment claims. Where there are none, an upgrade
 * that nobody claims is answered like any other request, or with 404 by Node before 24.9, and where nobody
 * listens to 'request'. A listener of yours to 'stream' must leave CONNECT alone.
 *
 * Throws `TypeError` or `RangeError` for options that mean nothing, and the reason of
 * a signal that is aborted.
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
export function attachWebSocket<Incoming extends NodeIncoming = NodeIncoming>(
  server: NodeServer,
  options: AttachOptions<Incoming>,
): WebSocketAttachment {
  return new Attachment(server, options as AttachOptions);
}

class Attachment implements WebSocketAttachment, PathClaim {
  readonly connections: Set<WebSocketConnection> = new Set();
  readonly #options: AttachOptions;
  readonly #listeners: ServerListeners;
  /** Handshakes under way. */
  readonly #pending = new Set<Promise<void>>();
  #closing: CloseOptions | undefined;

  constructor(server: NodeServer, options: AttachOptions) {
    const { path = "/", onConnection, onMessage, signal } = options;
    checkAcceptOptions(options as NodeAcceptOptions);
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
    signal?.addEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (): void => this.detach();

  claims(path: string): boolean {
    const { path: wanted = path, onError } = this.#options;
    if (typeof wanted !== "function") return wanted === path;
    try {
      return wanted(path);
    } catch (error) {
      onError?.(error);
      return false;
    }
  }

  serveUpgrade(...[event, giveBack]: Parameters<PathClaim["serveUpgrade"]>): void {
    const { keepAlive = true } = this.#options;
    this.#serve(event.request, (options) => receiveUpgrade(event, options, keepAlive ? giveBack : undefined));
  }

  serveStream(...[stream, headers, , rawHeaders]: Parameters<PathClaim["serveStream"]>): void {
    this.#serve(stream, (options) => receiveExtendedConnect(stream, rawHeaders ?? headers, options));
  }

  #serve<Answer extends Agreement>(
    incoming: NodeIncoming,
    receive: (options: NodeAcceptOptions) => ReceivedHandshake<Answer>,
  ): void {
    const { authorize, ...others } = this.#options;
    const options: NodeAcceptOptions = {
      ...others,
      authorize: this.#closing === undefined
        ? authorize && ((request) => authorize(request, incoming))
        : () => new Response("shutting down", { status: 503 }),
    };
    const served = acceptHandshake(receive(options), options)
      .then((connection) => this.#welcome(connection, incoming), (error) => this.#options.onError?.(error))
      .finally(() => this.#pending.delete(served));
    this.#pending.add(served);
  }

  #welcome(connection: WebSocketConnection, incoming: NodeIncoming): void {
    const { onError, signal } = this.#options;
    this.connections.add(connection);
    void connection.closed.then(({ error }) => {
      this.connections.delete(connection);
      if (error === undefined || error === signal?.reason || error instanceof ProtocolError) return;
      onError?.(error);
    });
    if (this.#closing === undefined) void this.#greet(connection, incoming);
    else void connection.close(this.#closing);
  }

  async #greet(connection: WebSocketConnection, incoming: NodeIncoming): Promise<void> {
    const { onConnection, onError } = this.#options;
    try {
      await onConnection?.(connection, incoming);
    } catch (error) {
      // RFC 6455 §7.4.1 1011 "an unexpected condition"
      void connection.close({ closeCode: CloseCode.InternalError });
      onError?.(error);
    }
  }

  detach(): void {
    this.#listeners.remove(this);
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
  }

  async close(options?: CloseOptions): Promise<void> {
    this.#closing = readCloseOptions(options, CloseCode.GoingAway);
    await Promise.all([...this.connections].map((connection) => connection.close(this.#closing)));
    this.detach();
    await Promise.all(this.#pending);
    await Promise.all([...this.connections].map((connection) => connection.closed));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
