/**
 * Frames into messages (RFC 6455 §5.4, §6.2): assembly or streaming, limits, UTF-8, the codec of an
 * extension. Knows nothing of answers; a broken rule is thrown as a `ProtocolError`.
 *
 * @module
 */

import type { MessageEvent, PieceEvent } from "./engine_event.ts";
import type { EngineLimits, EngineOptions } from "./engine_options.ts";
import type { MessageCodec } from "./extension.ts";
import type { FrameSituation } from "./check_frame.ts";
import { FrameReader } from "./frame_reader.ts";
import type { FrameTap } from "./frame_info.ts";
import { MessageBuffer } from "./message_buffer.ts";
import * as Opcode from "./opcode.ts";
import { ProtocolError } from "./protocol_error.ts";
import type { Role } from "./role.ts";
import { decodeScratch, decodeText, scratch } from "./text.ts";
import { Utf8Validator } from "./utf8_validator.ts";

const empty = new Uint8Array(0);

/**
 * Of a message that is told in pieces, so many bytes are decoded for each: they can become a thousand times
 * as many.
 */
const decodedAtOnce = 2048;

/**
 * Between these lengths, masked bytes that are unmasked in `scratch` and copied cost less than views of their
 * own memory do. Measured on V8 and JavaScriptCore.
 */
const leastCopied = 64;
const mostCopied = 1024;

/** A control frame as it came. */
export interface ControlFrame {
  /** Close, Ping or Pong. */
  readonly opcode: number;
  /** At most 125 bytes. */
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** Reads one message after the other. */
export class MessageReader extends FrameReader implements FrameSituation {
  /** Frames and messages read. */
  frames = 0;
  messages = 0;
  /** Whether messages are told piece by piece. May be turned on at any time. */
  streaming: boolean;
  // The situation that the next frame comes into.
  readonly role: Role;
  readonly rsv1Defined: boolean;
  fragmented = false;
  room: number;
  readonly #maxMessageSize: number;
  readonly #maxFragments: number;
  readonly #codec: MessageCodec | undefined;
  readonly #tap: FrameTap | undefined;
  /** Whether data frames are passed over. */
  #discarding = false;

  // The current message.
  #text = false;
  #compressed = false;
  /** Whether its first piece is told. */
  #announced = false;
  #fragments = 0;
  /** Bytes that the codec decoded. */
  #decodedSize = 0;
  readonly #buffer = new MessageBuffer();
  readonly #utf8 = new Utf8Validator();

  // The current control frame.
  #control = empty;

  constructor(options: EngineOptions, limits: EngineLimits) {
    super();
    this.#maxMessageSize = limits.maxMessageSize;
    this.role = options.role;
    this.rsv1Defined = options.codec !== undefined;
    this.room = this.#maxMessageSize;
    this.#maxFragments = limits.maxFragments;
    this.#codec = options.codec;
    this.#tap = options.onFrame;
    this.streaming = options.streaming ?? false;
  }

  /** Whether what waits to be read begins with a Close. */
  get closeIsNext(): boolean {
    return this.remaining === 0 && this.nextOpcode === Opcode.Close;
  }

  /** Bytes held of the message that is arriving. */
  get collected(): number {
    return this.#buffer.size;
  }

  /** Passes over data frames from now on. */
  discard(): void {
    this.#discarding = true;
    this.room = Infinity;
    this.#buffer.clear();
  }

  /** Frees what is held; nothing is read afterwards. */
  override clear(): void {
    super.clear();
    this.#buffer.clear();
  }

  /**
   * The next message, piece or control frame, or `undefined` until more bytes come. Throws `ProtocolError`.
   */
  read(): MessageEvent | PieceEvent | ControlFrame | undefined {
    for (;;) {
      if (this.remaining === 0) {
        if (!this.readHeader(this)) return undefined;
        this.#beginFrame();
      }
      const event = this.opcode >= Opcode.Close
        ? this.#readControl()
        : this.#discarding
        ? this.skip(this.available)
        : this.#readData();
      if (event !== undefined || this.remaining > 0 && this.buffered === 0) return event;
    }
  }

  #beginFrame(): void {
    const { opcode, fin, rsv1, length } = this;
    this.frames++;
    this.#tap?.({ direction: "received", opcode, fin, rsv1, length });
    if (opcode >= Opcode.Close) return;
    if (opcode !== Opcode.Continuation) {
      this.#text = opcode === Opcode.Text;
      this.#compressed = rsv1;
      this.#announced = false;
      this.#fragments = this.#decodedSize = 0;
    }
    this.fragmented = !fin;
    if (this.#discarding) return;
    this.room = fin ? this.#maxMessageSize : this.room - length;
    // §10.4 the same for the number of fragments
    if (++this.#fragments > this.#maxFragments) throw new ProtocolError(1008, "too many fragments");
  }

  #readControl(): ControlFrame | undefined {
    const { opcode, length, remaining } = this;
    if (remaining === length) this.#control = new Uint8Array(length);
    this.readPayload(this.#control, length - remaining, this.available);
    return this.remaining > 0 ? undefined : { opcode, payload: this.#control };
  }

  #readData(): MessageEvent | PieceEvent | undefined {
    const { length, remaining, buffered, streaming } = this;
    // The usual case: the whole message is there, in one frame.
    if (
      this.fin && length <= buffered && remaining === length && this.opcode !== Opcode.Continuation &&
      !this.rsv1 && !streaming
    ) {
      if (this.#suitsScratch(length)) {
        const ascii = this.readScratch();
        return this.#tellMessage(this.#text ? decodeScratch(length, ascii) : scratch.slice(0, length));
      }
      const bytes = new Uint8Array(length);
      this.readPayload(bytes, 0, length);
      return this.#tellBytes(bytes);
    }
    const { available } = this;
    const count = this.#compressed && streaming ? Math.min(available, decodedAtOnce) : available;
    if (count === 0 && remaining > 0) return undefined;
    const fin = this.fin && count === remaining;
    if (this.#compressed) {
      const decoded = this.#decode(count, fin);
      // A text that comes whole, as most do, need be neither collected nor judged bit by bit.
      if (fin && this.#text && !streaming && this.#buffer.size === 0 && this.#utf8.complete) {
        return this.#tellBytes(decoded);
      }
      this.#judge(decoded);
      this.#buffer.append(decoded);
    } else this.#collect(count);
    if (fin && this.#text && !this.#utf8.complete) throw new ProtocolError(1007, "text is no UTF-8");
    if (streaming) return this.#tellPiece(fin);
    return fin ? this.#tellBytes(this.#buffer.take()) : undefined;
  }

  /** Whether a whole message of so many bytes is read by way of `scratch`. */
  #suitsScratch(length: number): boolean {
    if (this.#text) return length <= scratch.length;
    return this.role === "server" && length >= leastCopied && length <= mostCopied;
  }

  /** Collects the next `count` bytes as they are on the wire. */
  #collect(count: number): void {
    while (count > 0) {
      const room = this.#buffer.reserve(count, this.fin ? this.remaining - count : undefined);
      this.readPayload(room, 0, room.length);
      this.#judge(room);
      count -= room.length;
    }
  }

  /** What the codec makes of the next `count` bytes. */
  #decode(count: number, fin: boolean): Uint8Array<ArrayBuffer> {
    const payload = new Uint8Array(count);
    this.readPayload(payload, 0, count);
    const decoded = this.#codec!.decode(payload, fin, this.#maxMessageSize - this.#decodedSize);
    this.#decodedSize += decoded.length;
    return decoded;
  }

  /** §8.1 text that is no UTF-8 fails the connection, here at its first impossible byte. */
  #judge(bytes: Uint8Array): void {
    if (this.#text && !this.#utf8.push(bytes)) throw new ProtocolError(1007, "text is no UTF-8");
  }

  #tellBytes(bytes: Uint8Array<ArrayBuffer>): MessageEvent {
    return this.#tellMessage(this.#text ? decodeText(bytes) : bytes);
  }

  /** Tells a message, unless it is a text that could not be decoded. */
  #tellMessage(data: string | Uint8Array<ArrayBuffer> | undefined): MessageEvent {
    if (data === undefined) throw new ProtocolError(1007, "text is no UTF-8");
    this.messages++;
    return { type: "message", data };
  }

  /** Tells what was collected. Nothing is worth telling in the middle of a message. */
  #tellPiece(fin: boolean): PieceEvent | undefined {
    const first = !this.#announced;
    if (this.#buffer.size === 0 && !first && !fin) return undefined;
    this.#announced = true;
    if (fin) this.messages++;
    return {
      type: "piece",
      messageType: this.#text ? "text" : "binary",
      data: this.#buffer.take(),
      first,
      fin,
    };
  }
}
