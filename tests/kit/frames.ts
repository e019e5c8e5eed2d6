/**
 * Frames as RFC 6455 §5.2 draws them, written and read the slow and obvious way: what the engine is measured against,
 * so it shares nothing with it.
 *
 * @module
 */

/** One frame. */
export interface Frame {
  readonly opcode: number;
  readonly fin: boolean;
  /** RSV1 is 4, RSV2 is 2, RSV3 is 1. */
  readonly rsv: number;
  /** The masking key, or none. */
  readonly key: Uint8Array | undefined;
  /** Unmasked. */
  readonly payload: Uint8Array;
}

/** What a frame is, where nothing is said. */
export interface FrameFields extends Partial<Frame> {
  readonly opcode: number;
}

/** A key with four different bytes, from the examples of §5.7. */
export const exampleKey: Uint8Array = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

/** §5.3 "j = i MOD 4, transformed-octet-i = original-octet-i XOR masking-key-octet-j" */
export function mask(payload: Uint8Array, key: Uint8Array): Uint8Array {
  return Uint8Array.from(payload, (octet, i) => octet ^ key[i % 4]!);
}

/** One frame to bytes; `lengthBytes` of 0, 2 or 8 chooses how the length is written. */
export function encodeFrame(frame: FrameFields, lengthBytes?: 0 | 2 | 8): Uint8Array {
  const { opcode, fin = true, rsv = 0, key, payload = new Uint8Array() } = frame;
  const size = lengthBytes ?? (payload.length <= 125 ? 0 : payload.length <= 65535 ? 2 : 8);
  const bits = (value: number | bigint, count: number) => value.toString(2).padStart(count, "0");
  let header = (fin ? "1" : "0") + bits(rsv, 3) + bits(opcode, 4) + (key === undefined ? "0" : "1");
  if (size === 0) header += bits(payload.length, 7);
  else if (size === 2) header += bits(126, 7) + bits(payload.length, 16);
  else header += bits(127, 7) + bits(BigInt(payload.length), 64);
  const octets = header.match(/.{8}/g)!.map((octet) => parseInt(octet, 2));
  if (key === undefined) return concat([Uint8Array.from(octets), payload]);
  return concat([Uint8Array.from(octets), key, mask(payload, key)]);
}

/** All frames in `bytes`. Throws where something is left over, or a length is not minimally encoded. */
export function decodeFrames(bytes: Uint8Array): Frame[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length;) {
    const first = view.getUint8(at);
    const second = view.getUint8(at + 1);
    at += 2;
    let length = second % 128;
    if (length === 126) {
      length = view.getUint16(at);
      at += 2;
      if (length < 126) throw new Error("16 bits for a length that 7 hold");
    } else if (length === 127) {
      length = Number(view.getBigUint64(at));
      at += 8;
      if (length < 65536) throw new Error("64 bits for a length that 16 hold");
    }
    let key: Uint8Array | undefined;
    if (second >= 128) {
      key = bytes.slice(at, at + 4);
      at += 4;
    }
    if (at + length > bytes.length) throw new Error("A frame is not whole");
    const payload = Uint8Array.from(bytes.subarray(at, at + length));
    at += length;
    frames.push({
      opcode: first % 16,
      fin: first >= 128,
      rsv: Math.floor(first / 16) % 8,
      key,
      payload: key === undefined ? payload : mask(payload, key),
    });
  }
  return frames;
}

/** Chunks to one. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Whether bytes are the same; `assertEquals` is slow with many. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return one.length === other.length && at === one.length;
}

/** Bytes from hexadecimal digits, blanks between them ignored. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.from(digits.replaceAll(" ", "").match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** Hexadecimal digits of bytes; of many, their number and a digest. */
export function toHex(bytes: Uint8Array): string {
  if (bytes.length <= 128) return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  let digest = 0;
  for (let at = 0; at < bytes.length; at++) digest = (Math.imul(digest, 31) + bytes[at]!) >>> 0;
  return `${bytes.length} bytes of digest ${digest.toString(16)}`;
}

/** Text to bytes. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
