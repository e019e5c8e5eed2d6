/**
 * Frames out of bytes cut anywhere (RFC 6455 §5.2): a header at a time, then its payload as far as it is there. Knows
 * no messages. Borrows each chunk until it is used up or parked, never writes into it, never hands out a view of it.
 *
 * @module
 */

import { checkFrameStart, checkLength16, checkLength64, type FrameSituation } from "./check_frame.ts";
import { applyMask } from "./mask.ts";
import { ProtocolError } from "./protocol_error.ts";
import { scratch, scratchView } from "./text.ts";

const empty: Uint8Array = new Uint8Array(0);

/** The longest header: two bytes, a 64-bit length, a masking key. */
const longestHeader = 14;

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

  #masked = false;
  #key = 0;

  // Input: a chunk, and the beginning of a header that a chunk ended in.
  #chunk = empty;
  #at = 0;
  /** The same chunk by words, where somebody asked for them. */
  #view: DataView | undefined;
  /** Whether the chunk is somebody else's. */
  #borrowed = false;
  readonly #torn = new Uint8Array(longestHeader);
  #tornLength = 0;

  /** Bytes that wait to be read. */
  get buffered(): number {
    return this.#chunk.length - this.#at;
  }

  /** Whether the whole rest of the payload is there. */
  get payloadReady(): boolean {
    return this.remaining <= this.#chunk.length - this.#at;
  }

  /** Borrows the next chunk; where the one before is not used up, copies both. */
  receive(chunk: Uint8Array): void {
    const left = this.buffered;
    if (left === 0) {
      this.#chunk = chunk;
      this.#view = undefined;
    } else {
      const both = new Uint8Array(left + chunk.length);
      both.set(this.#chunk.subarray(this.#at));
      both.set(chunk, left);
      this.#chunk = both;
      this.#view = undefined;
    }
    this.#borrowed = left === 0;
    this.#at = 0;
  }

  /** Copies, once, what is left of a borrowed chunk, so that its owner may use it again. */
  park(): void {
    if (!this.#borrowed) return;
    this.#borrowed = false;
    // Not slice(), which is a view where the chunk is Node's Buffer.
    this.#chunk = this.buffered === 0 ? empty : new Uint8Array(this.#chunk.subarray(this.#at));
    this.#view = undefined;
    this.#at = 0;
  }

  /** Forgets what waits to be read. */
  clear(): void {
    this.#chunk = empty;
    this.#view = undefined;
    this.#at = 0;
  }

  /** Reads the next header. `false`: it needs more bytes. Throws `ProtocolError`. */
  readHeader(situation: FrameSituation): boolean {
    if (this.#tornLength === 0) {
      const size = this.#parseHeader(this.#chunk, this.#at, this.#chunk.length, situation);
      if (size > 0) {
        this.#at += size;
        return true;
      }
    }
    while (this.#at < this.#chunk.length) {
      this.#torn[this.#tornLength++] = this.#chunk[this.#at++]!;
      if (this.#parseHeader(this.#torn, 0, this.#tornLength, situation) > 0) {
        this.#tornLength = 0;
        return true;
      }
    }
    return false;
  }

  /** The figure of §5.2, top to bottom. Returns the size of the header, or 0 when it needs more bytes. */
  #parseHeader(bytes: Uint8Array, start: number, end: number, situation: FrameSituation): number {
    if (end - start < 2) return 0;
    const first = bytes[start]!;
    const second = bytes[start + 1]!;
    assertSound(checkFrameStart(first, second, situation));
    let at = start + 2;
    let length = second & 0x7f;
    if (length === 126) {
      if (end - at < 2) return 0;
      length = (bytes[at]! << 8) | bytes[at + 1]!;
      assertSound(checkLength16(length));
      at += 2;
    } else if (length === 127) {
      if (end - at < 8) return 0;
      const high = readUint32(bytes, at);
      const low = readUint32(bytes, at + 4);
      assertSound(checkLength64(high, low));
      // Inexact from 2^53 on, which no limit allows.
      length = high * 0x100000000 + low;
      at += 8;
    }
    // §10.4 "implementations ... MUST protect themselves against exceeding these limits", before the payload comes
    if (length > situation.room && (first & 0x08) === 0) throw new ProtocolError(1009, "message too big");
    const masked = (second & 0x80) !== 0;
    if (masked) {
      if (end - at < 4) return 0;
      this.#key = readUint32(bytes, at) | 0;
      at += 4;
    }
    this.#masked = masked;
    this.fin = (first & 0x80) !== 0;
    this.rsv1 = (first & 0x40) !== 0;
    this.opcode = first & 0x0f;
    this.length = this.remaining = length;
    return at - start;
  }

  /** Copies the next `count` bytes of the payload, unmasked, to `target` at `offset`. They must be there. */
  readPayload(target: Uint8Array, offset: number, count: number): void {
    const from = this.#at;
    const end = from + count;
    // Without a key, masking is copying.
    const key = this.#masked ? this.#key : 0;
    if (key !== 0 || count < 48) {
      applyMask(this.#chunk, from, target, offset, count, key, this.length - this.remaining);
    } else {
      target.set(this.#chunk.subarray(from, end), offset);
    }
    this.#at = end;
    this.remaining -= count;
  }

  /**
   * Copies the whole payload, unmasked, to the beginning of `scratch`. It must be there, and fit. Words of any alignment by a view of the
   * chunk save a seventh of what a short message costs.
   */
  readScratch(): void {
    const chunk = this.#chunk;
    const view = this.#view ??= new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const key = this.#masked ? this.#key : 0;
    const from = this.#at;
    const count = this.length;
    let at = 0;
    for (; at + 4 <= count; at += 4) scratchView.setInt32(at, view.getInt32(from + at) ^ key);
    for (let shift = 24; at < count; at++, shift -= 8) scratch[at] = chunk[from + at]! ^ (key >>> shift);
    this.#at = from + count;
    this.remaining = 0;
  }

  /** Passes over what is there of the payload. */
  skipPayload(): void {
    const count = Math.min(this.remaining, this.buffered);
    this.#at += count;
    this.remaining -= count;
  }
}

/** Throws for a rule that was broken. */
function assertSound(violation: string | undefined): void {
  if (violation !== undefined) throw new ProtocolError(1002, violation);
}

/** Four bytes in network order. */
function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
