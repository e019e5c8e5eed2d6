/**
 * Frames into bytes (RFC 6455 §5.2, §5.3). Knows no state of the connection: whoever calls has decided that
 * the frame may go out.
 *
 * @module
 */

import type { EncodedMessage } from "./encoded_message.ts";
import type { FrameInfo, FrameTap } from "./frame_info.ts";
import { applyMask, createMaskingKey } from "./mask.ts";
import * as Opcode from "./opcode.ts";
import { leastRoom, OutputQueue } from "./output_queue.ts";
import { encodeText, encodeTextInto } from "./text.ts";

/**
 * From this many bytes on, a payload that need not be masked travels as a chunk of its own and is not copied.
 */
const largePayload = leastRoom - 14;

/** Writes frames to a queue. */
export class FrameWriter {
  /** Frames written. */
  frames = 0;
  /** Messages written. */
  messages = 0;
  readonly #masks: boolean;
  readonly #tap: FrameTap | undefined;
  /** The fragments of the message that is being written. */
  #untold: FrameInfo[] | undefined;
  /** The masking key of the current frame; 0, which masks nothing, where none is used. */
  #key = 0;

  constructor(masks: boolean, tap: FrameTap | undefined) {
    this.#masks = masks;
    this.#tap = tap;
  }

  /** Writes a text in one frame. */
  writeText(queue: OutputQueue, text: string): void {
    const longest = text.length * 3;
    if (longest >= largePayload) {
      return void this.writeFrame(queue, Opcode.Text, true, false, encodeText(text));
    }
    const { bytes, offset } = queue.reserve(longest + 14);
    // As if it were ASCII; if it is not, and its header is longer than thought, it moves.
    const guess = offset + this.#headerSize(text.length);
    const length = encodeTextInto(text, bytes, guess);
    const start = offset + this.#headerSize(length);
    if (start !== guess) bytes.copyWithin(start, guess, guess + length);
    this.#writeHeader(bytes, offset, Opcode.Text, true, false, length);
    if (this.#masks) applyMask(bytes, start, bytes, start, length, this.#key, 0);
    queue.commit(start - offset + length, true);
    this.#count(Opcode.Text, true, false, length);
  }

  /**
   * Writes a message, or the next piece of one, which `last` ends, in frames of `fragmentSize` bytes; 0: in
   * one. Returns what `writeFrame()` returns.
   */
  writeFragments(
    queue: OutputQueue,
    opcode: number,
    last: boolean,
    rsv1: boolean,
    payload: Uint8Array,
    fragmentSize: number,
  ): boolean {
    const size = fragmentSize || Infinity;
    let borrowed = false;
    // A tap may send, which must not come between the fragments: it sees them when all are written.
    const fragments: FrameInfo[] = this.#untold = [];
    let at = 0;
    do {
      const piece = payload.length > size ? payload.subarray(at, at + size) : payload;
      // §5.4 "an opcode other than 0, followed by zero or more frames with the FIN bit clear and the opcode
      // set to 0"
      const first = at === 0;
      at += size;
      const fin = last && at >= payload.length;
      if (this.writeFrame(queue, first ? opcode : Opcode.Continuation, fin, rsv1 && first, piece)) {
        borrowed = true;
      }
    } while (at < payload.length);
    this.#untold = undefined;
    for (const frame of fragments) this.#tap?.(frame);
    return borrowed;
  }

  /** Writes one frame. Returns whether the queue now holds the payload itself. */
  writeFrame(queue: OutputQueue, opcode: number, fin: boolean, rsv1: boolean, payload: Uint8Array): boolean {
    const { length } = payload;
    const borrows = length >= largePayload && !this.#masks;
    let at = 0;
    do {
      const { bytes, offset } = queue.reserve(Math.min(length - at, largePayload) + 14);
      const header = at > 0 ? 0 : this.#writeHeader(bytes, offset, opcode, fin, rsv1, length);
      const count = borrows ? 0 : Math.min(length - at, largePayload);
      applyMask(payload, at, bytes, offset + header, count, this.#key, at);
      at += count;
      queue.commit(header + count, at === length);
    } while (!borrows && at < length);
    if (borrows) queue.append(payload);
    else if (length >= largePayload) queue.seal();
    this.#count(opcode, fin, rsv1, length);
    return borrows;
  }

  /** Writes a message to many by the frame that is the same for all, where that may be. Whether it did. */
  writeShared(queue: OutputQueue, message: EncodedMessage): boolean {
    const { length } = message.payload;
    if (this.#masks || length >= largePayload) return false;
    queue.lend(message);
    this.#count(message.opcode, true, message.rsv1, length);
    return true;
  }

  /** Behind each frame, when a tap may do as it likes. */
  #count(opcode: number, fin: boolean, rsv1: boolean, length: number): void {
    this.frames++;
    // A message ends with it; a control frame is none.
    if (fin && opcode < Opcode.Close) this.messages++;
    if (this.#tap === undefined) return;
    const frame: FrameInfo = { direction: "sent", opcode, fin, rsv1, length };
    if (this.#untold === undefined) this.#tap(frame);
    else this.#untold.push(frame);
  }

  /** The size of a header for a payload of `length` bytes. */
  #headerSize(length: number): number {
    return (length < 126 ? 2 : length < 65536 ? 4 : 10) + (this.#masks ? 4 : 0);
  }

  /** Writes the figure of §5.2 down to the masking key, a new one. Returns its size. */
  #writeHeader(
    bytes: Uint8Array,
    offset: number,
    opcode: number,
    fin: boolean,
    rsv1: boolean,
    length: number,
  ): number {
    const size = this.#headerSize(length);
    const short = length < 126 ? length : length < 65536 ? 126 : 127;
    bytes[offset] = (fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | opcode;
    bytes[offset + 1] = (this.#masks ? 0x80 : 0) | short;
    if (short === 126) {
      bytes[offset + 2] = length >>> 8;
      bytes[offset + 3] = length;
    } else if (short === 127) {
      writeUint32(bytes, offset + 2, length / 0x100000000);
      writeUint32(bytes, offset + 6, length);
    }
    if (this.#masks) {
      // §5.3 "The masking key is a 32-bit value chosen at random by the client", for every frame anew
      this.#key = createMaskingKey();
      writeUint32(bytes, offset + size - 4, this.#key);
    }
    return size;
  }
}

/** A whole message of less than `largePayload` bytes in one frame that is not masked. */
export function createFrame(opcode: number, rsv1: boolean, payload: Uint8Array): Uint8Array {
  const queue = new OutputQueue();
  new FrameWriter(false, undefined).writeFrame(queue, opcode, true, rsv1, payload);
  const frame = queue.take(Infinity)[0]!.slice();
  queue.confirm();
  return frame;
}

/** Four bytes in network order. */
function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
