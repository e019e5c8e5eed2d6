/**
 * Messages and control frames into bytes (RFC 6455 §5, §6.1). Knows no state of the connection: whoever calls has
 * decided that the frame may go out.
 *
 * @module
 */

import type { FrameInfo, FrameTap } from "./frame_info.ts";
import { applyMask, createMaskingKey } from "./mask.ts";
import { lendBuffer, returnBuffer } from "./masking_buffers.ts";
import { Opcode } from "./opcode.ts";
import type { OutputQueue } from "./output_queue.ts";
import { encodeText, encodeTextInto } from "./text.ts";

/** From this many bytes on, a payload travels as a chunk of its own and is not copied behind its header. */
const largePayload = 16384 - 14;

const finBit = 0x80;
const rsv1Bit = 0x40;

/** Writes frames to a queue. */
export class MessageWriter {
  /** Frames written. */
  frames = 0;
  readonly #masks: boolean;
  readonly #tap: FrameTap | undefined;
  /** Masked payloads, and what the queue will have given away when they are gone. */
  #lent: { readonly buffer: Uint8Array; readonly position: number }[] = [];
  /** The fragments of the message that is being written. */
  #untold: FrameInfo[] | undefined;

  constructor(masks: boolean, tap: FrameTap | undefined) {
    this.#masks = masks;
    this.#tap = tap;
  }

  /** Everything up to this position of the queue has left. */
  returnBuffers(position: number): void {
    while (this.#lent.length > 0 && this.#lent[0]!.position <= position) {
      returnBuffer(this.#lent.shift()!.buffer);
    }
  }

  /** Writes a text in one frame. */
  writeText(queue: OutputQueue, text: string): void {
    const longest = text.length * 3;
    if (longest >= largePayload) {
      this.writeFrame(queue, Opcode.Text, true, false, encodeText(text), true);
      return;
    }
    const { slab, offset } = queue.reserve(longest + 14);
    // As if it were ASCII; if it is not, and its header is longer than thought, it moves.
    const guess = headerSize(text.length, this.#masks);
    const length = encodeTextInto(text, slab, offset + guess);
    const size = headerSize(length, this.#masks);
    if (size !== guess) slab.copyWithin(offset + size, offset + guess, offset + guess + length);
    this.#writeHeader(slab, offset, Opcode.Text, true, false, length);
    queue.commit(size + length);
    this.#count(Opcode.Text, true, false, length);
  }

  /**
   * Writes a message in one frame, or in frames of `fragmentSize` bytes. `owned`: nobody else uses the payload. Returns what
   * `writeFrame()` returns.
   */
  writeMessage(
    queue: OutputQueue,
    opcode: Opcode,
    rsv1: boolean,
    payload: Uint8Array,
    owned: boolean,
    fragmentSize: number,
  ): boolean {
    if (fragmentSize === 0 || payload.length <= fragmentSize) {
      return this.writeFrame(queue, opcode, true, rsv1, payload, owned);
    }
    let borrowed = false;
    // A tap may send, which must not come between the fragments: it sees them when all are written.
    const fragments: FrameInfo[] = this.#untold = [];
    for (let at = 0; at < payload.length; at += fragmentSize) {
      const fin = at + fragmentSize >= payload.length;
      const piece = payload.subarray(at, at + fragmentSize);
      // §5.4 "an opcode other than 0, followed by zero or more frames with the FIN bit clear and the opcode set to 0"
      const first = at === 0;
      if (this.writeFrame(queue, first ? opcode : Opcode.Continuation, fin, rsv1 && first, piece, owned)) {
        borrowed = true;
      }
    }
    this.#untold = undefined;
    for (const frame of fragments) this.#tap?.(frame);
    return borrowed;
  }

  /**
   * Writes one frame. `owned`: nobody else uses the payload. Returns whether the queue now holds the payload itself, which is
   * somebody else's.
   */
  writeFrame(
    queue: OutputQueue,
    opcode: Opcode,
    fin: boolean,
    rsv1: boolean,
    payload: Uint8Array,
    owned: boolean,
  ): boolean {
    const length = payload.length;
    const large = length >= largePayload;
    if (!large) {
      const { slab, offset } = queue.reserve(length + 14);
      const size = headerSize(length, this.#masks);
      if (length < 48) { for (let at = 0; at < length; at++) slab[offset + size + at] = payload[at]!; }
      else slab.set(payload, offset + size);
      this.#writeHeader(slab, offset, opcode, fin, rsv1, length);
      queue.commit(size + length);
    } else {
      const { slab, offset } = queue.reserve(14);
      const key = this.#writeHeader(slab, offset, opcode, fin, rsv1, length);
      queue.commit(headerSize(length, this.#masks));
      const body = this.#masks && !owned ? lendBuffer(length) : payload;
      if (this.#masks) applyMask(payload, 0, body, 0, length, key, 0);
      queue.append(body);
      if (body !== payload) this.#lent.push({ buffer: body, position: queue.taken + queue.size });
    }
    this.#count(opcode, fin, rsv1, length);
    return large && !owned && !this.#masks;
  }

  /** Behind each frame, when a tap may do as it likes. */
  #count(opcode: Opcode, fin: boolean, rsv1: boolean, length: number): void {
    this.frames++;
    if (this.#tap === undefined) return;
    const frame: FrameInfo = { direction: "sent", opcode, fin, rsv1, length };
    if (this.#untold === undefined) this.#tap(frame);
    else this.#untold.push(frame);
  }

  /** Writes the figure of §5.2 down to the masking key, and masks what stands behind it. Returns the key. */
  #writeHeader(
    slab: Uint8Array,
    offset: number,
    opcode: Opcode,
    fin: boolean,
    rsv1: boolean,
    length: number,
  ): number {
    slab[offset] = (fin ? finBit : 0) | (rsv1 ? rsv1Bit : 0) | opcode;
    const maskBit = this.#masks ? 0x80 : 0;
    let at = offset + 2;
    if (length < 126) {
      slab[offset + 1] = maskBit | length;
    } else if (length < 65536) {
      slab[offset + 1] = maskBit | 126;
      slab[at++] = length >>> 8;
      slab[at++] = length;
    } else {
      slab[offset + 1] = maskBit | 127;
      writeUint32(slab, at, Math.floor(length / 0x100000000));
      writeUint32(slab, at + 4, length);
      at += 8;
    }
    if (!this.#masks) return 0;
    // §5.3 "The masking key is a 32-bit value chosen at random by the client", for every frame anew
    const key = createMaskingKey();
    writeUint32(slab, at, key);
    if (length < largePayload) applyMask(slab, at + 4, slab, at + 4, length, key, 0);
    return key;
  }
}

/** The size of a header for a payload of `length` bytes. */
function headerSize(length: number, masks: boolean): number {
  return (length < 126 ? 2 : length < 65536 ? 4 : 10) + (masks ? 4 : 0);
}

/** Four bytes in network order. */
function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
