/**
 * RFC 6455 §5-§8 without I/O: bytes in, events and bytes out, synchronously. Knows no stream, no clock and no
 * HTTP; whoever owns one moves the bytes, watches the time and ends the transport.
 *
 * @module
 */

import { createClosePayload, encodeClosePayload, parseClosePayload } from "./close_payload.ts";
import type { EngineEvent, MessageType } from "./engine_event.ts";
import {
  checkNumbers,
  engineDefaults,
  type EngineLimits,
  type EngineOptions,
  type SendOptions,
} from "./engine_options.ts";
import type { MessageCodec } from "./extension.ts";
import { type ControlFrame, MessageReader } from "./message_reader.ts";
import { MessageWriter } from "./message_writer.ts";
import * as Opcode from "./opcode.ts";
import { OutputQueue } from "./output_queue.ts";
import type { PreparedMessage } from "./prepared_message.ts";
import { ProtocolError } from "./protocol_error.ts";
import type { Role } from "./role.ts";

const empty = new Uint8Array(0);

/**
 * Where this many bytes of control frames wait for a peer that does not read, more Pongs give way to the
 * newest one.
 */
const waitingPongs = 1024;

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/**
 * One side of one connection. Each turn is four calls: `receive(bytes)`, `next()` until it is `undefined`,
 * whatever is to be sent, and `takeOutput()`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { WebSocketEngine } from "@weft/websocket/protocol";
 *
 * const client = new WebSocketEngine({ role: "client" });
 * const server = new WebSocketEngine({ role: "server" });
 * client.send("Hello");
 * for (const bytes of client.takeOutput()) server.receive(bytes);
 * assertEquals(server.next(), { type: "message", data: "Hello" });
 * ```
 */
export class WebSocketEngine {
  /** Which side this is. */
  readonly role: Role;
  /**
   * Whether what was taken has not left. While it has not, a Ping or Pong goes ahead of the frames that wait,
   * and where too many Pongs wait, only the newest one does (§5.5.3).
   */
  congested = false;

  /** Whether our Close is queued or sent; nothing else goes out behind it. */
  readonly closeSent: boolean = false;
  /** Whether the peer's Close has come; nothing is read behind it. */
  readonly closeReceived: boolean = false;
  /** The rule that the peer broke, if it did; nothing is read behind it. */
  readonly error: ProtocolError | undefined;

  readonly #reader: MessageReader;
  readonly #writer: MessageWriter;
  readonly #codec: MessageCodec | undefined;
  readonly #queue = new OutputQueue();
  /** Control frames that go ahead. */
  #urgent: OutputQueue | undefined;
  #pendingPong: Uint8Array | undefined;

  /** Throws `TypeError` or `RangeError` for options that mean nothing. */
  constructor(options: EngineOptions) {
    if (options.role !== "client" && options.role !== "server") {
      throw new TypeError("Cannot use role: not a role");
    }
    this.role = options.role;
    this.#codec = options.codec;
    const limits = checkNumbers<EngineLimits>(options, engineDefaults);
    this.#reader = new MessageReader(options, limits);
    this.#writer = new MessageWriter(this.#queue, options, limits.fragmentSize);
  }

  /** Bytes queued and not taken. */
  get queuedBytes(): number {
    return this.#queue.size + (this.#urgent?.size ?? 0) + (this.#pendingPong?.length ?? 0);
  }

  /**
   * Bytes of messages ever queued: what a message is queued at is taken once `takenTotal` has come as far.
   */
  get queuedTotal(): number {
    return this.#queue.taken + this.#queue.size;
  }

  /** Bytes of messages ever taken. */
  get takenTotal(): number {
    return this.#queue.taken;
  }

  /** Bytes received and not read: of a torn header at most, once `next()` has returned `undefined`. */
  get unreadBytes(): number {
    return this.#reader.buffered;
  }

  /** Whether what waits to be read begins with a Close. */
  get closeIsNext(): boolean {
    return this.#reader.closeIsNext;
  }

  /** Bytes held of a message that is still arriving. */
  get collectedBytes(): number {
    return this.#reader.collected;
  }

  /** Frames and messages, each way, so far. */
  get counts(): {
    framesReceived: number;
    messagesReceived: number;
    framesSent: number;
    messagesSent: number;
  } {
    return {
      framesReceived: this.#reader.frames,
      messagesReceived: this.#reader.messages,
      framesSent: this.#writer.frames,
      messagesSent: this.#writer.messages,
    };
  }

  // Receiving

  /**
   * Tells messages piece by piece from now on, what was collected of the current one first. There is no way
   * back.
   */
  stream(): void {
    this.#reader.streaming = true;
  }

  /**
   * Takes bytes from the peer, cut anywhere. They are borrowed, not copied, until `next()` has returned
   * `undefined` or `park()` was called, and never written to. Bytes that come before are copied, with those
   * that were not read.
   */
  receive(bytes: Uint8Array): void {
    if (!this.closeReceived && this.error === undefined) this.#reader.receive(bytes);
  }

  /**
   * Copies what was received and not read, for a caller who stops asking `next()` and needs his memory back.
   */
  park(): void {
    this.#reader.park();
  }

  /** The next thing that the peer did, or `undefined` until more bytes come. */
  next(): EngineEvent | undefined {
    if (this.closeReceived || this.error !== undefined) return undefined;
    try {
      const event = this.#reader.read();
      if (event !== undefined) return "type" in event ? event : this.#control(event);
      // All is read, and nothing of the bytes need be held.
      this.#reader.park();
      return undefined;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return this.#fail(error);
    }
  }

  #control({ opcode, payload }: ControlFrame): EngineEvent {
    if (opcode === Opcode.Pong) return { type: "pong", payload };
    if (opcode === Opcode.Ping) {
      this.#pong(payload);
      return { type: "ping", payload };
    }
    const { code, reason } = parseClosePayload(payload);
    (this as Mutable<this>).closeReceived = true;
    // §5.5.1 "If an endpoint receives a Close frame and did not previously send a Close frame, the endpoint
    // MUST send a Close frame in response"; it "typically echos the status code it received"
    this.#writeClose(payload.slice(0, 2));
    this.#reader.clear();
    return { type: "close", code, reason };
  }

  #fail(error: ProtocolError): EngineEvent {
    (this as Mutable<this>).error = error;
    // §7.1.7 "the endpoint SHOULD send a Close frame with an appropriate status code"
    this.#writeClose(encodeClosePayload(error.closeCode, error.message));
    this.#reader.clear();
    return { type: "error", error };
  }

  // Sending

  /**
   * Queues a message. Bytes of 16 KiB or more are not copied by a server: they must stay as they are until
   * the output that holds them has left. Returns whether that is so. Throws `TypeError` behind `close()` and
   * inside a message in pieces, `ProtocolError` where the codec fails, which cannot be used any more.
   */
  send(message: string | Uint8Array | PreparedMessage, options?: SendOptions): boolean {
    this.#assertOpen();
    return this.#writer.send(message, options);
  }

  /**
   * Queues the next piece of a message in fragments (§5.4), of `fragmentSize` at most; `fin` ends it. Pieces
   * of text are UTF-8 and may be cut anywhere. Returns what `send()` returns, and throws as it does;
   * `TypeError` too where the type changes inside a message.
   */
  sendPiece(type: MessageType, piece: Uint8Array, fin: boolean, options?: SendOptions): boolean {
    this.#assertOpen();
    return this.#writer.sendPiece(type, piece, fin, options);
  }

  /** Queues a Ping (§5.5.2). Throws `RangeError` for more than 125 bytes, `TypeError` behind `close()`. */
  ping(payload: Uint8Array = empty): void {
    this.#sendControl(Opcode.Ping, payload);
  }

  /** Queues an unsolicited Pong (§5.5.3). Throws as `ping()` does. */
  pong(payload: Uint8Array = empty): void {
    this.#sendControl(Opcode.Pong, payload);
  }

  /**
   * Queues a Close (§5.5.1) behind all that was sent, unless there is one; from here on data from the peer is
   * passed over. Throws `RangeError` for a code that applications may not send and for a reason of more than
   * 123 bytes, `TypeError` for a reason without a code, and queues nothing then.
   */
  close(code?: number, reason = ""): void {
    this.#writeClose(createClosePayload(code, reason));
    this.#reader.discard();
  }

  /**
   * Takes the bytes to be written, in whole frames: at least one frame, and no more than it takes to reach
   * `limit` bytes.
   */
  takeOutput(limit: number = Infinity): Uint8Array[] {
    const pong = this.#pendingPong;
    if (pong !== undefined) {
      this.#pendingPong = undefined;
      this.#writeControl(Opcode.Pong, pong, this.#urgent);
    }
    const output = this.#queue.take(limit);
    return this.#urgent === undefined ? output : [...this.#urgent.take(Infinity), ...output];
  }

  /**
   * Tells that all that was taken has left, and its memory can be used again. Whoever does not tell, leaves
   * it to the garbage.
   */
  confirmOutput(): void {
    this.#queue.confirm();
    this.#urgent?.confirm();
  }

  /** Frees everything, at the end of the transport. */
  dispose(): void {
    this.#reader.clear();
    this.#codec?.close();
    this.#queue.clear();
    this.#urgent?.clear();
    this.#pendingPong = undefined;
  }

  #sendControl(opcode: number, payload: Uint8Array): void {
    this.#assertOpen();
    // §5.5 "All control frames MUST have a payload length of 125 bytes or less"
    if (payload.length > 125) throw new RangeError("Cannot send: a control frame of more than 125 bytes");
    this.#writeControl(opcode, payload);
  }

  #assertOpen(): void {
    // §5.5.1 "The application MUST NOT send any more data frames after sending a Close frame"
    if (this.closeSent) throw new TypeError("Cannot send: the connection is closing");
  }

  #pong(payload: Uint8Array): void {
    // §5.5.2 "an endpoint MUST send a Pong frame in response, unless it already received a Close frame"
    if (this.closeSent) return;
    // §5.5.3 "the endpoint MAY elect to send a Pong frame for only the most recently processed Ping frame"
    if ((this.#urgent?.size ?? 0) >= waitingPongs) this.#pendingPong = payload.slice();
    else this.#writeControl(Opcode.Pong, payload);
  }

  #writeControl(
    opcode: number,
    payload: Uint8Array,
    queue = this.congested ? this.#urgent ??= new OutputQueue() : this.#queue,
  ): void {
    this.#writer.writeFrame(queue, opcode, true, false, payload);
  }

  #writeClose(payload: Uint8Array): void {
    if (this.closeSent) return;
    (this as Mutable<this>).closeSent = true;
    this.#writeControl(Opcode.Close, payload, this.#queue);
  }
}
