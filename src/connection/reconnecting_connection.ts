/**
 * A connection that comes back: one after the other, by whatever connects, as if they were one. Knows no URL
 * and no transport.
 *
 * @module
 */

import type { HandshakeRequest } from "../handshake/handshake_request.ts";
import type { HandshakeResponse } from "../handshake/handshake_response.ts";
import type { MessageType } from "../protocol/engine_event.ts";
import type { SendOptions } from "../protocol/engine_options.ts";
import type { PreparedMessage } from "../protocol/prepared_message.ts";
import type { Role } from "../protocol/role.ts";
import { Backlog } from "./backlog.ts";
import type { ByteSource } from "./bytes.ts";
import type { WebSocketCloseInfo } from "./close_info.ts";
import type { CloseOptions } from "./close_options.ts";
import type { Message } from "./connection_options.ts";
import { ConnectionSuccession } from "./connection_succession.ts";
import { createCloseError, createWritable } from "./connection_streams.ts";
import type { IncomingMessage } from "./incoming_message.ts";
import type { ConnectionCapabilities, MessageConnection } from "./message_connection.ts";
import { MessageSources } from "./message_sources.ts";
import { checkReconnectOptions, type ConnectAgain, type ReconnectOptions } from "./reconnect_options.ts";
import type { MessageBody } from "./send_stream.ts";

/**
 * A connection that comes back. It connects by the function that it is given, and again whenever a connection
 * ends or an attempt fails, after a time that grows with each failure and is left to chance (exponential
 * backoff with full jitter), until it is closed or aborted, `maxRetries` is used up, or the end is one that
 * another attempt would not mend: see `isRecoverable()`.
 *
 * Messages are received over all connections as over one, in one of three ways: `receive()` or `for await`,
 * `readable`, or `onMessage`. What a connection leaves unread waits; where that is 16 messages or 64 KiB, the
 * next attempt waits too until some are read, but for `retry()` or `send()`. More than 16 MiB, 1 KiB counted
 * for each message besides, are the end. Where nobody has received so far, nothing of a connection is kept
 * for the next.
 *
 * What is sent while there is no connection waits for the next, or is refused: see `whenOffline`. A message
 * is handed to one connection only: if that ends before the message has left, `send()` rejects, and does not
 * send it twice. `messages()` and `sendStream()` are not to be had. `readyState` is `open` until the end is
 * wanted or certain; `connection` says whether there is a connection now; what else tells of one, `protocol`
 * and `capabilities` among it, tells of the last there was.
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
  readonly #queues: boolean;
  readonly #sources: MessageSources;
  readonly #backlog: Backlog;
  #writable: WritableStream<string | ByteSource> | undefined;

  /**
   * Starts to connect, in a turn of its own. Throws `TypeError` or `RangeError` for options that mean
   * nothing.
   */
  constructor(connect: ConnectAgain, options: ReconnectOptions = {}) {
    if (typeof connect !== "function") throw new TypeError("Cannot use connect: not a function");
    const settings = checkReconnectOptions(options);
    this.#queues = settings.queues;
    this.#backlog = new Backlog(settings.maxQueuedMessages, settings.maxQueuedBytes);
    const { onMessage } = options;
    this.#sources = new MessageSources(
      this,
      onMessage && {
        handle: (message) => onMessage(message, this),
        onError: (error) => this.#succession.fail(error),
      },
    );
    this.#succession = new ConnectionSuccession(connect, options, settings, {
      use: (connection) => this.#use(connection),
      leave: () => this.#sources.leave(),
      prepare: () => this.#sources.catchUp(),
      forget: () => this.#sources.clear(),
      end: (info) => this.#end(info),
    });
    this.closed = this.#succession.closed;
  }

  // State

  /** The connection there is now, if it is open. */
  get connection(): MessageConnection | undefined {
    return this.#succession.current;
  }

  /** `open` until the end is wanted, `closed` when it has come; whether there is a connection or not. */
  get readyState(): "open" | "closing" | "closed" {
    return this.#succession.readyState;
  }

  /** What works on the last connection, never streaming; `undefined` before the first. */
  get capabilities(): ConnectionCapabilities | undefined {
    const capabilities = this.#succession.last?.capabilities;
    return capabilities && { ...capabilities, streaming: false };
  }

  /** The role of the last connection; that of a client before the first. */
  get role(): Role {
    return this.#succession.last?.role ?? "client";
  }

  /** The request of the last connection. */
  get request(): HandshakeRequest | undefined {
    return this.#succession.last?.request;
  }

  /** The response that opened the last connection, where it is known. */
  get response(): HandshakeResponse | undefined {
    return this.#succession.last?.response;
  }

  /** The subprotocol of the last connection. */
  get protocol(): string {
    return this.#succession.last?.protocol ?? "";
  }

  /** The extensions of the last connection. */
  get extensions(): string {
    return this.#succession.last?.extensions ?? "";
  }

  /** Bytes that wait for a connection, or to leave by it. */
  get bufferedAmount(): number {
    return this.#backlog.bytes + (this.connection?.bufferedAmount ?? 0);
  }

  /** Of these, bytes that no peer keeps waiting. */
  get restingAmount(): number | undefined {
    return this.connection?.restingAmount;
  }

  /** The last round trip of the last connection. */
  get latency(): number | undefined {
    return this.#succession.last?.latency;
  }

  // Connecting

  /** Ends the present waiting for the next attempt, as when the network is back. */
  retry(): void {
    this.#succession.retry();
  }

  #use(connection: MessageConnection): void {
    this.#sources.use(connection);
    // All at once, so that what is sent next comes behind it.
    this.#backlog.flush(connection);
  }

  // Receiving

  /**
   * The next message, by whichever connection, or `undefined` once there are no more. Rejects with
   * `TypeError` where another way is taken, or the connection there is has one of its own.
   */
  receive(): Promise<Message | undefined> {
    return this.#sources.receive();
  }

  /** The messages, up to the final end; leaving the loop early leaves all as it is. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message> {
    return this.#sources.iterate();
  }

  /** Throws `TypeError`: a message that is cut off with its connection cannot go on with the next. */
  messages(): AsyncIterableIterator<IncomingMessage> {
    throw new TypeError("Cannot receive by messages(): a connection that comes back has no streaming");
  }

  /** The messages as a stream: closed by a clean end, errored with `WebSocketError` by any other. */
  get readable(): ReadableStream<Message> {
    return this.#sources.readable;
  }

  // Sending

  /**
   * Sends a message by the connection there is, or the next one. Rejects with `WebSocketError` when there is
   * none and none is waited for, or it ends before the message has left; with `RangeError` when too much
   * waits already; with `TypeError` for what is neither text nor bytes.
   */
  send(message: string | ByteSource | PreparedMessage, options?: SendOptions): Promise<void> {
    const { connection } = this;
    if (connection !== undefined) return connection.send(message, options);
    this.#sources.press();
    return this.readyState === "open" && this.#queues
      ? this.#backlog.push(message, options)
      : this.#succession.refuse("Cannot send");
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
    return this.connection?.ping(payload) ?? this.#succession.refuse("Cannot ping");
  }

  // Closing

  /**
   * Closes the connection there is, behind all that was sent, and makes no other. What waits for a connection
   * that does not come is given up. Resolves as `closed` does. Rejects as the connection's own `close()`
   * does, and goes on then.
   */
  close(info: CloseOptions = {}): Promise<WebSocketCloseInfo> {
    return this.#succession.close(info);
  }

  /** Tears down the connection there is, and makes no other. What was not read is lost. */
  abort(reason?: unknown): void {
    this.#succession.abort(reason);
  }

  /** Closes, and waits for the end. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #end(info: WebSocketCloseInfo): void {
    this.#sources.end();
    this.#backlog.clear(createCloseError("Cannot send", info));
  }
}
