/**
 * The engine joined to a transport: what is read is what the application asks for, what is sent waits for the
 * peer. Knows nothing of HTTP; the opening handshake is done before.
 *
 * @module
 */

import type { HandshakeRequest } from "../handshake/handshake_request.ts";
import type { HandshakeResponse } from "../handshake/handshake_response.ts";
import type { MessageType } from "../protocol/engine_event.ts";
import type { SendOptions } from "../protocol/engine_options.ts";
import type { FrameTap } from "../protocol/frame_info.ts";
import type { PreparedMessage } from "../protocol/prepared_message.ts";
import type { Role } from "../protocol/role.ts";
import { WebSocketEngine } from "../protocol/web_socket_engine.ts";
import type { ByteStreamPair, ByteTransport } from "./byte_transport.ts";
import { type ByteSource, toBytes } from "./bytes.ts";
import type { WebSocketCloseInfo } from "./close_info.ts";
import { type CloseOptions, readCloseOptions } from "./close_options.ts";
import { checkConnectionOptions, type ConnectionOptions, type Message } from "./connection_options.ts";
import type { ConnectionStats } from "./connection_stats.ts";
import { ConnectionEnd, withoutClose } from "./connection_end.ts";
import { createCloseError, createWritable } from "./connection_streams.ts";
import { type IncomingMessage, readMessages } from "./incoming_message.ts";
import { Keepalive } from "./keepalive.ts";
import type { ConnectionCapabilities, MessageConnection } from "./message_connection.ts";
import { MessageReceiver } from "./message_receiver.ts";
import { MessageSender } from "./message_sender.ts";
import { attempt } from "./quietly.ts";
import type { MessageBody } from "./send_stream.ts";
import { toByteTransport } from "./stream_transport.ts";
import { WebSocketError } from "./web_socket_error.ts";

const everyCapability: ConnectionCapabilities = {
  backpressure: true,
  sendBackpressure: true,
  ping: true,
  streaming: true,
  sendOptions: true,
  closeCodes: true,
  closingHandshake: true,
  abort: true,
};

/**
 * A WebSocket connection over any transport, from the end of the opening handshake on (RFC 6455 §4). Either
 * role.
 *
 * Messages are received in one of four ways: `receive()` or `for await`, `messages()` for bodies of any size,
 * `readable`, or `onMessage`. The first one used is the one; another throws a `TypeError`. Unread messages
 * stop the reading of the transport.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createWebSocketPair } from "@weft/websocket";
 *
 * const [client, server] = createWebSocketPair();
 * await client.send("Hello");
 * assertEquals(await server.receive(), "Hello");
 * await client.close();
 * ```
 */
export class WebSocketConnection implements MessageConnection {
  /** All of it works. */
  readonly capabilities: ConnectionCapabilities = everyCapability;
  /** Which side this is. */
  readonly role: Role;
  /** The agreed subprotocol; empty where there is none. */
  readonly protocol: string;
  /** The agreed extensions, as in the server's answer; empty where there are none. */
  readonly extensions: string;
  /** The request that opened the connection, on a server that knows it. */
  readonly request: HandshakeRequest | undefined;
  /** The response that opened the connection, on a client that knows it. */
  readonly response: HandshakeResponse | undefined;
  readonly #engine: WebSocketEngine;
  readonly #transport: ByteTransport;

  readonly #receiver: MessageReceiver;
  readonly #sender: MessageSender;
  readonly #keepalive: Keepalive;
  #writable: WritableStream<string | ByteSource> | undefined;
  readonly #end: ConnectionEnd;
  #peerEnded = false;

  /**
   * Takes over a transport behind its opening handshake, with `options.head` as the first bytes. Throws
   * `TypeError` or `RangeError` for options that mean nothing and streams that are locked.
   */
  constructor(transport: ByteStreamPair | ByteTransport, options: ConnectionOptions) {
    const limits = checkConnectionOptions(options);
    this.role = options.role;
    this.protocol = options.protocol ?? "";
    this.extensions = options.extensions ?? "";
    this.request = options.request;
    this.response = options.response;
    this.#engine = new WebSocketEngine({
      ...options,
      codec: options.extension?.createCodec(),
      onFrame: options.onFrame && this.#watch(options.onFrame),
    });
    this.#transport = toByteTransport(transport);
    // From here on nothing throws.
    this.#end = new ConnectionEnd(limits, options.signal, (reason) => this.abort(reason));
    const parts = {
      ...limits,
      connection: this,
      engine: this.#engine,
      transport: this.#transport,
      end: this.#end,
      onMessage: options.onMessage,
      sendPing: (payload: Uint8Array) => {
        this.#engine.ping(payload);
        this.#sender.schedule();
      },
      isBusy: () => this.#receiver.length > 0 || this.#engine.unreadBytes > 0,
      isPaused: () => this.#receiver.paused,
      onLow: () => this.#receiver.paused && this.#receiver.pump(),
      onEmpty: () => this.#outputEmpty(),
      onTimeout: () => this.#finish(new WebSocketError("Cannot reach the peer: no answer to a ping")),
      onClose: (info: WebSocketCloseInfo) => this.#beginClosing(info),
      onError: this.#fail,
    };
    this.#sender = new MessageSender(parts);
    this.#keepalive = new Keepalive(parts);
    this.#receiver = new MessageReceiver(parts, this.#sender, this.#keepalive);
    this.#transport.start({
      receiveBytes: (chunk) => this.#receiver.receiveBytes(chunk),
      receiveEnd: () => this.#receiveEnd(),
      drained: () => this.#sender.drained(),
      closed: (error) => {
        this.#receiver.takeClose();
        this.#finish(error);
      },
    });
    void this.#begin(options.head && new Uint8Array(options.head), options.signal);
  }

  async #begin(head: Uint8Array | undefined, signal: AbortSignal | undefined): Promise<void> {
    // The creator comes first: nothing is told before he has the connection in hand, be it through a function
    // or two of his own.
    for (let turn = 0; turn < 8; turn++) await undefined;
    if (signal?.aborted) this.abort(signal.reason);
    this.#receiver.start(head);
  }

  // State

  /** Resolves once the connection has ended, however it did. Never rejects. */
  get closed(): Promise<WebSocketCloseInfo> {
    return this.#end.closed;
  }

  /** `closing` from the first Close, sent or received, on; `closed` when the transport is gone. */
  get readyState(): "open" | "closing" | "closed" {
    if (this.#end.ended) return "closed";
    return this.#engine.closeSent ? "closing" : "open";
  }

  /** Bytes accepted by `send()` and not yet taken by the transport. */
  get bufferedAmount(): number {
    return this.#end.ended ? 0 : this.#sender.bufferedAmount;
  }

  /** Of these, bytes of `prepareMessage()` that gather, which count for no limit. */
  get restingAmount(): number {
    return this.#sender.restingBytes;
  }

  /** The last measured round trip in milliseconds, of any ping. */
  get latency(): number | undefined {
    return this.#keepalive.latency;
  }

  /** Counts, each way. */
  get stats(): ConnectionStats {
    return {
      bytesReceived: this.#receiver.bytesReceived,
      bytesSent: this.#sender.bytesSent,
      ...this.#engine.counts,
    };
  }

  // Receiving

  /**
   * The next message, or `undefined` once there are no more. Rejects with `TypeError` where another way is
   * taken.
   */
  receive(): Promise<Message | undefined> {
    return this.#receiver.receive();
  }

  /** The messages, up to the end of the connection; leaving the loop early leaves the connection open. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message> {
    return this.#receiver.iterate();
  }

  /**
   * The messages as they arrive, each with a body to be streamed; `maxMessageSize` holds. What is left of one
   * is passed over when the next one is asked for. Throws `TypeError` where another way is taken.
   */
  messages(): AsyncIterableIterator<IncomingMessage> {
    this.#receiver.claim("messages()");
    this.#engine.stream();
    return readMessages(
      () => this.#receiver.take(),
      async () => createCloseError("Cannot receive", await this.closed),
    );
  }

  /** The messages as a stream: closed by a clean close, errored with `WebSocketError` by any other. */
  get readable(): ReadableStream<Message> {
    return this.#receiver.readable;
  }

  /** A tap whose errors go the way of the message handler's. */
  #watch(tap: FrameTap): FrameTap {
    return (frame) => {
      try {
        tap(frame);
      } catch (error) {
        this.#fail(error);
      }
    };
  }

  // Sending

  /**
   * Sends a message: a string as text, bytes as binary, or one that `prepareMessage()` made. Resolves at once
   * below `sendHighWaterMark`, else when the peer has read enough, and a server's bytes of 16 KiB or more
   * when the transport has taken them; the bytes must not change before. A lone surrogate is sent as U+FFFD.
   * Nothing is sent where it rejects: with `WebSocketError` when the connection is not open, `RangeError`
   * above `maxSendQueue`, `TypeError` for what is no message.
   */
  send(message: string | ByteSource | PreparedMessage, options?: SendOptions): Promise<void> {
    return this.#sender.send(message, options);
  }

  /**
   * Sends one message in fragments, each piece as it comes (RFC 6455 §5.4), in constant memory; other
   * messages wait until it ends. Rejects as `send()` does, and with what the body throws: as the message
   * cannot be taken back, the connection is closed with 1011 then.
   */
  sendStream(type: MessageType, body: MessageBody, options?: SendOptions): Promise<void> {
    return this.#sender.sendStream(type, body, options);
  }

  /** The connection as a sink: closing it closes the connection, aborting it tears it down. */
  get writable(): WritableStream<string | ByteSource> {
    return this.#writable ??= createWritable(this);
  }

  /**
   * Sends a Ping (RFC 6455 §5.5.2), with at most 125 bytes or some of its own. Resolves with the round trip
   * in milliseconds. Rejects with `WebSocketError` when the connection is not open or ends before,
   * `RangeError` for a longer payload.
   */
  ping(payload?: ByteSource): Promise<number> {
    return attempt(() => {
      const bytes = payload && toBytes(payload);
      if (payload !== undefined && bytes === undefined) throw new TypeError("Cannot ping: no bytes");
      this.#sender.assertOpen("Cannot ping");
      return this.#keepalive.ping(bytes);
    });
  }

  // Closing

  /**
   * Closes the connection (RFC 6455 §7.1.2) behind all that was sent: code 1000 unless told otherwise. What
   * arrives from now on is passed over. Resolves as `closed` does, within `closeTimeout`. Rejects with
   * `RangeError` for a code that applications may not send or a reason of more than 123 bytes, `TypeError`
   * for what is no object, and sends nothing then.
   */
  close(options?: CloseOptions): Promise<WebSocketCloseInfo> {
    return attempt(() => {
      const { closeCode, reason } = readCloseOptions(options);
      this.#sendClose(closeCode, reason);
      return this.closed;
    });
  }

  /** Tears the transport down, without a closing handshake. What was not read is lost. */
  abort(reason?: unknown): void {
    this.#receiver.clear();
    this.#finish(reason);
  }

  /** Closes the connection, and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Something of ours went wrong: §7.4.1 1011, "an unexpected condition". */
  readonly #fail = (error: unknown): void => {
    this.#end.error ??= error;
    this.#sendClose(1011, "");
  };

  #sendClose(code: number, reason: string): void {
    if (this.readyState !== "open") return;
    this.#end.ownClose = { closeCode: code, reason, wasClean: false };
    this.#engine.close(code, reason);
    this.#beginClosing();
    this.#sender.flush();
    this.#receiver.pump();
  }

  /** From the first Close on, whoever sent it. */
  #beginClosing(info?: WebSocketCloseInfo): void {
    // A tap may have ended everything.
    if (this.#end.ended) return;
    this.#end.info = info;
    this.#receiver.end();
    this.#keepalive.rest();
    this.#sender.interrupt();
    this.#end.startTimer(() => this.#finish());
  }

  /** All is written: what follows our last frame? */
  #outputEmpty(): void {
    const { info } = this.#end;
    if (info === undefined) return;
    // §7.1.1 "the server MUST close the TCP connection first"; §7.1.7 whoever fails the connection ends it
    if (this.role === "server" || !info.wasClean) this.#transport.end();
    if (this.#peerEnded) this.#finish();
  }

  #receiveEnd(): void {
    this.#peerEnded = true;
    // It may still read.
    this.#sender.flush();
    if (this.#end.info === undefined || this.#sender.unsentBytes === 0) this.#finish();
  }

  /** The end, once, whatever led to it. */
  #finish(error: unknown = this.#end.error): void {
    const end = this.#end;
    if (end.ended) return;
    const { info = withoutClose } = end;
    // §7.1.4 "cleanly" only if our Close has left too
    const wasClean = info.wasClean && this.#sender.unsentBytes === 0;
    end.finish({ ...info, wasClean }, end.error ?? info.error ?? (wasClean ? undefined : error));
    this.#receiver.stop();
    this.#sender.interrupt();
    this.#sender.stop(end.createError("Cannot send"));
    this.#keepalive.stop(end.createError("Cannot ping"));
    this.#engine.dispose();
    if (wasClean) this.#transport.end();
    this.#transport.destroy(error);
    end.tell();
  }
}
