/**
 * Frames out of bytes cut anywhere (RFC 6455 §5.2): a header at a time, then its payload as far as it is
 * there. Knows no messages. Borrows each chunk until it is used up or parked, never writes into it, never
 * hands out a view of it.
 *
 * @module
 */

import { checkFrameStart, checkLength, type FrameSituation } from "./check_frame.ts";
import { applyMask, isLittleEndian, toWord } from "./mask.ts";
import { ProtocolError } from "./protocol_error.ts";
import { scratch, scratchWords } from "./text.ts";

const empty: Uint8Array = new Uint8Array(0);
const emptyView = viewOf(empty);

/** Reads one frame after the other. */
export class FrameReader {
  // The header of the current frame, good once `readHeader()` has returned true.
  /** Whether this is the last fragment of its message. */
  fin = false;
  /** Whether the bit is set that an extension may define. */
  rsv1 = false;
  /** The opcode. */
  opcode = 0;
  /** The length of the payload in bytes. */
  length = 0;
  /** The bytes of the payload that were not read yet. */
  remaining = 0;

  /** The masking key; 0, which masks nothing, where there is none. */
  #key = 0;
  #chunk = empty;
  /** The same chunk by words. */
  #view = emptyView;
  #at = 0;
  /** Whether the chunk is somebody else's. */
  #borrowed = false;

  /** Bytes of the payload that wait to be read. */
  get available(): number {
    return Math.min(this.remaining, this.buffered);
  }

  /** Bytes that wait to be read; where all that can be is read, those of a torn header. */
  get buffered(): number {
    return this.#chunk.length - this.#at;
  }

  /** The opcode of the header that waits to be read; 0 where nothing waits. */
  get nextOpcode(): number {
    return this.#chunk[this.#at]! & 0x0f;
  }

  /** Borrows the next chunk; where the one before is not used up, copies both. */
  receive(chunk: Uint8Array): void {
    const left = this.buffered;
    if (left === 0) return this.#hold(chunk, true);
    const both = new Uint8Array(left + chunk.length);
    both.set(this.#chunk.subarray(this.#at));
    both.set(chunk, left);
    this.#hold(both, false);
  }

  /** Copies, once, what is left of a borrowed chunk, so that its owner may use it again. */
  park(): void {
    // Not slice(), which is a view where the chunk is Node's Buffer.
    if (!this.#borrowed) return;
    this.#hold(this.buffered === 0 ? empty : new Uint8Array(this.#chunk.subarray(this.#at)), false);
  }

  /** Forgets what waits to be read. */
  clear(): void {
    this.#hold(empty, false);
  }

  #hold(chunk: Uint8Array, borrowed: boolean): void {
    this.#chunk = chunk;
    this.#view = chunk === empty ? emptyView : viewOf(chunk);
    this.#at = 0;
    this.#borrowed = borrowed;
  }

  /** Reads the next header. `false`: it needs more bytes. Throws `ProtocolError`. */
  readHeader(situation: FrameSituation): boolean {
    const view = this.#view;
    const at = this.#at;
    const buffered = view.byteLength - at;
    if (buffered < 2) return false;
    // The figure of §5.2, top to bottom
    const first = view.getUint8(at);
    const second = view.getUint8(at + 1);
    assertSound(checkFrameStart(first, second, situation));
    const short = second & 0x7f;
    let size = short < 126 ? 2 : short === 126 ? 4 : 10;
    let length = short;
    if (size > 2) {
      if (buffered < size) return false;
      const high = size === 4 ? 0 : view.getUint32(at + 2);
      const low = size === 4 ? view.getUint16(at + 2) : view.getUint32(at + 6);
      assertSound(checkLength(short, high, low));
      length = toLength(high, low);
    }
    // §10.4 "implementations ... MUST protect themselves against exceeding these limits", before the payload
    // comes
    if (length > situation.room && (first & 0x08) === 0) throw new ProtocolError(1009, "message too big");
    const masked = (second & 0x80) !== 0;
    if (masked) size += 4;
    if (buffered < size) return false;
    this.#key = masked ? view.getInt32(at + size - 4) : 0;
    this.fin = (first & 0x80) !== 0;
    this.rsv1 = (first & 0x40) !== 0;
    this.opcode = first & 0x0f;
    this.length = this.remaining = length;
    this.#at = at + size;
    return true;
  }

  /** Copies the next `count` bytes of the payload, unmasked, to `target` at `offset`. They must be there. */
  readPayload(target: Uint8Array, offset: number, count: number): void {
    applyMask(this.#chunk, this.#at, target, offset, count, this.#key, this.length - this.remaining);
    this.skip(count);
  }

  /**
   * Copies the whole payload, unmasked, to the beginning of `scratch`. It must be there, and fit. Words of
   * any alignment save a seventh of what a short message costs. Returns whether it is ASCII.
   */
  readScratch(): boolean {
    const view = this.#view;
    const key = this.#key;
    const mask = toWord(key);
    const from = this.#at;
    const count = this.length;
    let at = 0;
    let bits = 0;
    for (; at + 4 <= count; at += 4) {
      const word = view.getInt32(from + at, isLittleEndian) ^ mask;
      bits |= word;
      scratchWords[at >> 2] = word;
    }
    for (let shift = 24; at < count; at++, shift -= 8) {
      bits |= scratch[at] = (view.getUint8(from + at) ^ (key >>> shift)) & 0xff;
    }
    this.skip(count);
    return (bits & 0x80808080) === 0;
  }

  /** Passes over `count` bytes of the payload. They must be there. */
  skip(count: number): undefined {
    this.#at += count;
    this.remaining -= count;
  }
}

/**
 * The number of two unsigned words. JavaScriptCore keeps as a double what may come of doubles, and every
 * position behind it, which makes a slow index: what is an integer of 32 bits comes of integers alone.
 */
function toLength(high: number, low: number): number {
  return high === 0 && low <= 0x7fffffff ? low | 0 : toLargeLength(high, low);
}

/** Inexact from 2^53 on, which no limit allows. */
function toLargeLength(high: number, low: number): number {
  return high * 0x100000000 + low;
}

/** Throws for a rule that was broken. */
function assertSound(violation: string | undefined): void {
  if (violation !== undefined) throw new ProtocolError(1002, violation);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
