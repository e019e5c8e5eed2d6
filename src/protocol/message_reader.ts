/**
 * Frames into messages (RFC 6455 §5.4, §6.2): assembly or streaming, limits, UTF-8, the codec of an extension. Knows
 * nothing of answers; a broken rule is thrown as a `ProtocolError`.
 *
 * @module
 */

import type { MessageEvent, PieceEvent } from "./engine_event.ts";
import { checkNumber, engineDefaults, type EngineOptions } from "./engine_options.ts";
import type { MessageCodec } from "./extension.ts";
import type { FrameSituation } from "./check_frame.ts";
import { FrameReader } from "./frame_reader.ts";
import type { FrameTap } from "./frame_info.ts";
import { MessageBuffer } from "./message_buffer.ts";
import { Opcode } from "./opcode.ts";
import { ProtocolError } from "./protocol_error.ts";
import type { Role } from "./role.ts";
import { decodeScratch, decodeText, scratch } from "./text.ts";
import { Utf8Validator } from "./utf8_validator.ts";

const empty = new Uint8Array(0);

/** Of a message that is told in pieces, so many bytes are decoded for each: they can become a thousand times as many. */
const decodedAtOnce = 2048;

/** A control frame as it came. */
export interface ControlFrame {
  /** Close, Ping or Pong. */
  readonly opcode: number;
  /** At most 125 bytes. */
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** Reads one message after the other. */
export class MessageReader implements FrameSituation {
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
  readonly #frame = new FrameReader();
  readonly #maxMessageSize: number;
  readonly #maxFragments: number;
  readonly #codec: MessageCodec | undefined;
  readonly #tap: FrameTap | undefined;
  /** Whether the current frame's header is read and its payload is not done. */
  #inFrame = false;
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

  constructor(options: EngineOptions) {
    this.#maxMessageSize = checkNumber(
      "maxMessageSize",
      options.maxMessageSize,
      engineDefaults.maxMessageSize,
    );
    this.role = options.role;
    this.rsv1Defined = options.codec !== undefined;
    this.room = this.#maxMessageSize;
    this.#maxFragments = checkNumber("maxFragments", options.maxFragments, engineDefaults.maxFragments, 1);
    this.#codec = options.codec;
    this.#tap = options.onFrame;
    this.streaming = options.streaming ?? false;
  }

  /** Borrows the next chunk until `read()` has used it up or `park()` copied what is left. */
  receive(chunk: Uint8Array): void {
    this.#frame.receive(chunk);
  }

  /** Copies what is left of the borrowed chunk. */
  park(): void {
    this.#frame.park();
  }

  /** Bytes that wait to be read. */
  get buffered(): number {
    return this.#frame.buffered;
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
  close(): void {
    this.#buffer.clear();
    this.#frame.clear();
  }

  /** The next message, piece or control frame, or `undefined` until more bytes come. Throws `ProtocolError`. */
  read(): MessageEvent | PieceEvent | ControlFrame | undefined {
    const frame = this.#frame;
    for (;;) {
      if (!this.#inFrame) {
        if (!frame.readHeader(this)) return undefined;
        this.#beginFrame(frame);
      }
      const event = frame.opcode >= Opcode.Close
        ? this.#readControl(frame)
        : this.#discarding
        ? this.#skipData(frame)
        : this.#readData(frame);
      if (event !== undefined || this.#inFrame && frame.buffered === 0) return event;
    }
  }

  #beginFrame(frame: FrameReader): void {
    this.#inFrame = true;
    this.frames++;
    this.#tap?.({
      direction: "received",
      opcode: frame.opcode,
      fin: frame.fin,
      rsv1: frame.rsv1,
      length: frame.length,
    });
    if (frame.opcode >= Opcode.Close) return;
    if (frame.opcode !== Opcode.Continuation) {
      this.#text = frame.opcode === Opcode.Text;
      this.#compressed = frame.rsv1;
      this.#announced = false;
      this.#fragments = this.#decodedSize = 0;
    }
    this.fragmented = !frame.fin;
    if (this.#discarding) return;
    this.room = frame.fin ? this.#maxMessageSize : this.room - frame.length;
    // §10.4 the same for the number of fragments
    if (++this.#fragments > this.#maxFragments) throw new ProtocolError(1008, "too many fragments");
  }

  #readControl(frame: FrameReader): ControlFrame | undefined {
    if (frame.remaining === frame.length) this.#control = new Uint8Array(frame.length);
    const count = Math.min(frame.remaining, frame.buffered);
    frame.readPayload(this.#control, frame.length - frame.remaining, count);
    if (frame.remaining > 0) return undefined;
    this.#inFrame = false;
    return { opcode: frame.opcode, payload: this.#control };
  }

  #skipData(frame: FrameReader): undefined {
    frame.skip(Math.min(frame.remaining, frame.buffered));
    this.#inFrame = frame.remaining > 0;
  }

  #readData(frame: FrameReader): MessageEvent | PieceEvent | undefined {
    // The usual case: the whole message is there, in one frame.
    if (
      frame.fin && frame.length <= frame.buffered && frame.remaining === frame.length &&
      frame.opcode !== Opcode.Continuation && !frame.rsv1 && !this.streaming
    ) {
      this.#inFrame = false;
      return this.#readWhole(frame);
    }
    const most = this.#compressed && this.streaming ? decodedAtOnce : Infinity;
    const count = Math.min(frame.remaining, frame.buffered, most);
    if (count === 0 && frame.remaining > 0) return undefined;
    const fin = frame.fin && count === frame.remaining;
    const piece = this.#compressed ? this.#inflate(frame, count, fin) : undefined;
    if (piece !== undefined) this.#collect(piece);
    else this.#collectPayload(frame, count);
    if (fin && this.#text && !this.#utf8.complete) throw new ProtocolError(1007, "text is no UTF-8");
    this.#inFrame = frame.remaining > 0;
    if (this.streaming) return this.#tellPiece(fin);
    if (!fin) return undefined;
    const bytes = this.#buffer.take();
    return this.#tellMessage(this.#text ? assertText(decodeText(bytes)) : bytes);
  }

  #readWhole(frame: FrameReader): MessageEvent {
    const { length } = frame;
    if (this.#text && length <= scratch.length) {
      const ascii = frame.readScratch();
      return this.#tellMessage(assertText(decodeScratch(length, ascii)));
    }
    const bytes = new Uint8Array(length);
    frame.readPayload(bytes, 0, length);
    return this.#tellMessage(this.#text ? assertText(decodeText(bytes)) : bytes);
  }

  /** Collects `count` bytes as they are on the wire. */
  #collectPayload(frame: FrameReader, count: number): void {
    while (count > 0) {
      const more = frame.fin ? frame.remaining - count : undefined;
      const room = this.#buffer.reserve(count, more);
      frame.readPayload(room, 0, room.length);
      this.#judge(room);
      count -= room.length;
    }
  }

  /** Decodes the next `count` bytes. */
  #inflate(frame: FrameReader, count: number, fin: boolean): Uint8Array<ArrayBuffer> {
    const payload = new Uint8Array(count);
    frame.readPayload(payload, 0, count);
    return this.#codec!.decode(payload, fin, this.#maxMessageSize - this.#decodedSize);
  }

  /** Collects what the codec decoded. */
  #collect(decoded: Uint8Array<ArrayBuffer>): void {
    this.#decodedSize += decoded.length;
    this.#judge(decoded);
    this.#buffer.append(decoded);
  }

  /** §8.1 text that is no UTF-8 fails the connection, here at its first impossible byte. */
  #judge(bytes: Uint8Array): void {
    if (this.#text && !this.#utf8.push(bytes)) throw new ProtocolError(1007, "text is no UTF-8");
  }

  #tellMessage(data: string | Uint8Array<ArrayBuffer>): MessageEvent {
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

/** A text, or the error that answers what is none. */
function assertText(text: string | undefined): string {
  if (text === undefined) throw new ProtocolError(1007, "text is no UTF-8");
  return text;
}
