/**
 * Messages into frames (RFC 6455 §5.4, §6.1): whole or in pieces, through the codec of an extension where it
 * wants them. Knows no state of the connection.
 *
 * @module
 */

import type { MessageType } from "./engine_event.ts";
import { checkNumber, type EngineOptions, type SendOptions } from "./engine_options.ts";
import type { MessageCodec } from "./extension.ts";
import { FrameWriter } from "./frame_writer.ts";
import * as Opcode from "./opcode.ts";
import type { OutputQueue } from "./output_queue.ts";
import { isPrepared, type PreparedMessage } from "./prepared_message.ts";
import { ProtocolError } from "./protocol_error.ts";
import { encodeText } from "./text.ts";

/** A message on its way out. */
interface OutgoingMessage {
  /** Of the next fragment. */
  opcode: number;
  readonly codec: MessageCodec | undefined;
}

/** Writes one message after the other to a queue. What it returns and throws is said in `WebSocketEngine`. */
export class MessageWriter extends FrameWriter {
  readonly #queue: OutputQueue;
  readonly #codec: MessageCodec | undefined;
  readonly #fragmentSize: number;
  /** The message that is being sent in pieces. */
  #sending: OutgoingMessage & { readonly type: MessageType } | undefined;

  constructor(queue: OutputQueue, options: EngineOptions, fragmentSize: number) {
    super(options.role === "client", options.onFrame);
    this.#queue = queue;
    this.#codec = options.codec;
    this.#fragmentSize = fragmentSize;
  }

  /** Writes a whole message. */
  send(message: string | Uint8Array | PreparedMessage, options?: SendOptions): boolean {
    if (this.#sending !== undefined) throw new TypeError("Cannot send: a message in pieces is not finished");
    const prepared = isPrepared(message) ? message : undefined;
    const data = prepared === undefined ? message as string | Uint8Array : prepared.data;
    const fragmentSize = this.#chooseSize(options);
    const codec = this.#chooseCodec(data.length, options);
    const text = typeof data === "string";
    if (text && prepared === undefined && codec === undefined && fragmentSize === 0) {
      this.writeText(this.#queue, data);
      return false;
    }
    const encoded = prepared && encoding(() => prepared.encodeFor(codec));
    if (encoded !== undefined && fragmentSize === 0 && this.writeShared(this.#queue, encoded)) return false;
    const bytes = prepared?.bytes ?? (text ? encodeText(data) : data);
    const whole = { opcode: text ? Opcode.Text : Opcode.Binary, codec };
    return this.#write(whole, bytes, true, fragmentSize, encoded?.payload) && bytes === message;
  }

  /** Writes the next piece of a message, which `fin` ends. */
  sendPiece(type: MessageType, piece: Uint8Array, fin: boolean, options?: SendOptions): boolean {
    const fragmentSize = this.#chooseSize(options);
    const message = this.#sending ??= {
      type,
      opcode: type === "text" ? Opcode.Text : Opcode.Binary,
      codec: this.#chooseCodec(undefined, options),
    };
    if (message.type !== type) throw new TypeError("Cannot send: the message in pieces is of the other type");
    return this.#write(message, piece, fin, fragmentSize);
  }

  #chooseSize(options: SendOptions | undefined): number {
    return checkNumber("fragmentSize", options?.fragmentSize, this.#fragmentSize);
  }

  #chooseCodec(length: number | undefined, options: SendOptions | undefined): MessageCodec | undefined {
    return this.#codec?.encodes(length, options?.compress) ? this.#codec : undefined;
  }

  /** Writes the next bytes of a message, or all. Returns whether the queue now holds them. */
  #write(
    message: OutgoingMessage,
    bytes: Uint8Array,
    fin: boolean,
    fragmentSize: number,
    encoded?: Uint8Array,
  ): boolean {
    const { codec, opcode } = message;
    const payload = encoded ?? (codec === undefined ? bytes : encoding(() => codec.encode(bytes, fin)));
    // A codec may keep a piece to itself.
    if (payload.length === 0 && !fin) return false;
    message.opcode = Opcode.Continuation;
    if (fin) this.#sending = undefined;
    // RFC 7692 §6 the "Per-Message Compressed" bit is of the first fragment
    const rsv1 = codec !== undefined && opcode !== Opcode.Continuation;
    return this.writeFragments(this.#queue, opcode, fin, rsv1, payload, fragmentSize) && payload === bytes;
  }
}

/** Has a codec encode. A codec that fails has lost its place among the messages. */
function encoding<Encoded>(encode: () => Encoded): Encoded {
  try {
    return encode();
  } catch (cause) {
    throw new ProtocolError(1011, "cannot encode", { cause });
  }
}
