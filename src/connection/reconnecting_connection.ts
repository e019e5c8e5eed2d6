/**
 * A connection that comes back: one after the other, by whatever connects, as if they were one. Knows no URL and no
 * transport.
 *
 * @module
 */

import type { HandshakeRequest } from "../handshake/handshake_request.ts";
import type { HandshakeResponse } from "../handshake/handshake_response.ts";
import { createClosePayload } from "../protocol/close_payload.ts";
import type { MessageType } from "../protocol/engine_event.ts";
import type { SendOptions } from "../protocol/engine_options.ts";
import { isPrepared, type PreparedMessage } from "../protocol/prepared_message.ts";
import type { Role } from "../protocol/role.ts";
import { Backlog } from "./backlog.ts";
import { type ByteSource, toBytes } from "./bytes.ts";
import type { WebSocketCloseInfo } from "./close_info.ts";
import type { CloseOptions } from "./close_options.ts";
import type { Message } from "./connection_options.ts";
import { ConnectionSuccession } from "./connection_succession.ts";
import { createCloseError, createReadable, createWritable } from "./connection_streams.ts";
import type { IncomingMessage } from "./incoming_message.ts";
import type { ConnectionCapabilities, MessageConnection } from "./message_connection.ts";
import { MessageSources } from "./message_sources.ts";
import { checkReconnectOptions, type ConnectAgain, type ReconnectOptions } from "./reconnect_options.ts";
import type { MessageBody } from "./send_stream.ts";

/** The end of what never came to a Close. */
const withoutClose: WebSocketCloseInfo = { closeCode: 1006, reason: "", wasClean: false };

/** What works before there was a connection to ask. */
const noCapability: ConnectionCapabilities = {
  backpressure: false,
  sendBackpressure: false,
  ping: false,
  streaming: false,
  sendOptions: false,
  closeCodes: false,
  closingHandshake: false,
  abort: false,
};

/**
 * A connection that comes back. It connects by the function that it is given, and again whenever a connection ends or an attempt fails, after a
 * time that grows with each failure and is left to chance (exponential backoff with full jitter), until it is closed or aborted, `maxRetries` is
 * used up, or the end is one that another attempt would not mend: see `isRecoverable()`.
 *
 * Messages are received over all connections as over one. What is sent while there is none waits for the next, or is refused: see `whenOffline`. A message
 * is handed to one connection only: if that ends before the message has left, `send()` rejects, and does not send it twice. `protocol`, `extensions` and
 * `capabilities` are those of the last connection; `messages()` and `sendStream()` are not to be had. `readyState` is `open` until the end is
 * wanted or certain; `connection` says whether there is a connection now.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createWebSocketPair, ReconnectingConnection } from "@weft/websocket";
 *
 * const connection = new ReconnectingConnection(({ failures }) => {
 *   const [client, server] = createWebSocketPair(); // where others open a socket
 *   void server.send(`Hello after ${failures} failures`);
 *   if (failures === 0) void server.close({ closeCode: 1012, reason: "restart" });
 *   return client;
 * }, { baseDelay: 10 });
 *
 * assertEquals(await connection.receive(), "Hello after 0 failures");
 * assertEquals(await connection.receive(), "Hello after 1 failures");
 * assertEquals((await connection.close()).closeCode, 1000);
 * ```
 */
export class ReconnectingConnection implements MessageConnection {
  /** Resolves at the final end, with what ended the last connection or attempt. Never rejects. */
  readonly closed: Promise<WebSocketCloseInfo>;

  readonly #succession: ConnectionSuccession;
  readonly #signal: AbortSignal | undefined;
  readonly #queues: boolean;
  readonly #sources = new MessageSources();
  readonly #backlog: Backlog;
  #readable: ReadableStream<Message> | undefined;
  #writable: WritableStream<string | ByteSource> | undefined;
  #way: "receive()" | "readable" | undefined;

  /** The connection, or the last one there was. */
  #connection: MessageConnection | undefined;
  #closeInfo: WebSocketCloseInfo | undefined;
  #resolveClosed!: (info: WebSocketCloseInfo) => void;

  /** Starts to connect, in a turn of its own. Throws `TypeError` or `RangeError` for options that mean nothing. */
  constructor(connect: ConnectAgain, options: ReconnectOptions = {}) {
    if (typeof connect !== "function") throw new TypeError("Cannot use connect: not a function");
    const settings = checkReconnectOptions(options);
    this.#queues = settings.queues;
    this.#backlog = new Backlog(settings.maxQueuedMessages, settings.maxQueuedBytes);
    this.closed = new Promise((resolve) => this.#resolveClosed = resolve);
    this.#succession = new ConnectionSuccession(connect, options, settings, {
      use: (connection) => this.#use(connection),
      prepare: () => this.#sources.catchUp(),
      end: (info) => this.#end(info),
    });
    this.#signal = options.signal;
    if (this.#signal?.aborted) this.#onAbort();
    this.#signal?.addEventListener("abort", this.#onAbort);
  }

  // State

  /** The connection there is now, if it is open. */
  get connection(): MessageConnection | undefined {
    return this.#connection?.readyState === "open" ? this.#connection : undefined;
  }

  /** `open` until the end is wanted, `closed` when it has come; whether there is a connection or not. */
  get readyState(): "open" | "closing" | "closed" {
    if (this.#closeInfo !== undefined) return "closed";
    return this.#succession.isEnding ? "closing" : "open";
  }

  /** What works on the last connection; never streaming. */
  get capabilities(): ConnectionCapabilities {
    return { ...this.#connection?.capabilities ?? noCapability, streaming: false };
  }

  /** The role of the last connection. */
  get role(): Role {
    return this.#connection?.role ?? "client";
  }

  /** The request of the last connection. */
  get request(): HandshakeRequest | undefined {
    return this.#connection?.request;
  }

  /** The response that opened the last connection, where it is known. */
  get response(): HandshakeResponse | undefined {
    return this.#connection?.response;
  }

  /** The subprotocol of the last connection. */
  get protocol(): string {
    return this.#connection?.protocol ?? "";
  }

  /** The extensions of the last connection. */
  get extensions(): string {
    return this.#connection?.extensions ?? "";
  }

  /** Bytes that wait for a connection, or to leave by it. */
  get bufferedAmount(): number {
    return this.#backlog.bytes + (this.connection?.bufferedAmount ?? 0);
  }

  /** The last round trip of the last connection. */
  get latency(): number | undefined {
    return this.#connection?.latency;
  }

  // Connecting

  /** Ends the present waiting for the next attempt, as when the network is back. */
  retry(): void {
    this.#succession.retry();
  }

  #use(connection: MessageConnection): void {
    this.#connection = connection;
    this.#sources.add(connection);
    // All at once, so that what is sent next comes behind it.
    this.#backlog.flush(
      () => connection.readyState === "open",
      (message, options) => connection.send(message, options),
    );
  }

  // Receiving

  /** The next message, by whichever connection, or `undefined` once there are no more. Rejects with `TypeError` where `readable` is used. */
  receive(): Promise<Message | undefined> {
    try {
      this.#claim("receive()");
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#sources.receive();
  }

  /** The messages, up to the final end; leaving the loop early leaves all as it is. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message> {
    this.#claim("receive()");
    return this.#sources.iterate();
  }

  /** Throws `TypeError`: a message that is cut off with its connection cannot go on with the next. */
  messages(): AsyncIterableIterator<IncomingMessage> {
    throw new TypeError("Cannot receive by messages(): a connection that comes back has no streaming");
  }

  /** The messages as a stream: closed by a clean end, errored with `WebSocketError` by any other. */
  get readable(): ReadableStream<Message> {
    return this.#readable ??= createReadable(this, () => {
      this.#claim("readable");
      return this.#sources.receive();
    });
  }

  #claim(way: "receive()" | "readable"): void {
    this.#way ??= way;
    if (this.#way !== way) {
      throw new TypeError(`Cannot receive by ${way}: this connection receives by ${this.#way}`);
    }
  }

  // Sending

  /**
   * Sends a message by the connection there is, or the next one. Rejects with `WebSocketError` when there is none and none is waited for, or it ends before the
   * message has left; with `RangeError` when too much waits already; with `TypeError` for what is neither text nor bytes.
   */
  send(message: string | ByteSource | PreparedMessage, options?: SendOptions): Promise<void> {
    const { connection } = this;
    if (connection !== undefined) return connection.send(message, options);
    const given = isPrepared(message) ? message.data : message;
    const payload = typeof given === "string" ? given : toBytes(given);
    if (payload === undefined) return Promise.reject(new TypeError("Cannot send: neither text nor bytes"));
    const sent = this.readyState === "open" && this.#queues
      ? this.#backlog.push(payload, options)
      : Promise.reject(createCloseError("Cannot send", this.#closeInfo ?? withoutClose));
    // Whoever does not look at it, does not want to know.
    sent.catch(() => {});
    return sent;
  }

  /** Rejects with `TypeError`: a message that is cut off with its connection cannot go on with the next. */
  sendStream(_type: MessageType, _body: MessageBody, _options?: SendOptions): Promise<void> {
    return Promise.reject(new TypeError("Cannot send: a connection that comes back has no streaming"));
  }

  /** All connections as one sink: closing it closes them for good, aborting it tears them down. */
  get writable(): WritableStream<string | ByteSource> {
    return this.#writable ??= createWritable(this);
  }

  /** Sends a Ping by the connection there is; rejects with `WebSocketError` where there is none. */
  ping(payload?: ByteSource): Promise<number> {
    const { connection } = this;
    if (connection !== undefined) return connection.ping(payload);
    const failed = Promise.reject(createCloseError("Cannot ping", this.#closeInfo ?? withoutClose));
    failed.catch(() => {});
    return failed;
  }

  // Closing

  /**
   * Closes the connection there is, behind all that was sent, and makes no other. What waits for a connection that does not come is given up. Resolves as
   * `closed` does. Rejects as the connection's own `close()` does, and goes on then.
   */
  async close(info: CloseOptions = {}): Promise<WebSocketCloseInfo> {
    createClosePayload(info.closeCode ?? 1000, info.reason ?? "");
    const { connection } = this;
    if (connection === undefined) {
      this.#stop(new DOMException("The connection was closed", "AbortError"));
    } else if (!this.#succession.isEnding) {
      this.#succession.isEnding = true;
      try {
        await connection.close(info);
      } catch (error) {
        this.#succession.isEnding = false;
        throw error;
      }
    }
    return await this.closed;
  }

  /** Tears down the connection there is, and makes no other. */
  abort(reason?: unknown): void {
    this.#stop(reason);
    this.#connection?.abort(reason);
  }

  /** Closes, and waits for the end. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  readonly #onAbort = (): void => this.abort(this.#signal?.reason);

  #stop(reason: unknown): void {
    this.#succession.stop(reason);
    this.#sources.end();
  }

  #end(info: WebSocketCloseInfo): void {
    this.#closeInfo = info;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#sources.end();
    this.#backlog.clear(createCloseError("Cannot send", info));
    this.#resolveClosed(info);
  }
}
