/**
 * A connection over a socket whose frames the runtime owns. Knows whole messages and no frame, and no
 * runtime: what differs between them is behind `MessageTransport`.
 *
 * @module
 */

import { type ByteSource, toBytes } from "../connection/bytes.ts";
import type { WebSocketCloseInfo } from "../connection/close_info.ts";
import { type CloseOptions, readCloseOptions } from "../connection/close_options.ts";
import type { GroupSeat } from "../connection/connection_group.ts";
import type { Message } from "../connection/connection_options.ts";
import { ConnectionEnd, withoutClose } from "../connection/connection_end.ts";
import { createWritable } from "../connection/connection_streams.ts";
import type { IncomingMessage } from "../connection/incoming_message.ts";
import { Keepalive } from "../connection/keepalive.ts";
import type { ConnectionCapabilities, MessageConnection } from "../connection/message_connection.ts";
import { attempt, quietly, rejectQuietly } from "../connection/quietly.ts";
import { WebSocketError } from "../connection/web_socket_error.ts";
import type { HandshakeRequest } from "../handshake/handshake_request.ts";
import type { HandshakeResponse } from "../handshake/handshake_response.ts";
import type { SendOptions } from "../protocol/engine_options.ts";
import type { PreparedMessage } from "../protocol/prepared_message.ts";
import { ProtocolError } from "../protocol/protocol_error.ts";
import type { Role } from "../protocol/role.ts";
import { exceeds, toMessage } from "./message_data.ts";
import type { MessageTransport } from "./message_transport.ts";
import { checkNativeOptions, type NativeConnectionOptions, type NativeLimits } from "./native_options.ts";
import { NativeReceiver } from "./native_receiver.ts";

const sent: Promise<void> = Promise.resolve();

/** Somebody who waits for room. */
interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A WebSocket connection whose frames are the runtime's own, as `upgradeWebSocket()` makes them. What it can
 * do depends on the runtime: `capabilities` says so. What it cannot, throws or rejects with `TypeError`.
 */
export class NativeConnection implements MessageConnection {
  /** What works here. */
  readonly capabilities: ConnectionCapabilities;
  /** Which side this is. */
  readonly role: Role;
  /** The agreed subprotocol; empty where there is none. */
  readonly protocol: string;
  /** The agreed extensions, as far as the runtime tells; empty where there are none. */
  readonly extensions: string;
  /** The request that opened the connection, on a server that knows it. */
  readonly request: HandshakeRequest | undefined;
  /** The response that opened the connection, on a client that knows it. */
  readonly response: HandshakeResponse | undefined;
  readonly #transport: MessageTransport;
  readonly #receiver: NativeReceiver;
  readonly #keepalive: Keepalive | undefined;
  readonly #end: ConnectionEnd;

  // Sending
  readonly #maxSendQueue: number;
  /** Bytes that wait, from which on senders wait too; at least one. */
  readonly #sendHighWaterMark: number;
  /** The most that can be buffered: what was when it was last asked for, and what was sent since. */
  #buffered = 0;
  #waiting: Waiting[] = [];
  #writable: WritableStream<string | ByteSource> | undefined;

  /**
   * Takes over a socket. Throws `TypeError` or `RangeError` for options that mean nothing, or nothing here.
   */
  constructor(transport: MessageTransport, options: NativeConnectionOptions) {
    const { role, protocol = "", extensions = "", request, response, ...own } = options;
    const { capabilities } = transport;
    const limits = checkNativeOptions(own, capabilities);
    this.capabilities = capabilities;
    this.role = role;
    this.protocol = protocol;
    this.extensions = extensions;
    this.request = request;
    this.response = response;
    this.#transport = transport;
    // Where nobody knows what waits, nobody waits.
    const { sendBackpressure } = capabilities;
    this.#maxSendQueue = sendBackpressure ? limits.maxSendQueue : Infinity;
    this.#sendHighWaterMark = sendBackpressure ? Math.max(1, limits.sendHighWaterMark) : Infinity;
    const { onMessage, signal } = own;
    this.#end = new ConnectionEnd(limits, signal, (reason) => this.abort(reason));
    if (capabilities.ping) this.#keepalive = this.#createKeepalive(limits);
    this.#receiver = new NativeReceiver({
      connection: this,
      transport,
      limits,
      receiveHighWaterMark: limits.receiveHighWaterMark,
      onMessage,
      onError: (error) => this.#fail(error),
      onRefusal: (error) => this.#refuse(error),
      onDrained: () => this.#drained(),
      onClose: (info) => this.#finish(info),
    }, this.#keepalive);
    transport.start(this.#receiver);
    if (signal?.aborted) this.abort(signal.reason);
  }

  #createKeepalive(limits: NativeLimits): Keepalive {
    return new Keepalive({
      ...limits,
      sendPing: (payload) => this.#transport.ping(payload),
      isPaused: () => this.#receiver.paused,
      onTimeout: () => this.abort(new WebSocketError("Cannot reach the peer: no answer to a ping")),
    });
  }

  // State

  /** Resolves once the connection has ended, however it did. Never rejects. */
  get closed(): Promise<WebSocketCloseInfo> {
    return this.#end.closed;
  }

  /** `closing` from our Close on; `closed` when the runtime says that the connection is gone. */
  get readyState(): "open" | "closing" | "closed" {
    if (this.#end.ended) return "closed";
    return this.#end.ownClose === undefined ? "open" : "closing";
  }

  /**
   * Bytes accepted by `send()` and not yet taken by the network; 0 without `capabilities.sendBackpressure`.
   */
  get bufferedAmount(): number {
    return this.#end.ended ? 0 : this.#transport.bufferedAmount;
  }

  /** Its place among those that one call sends to, on Bun. */
  get groupSeat(): GroupSeat | undefined {
    return this.#transport.groupSeat;
  }

  /** The last measured round trip in milliseconds, of any ping. */
  get latency(): number | undefined {
    return this.#keepalive?.latency;
  }

  get #isOpen(): boolean {
    return !this.#receiver.ended;
  }

  // Receiving

  /**
   * The next message, or `undefined` once there are no more. Rejects with `TypeError`
   * where another way is taken.
   */
  receive(): Promise<Message | undefined> {
    return this.#receiver.receive();
  }

  /** The messages, up to the end of the connection; leaving the loop early leaves the connection open. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message> {
    return this.#receiver.iterate();
  }

  /** The messages as a stream: closed by a clean close, errored with `WebSocketError` by any other. */
  get readable(): ReadableStream<Message> {
    return this.#receiver.readable;
  }

  /** Throws `TypeError`: the runtime hands over whole messages. */
  messages(): AsyncIterableIterator<IncomingMessage> {
    throw new TypeError("Cannot receive by messages(): this runtime's sockets have whole messages only");
  }

  // Sending

  /**
   * Sends a message: a string as text, bytes as binary, or one that `prepareMessage()` made. Resolves at once
   * below `sendHighWaterMark`, else when the peer has read enough, with `capabilities.sendBackpressure`; the
   * bytes must not change before. A lone surrogate is sent as U+FFFD. Nothing is sent where it rejects: with
   * `WebSocketError` when the connection is not open, `RangeError` above `maxSendQueue`, `TypeError` for what
   * is no message and for options that do not work here.
   */
  send(message: string | ByteSource | PreparedMessage, options?: SendOptions): Promise<void> {
    const data = typeof message === "string" ? message : toMessage(message);
    if (data === undefined) return Promise.reject(new TypeError("Cannot send: neither text nor bytes"));
    if (options !== undefined && (options.compress ?? options.fragmentSize) !== undefined) {
      return Promise.reject(new TypeError("Cannot send with options: this runtime's sockets have none"));
    }
    if (!this.#isOpen) return rejectQuietly(this.#end.createError("Cannot send"));
    if (this.#buffered > 0 && exceeds(data, this.#maxSendQueue - this.#buffered)) {
      this.#buffered = this.#transport.bufferedAmount;
      if (this.#buffered > 0 && exceeds(data, this.#maxSendQueue - this.#buffered)) {
        return rejectQuietly(new RangeError(`Cannot send: ${this.#buffered} bytes wait already`));
      }
    }
    try {
      this.#transport.send(data);
    } catch (cause) {
      // The peer has vanished; the socket is about to say so.
      return rejectQuietly(new WebSocketError("Cannot send: the connection is gone", { cause }));
    }
    this.#buffered += typeof data === "string" ? 3 * data.length : data.length;
    // Asking costs some runtimes as much as sending a short message.
    if (this.#buffered < this.#sendHighWaterMark) return sent;
    this.#buffered = this.#transport.bufferedAmount;
    return this.#buffered < this.#sendHighWaterMark ? sent : this.#waitForRoom();
  }

  #waitForRoom(): Promise<void> {
    const room = new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    if (this.#waiting.length === 1) this.#transport.waitForRoom(this.#sendHighWaterMark);
    return quietly(room);
  }

  #drained(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  /** Rejects with `TypeError`: the runtime sends whole messages. */
  sendStream(): Promise<void> {
    return Promise.reject(
      new TypeError("Cannot send a stream: this runtime's sockets have whole messages only"),
    );
  }

  /** The connection as a sink: closing it closes the connection, aborting it tears it down. */
  get writable(): WritableStream<string | ByteSource> {
    return this.#writable ??= createWritable(this);
  }

  /**
   * Sends a Ping (RFC 6455 §5.5.2), with at most 125 bytes or some of its own. Resolves with the round trip
   * in milliseconds. Rejects with `TypeError` without `capabilities.ping`, `WebSocketError` when the
   * connection is not open or ends before, `RangeError` for a longer payload.
   */
  ping(payload?: ByteSource): Promise<number> {
    if (this.#keepalive === undefined) {
      return Promise.reject(new TypeError("Cannot ping: this runtime's sockets do not"));
    }
    const bytes = payload && toBytes(payload);
    if (payload !== undefined && bytes === undefined) {
      return Promise.reject(new TypeError("Cannot ping: no bytes"));
    }
    // §5.5 "All control frames MUST have a payload length of 125 bytes or less"
    if (bytes !== undefined && bytes.length > 125) {
      return Promise.reject(new RangeError("Cannot ping: a control frame holds at most 125 bytes"));
    }
    return this.#isOpen ? this.#keepalive.ping(bytes) : rejectQuietly(this.#end.createError("Cannot ping"));
  }

  // Closing

  /**
   * Closes the connection (RFC 6455 §7.1.2) behind all that was sent: code 1000 unless told otherwise. What
   * arrives from now on is passed over. Resolves as `closed` does, within `closeTimeout`. Rejects with
   * `RangeError` for a code that applications may not send, or not here without `capabilities.closeCodes`, or
   * a reason of more than 123 bytes, `TypeError` for what is no object, and sends nothing then.
   */
  close(options?: CloseOptions): Promise<WebSocketCloseInfo> {
    return attempt(() => {
      const { closeCode, reason } = readCloseOptions(options);
      if (!this.capabilities.closeCodes && closeCode !== 1000 && closeCode < 3000) {
        throw new RangeError(`Cannot close: code ${closeCode} is not for applications here`);
      }
      this.#sendClose(closeCode, reason);
      return this.closed;
    });
  }

  /** Ends the connection here and now. What was not read is lost. */
  abort(reason?: unknown): void {
    this.#receiver.clear();
    this.#finish({ ...withoutClose, error: reason });
  }

  /** Closes the connection, and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Something of ours went wrong: §7.4.1 1011, "an unexpected condition". */
  #fail(error: unknown): void {
    this.#end.error ??= error;
    this.#sendClose(1011, "");
  }

  /** The peer went too far, and is told so. */
  #refuse(error: ProtocolError): void {
    this.#end.error ??= error;
    this.#sendClose(error.closeCode, "");
  }

  #sendClose(closeCode: number, reason: string): void {
    if (!this.#isOpen) return;
    this.#end.ownClose = { closeCode, reason, wasClean: false };
    this.#receiver.end();
    this.#keepalive?.rest();
    this.#end.startTimer(() => this.#finish(withoutClose));
    // The peer's Close is still to be read.
    this.#receiver.setPaused(false);
    this.#transport.close(closeCode, reason);
  }

  /** The end, once, whatever led to it. */
  #finish(told: WebSocketCloseInfo): void {
    const end = this.#end;
    if (end.ended) return;
    const broken = end.error instanceof ProtocolError ? end.error : undefined;
    // §7.1.7 what we failed the connection with, whatever the peer answered
    const info = broken === undefined
      ? told
      : { closeCode: broken.closeCode, reason: broken.message, wasClean: false };
    // Whoever closes cleanly has left us the time to send.
    if (info.wasClean && this.bufferedAmount < this.#sendHighWaterMark) this.#drained();
    end.finish(info, end.error ?? told.error);
    this.#receiver.end();
    const failure = end.createError("Cannot send");
    for (const { reject } of this.#waiting.splice(0)) reject(failure);
    this.#keepalive?.stop(end.createError("Cannot ping"));
    this.#transport.destroy();
    end.tell();
  }
}
