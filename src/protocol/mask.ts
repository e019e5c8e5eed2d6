/**
 * Masking (RFC 6455 §5.3). Knows bytes and keys, no frames.
 *
 * @module
 */

/** Below this many bytes a plain loop beats the cost of two views. Measured on V8 and JavaScriptCore. */
const wordThreshold = 128;

/** The same where no mask, and no view, comes with the copy. */
const copyThreshold = 32;

/** A key in network order, and the same four bytes as a word of this machine. */
const keyBytes = new DataView(new ArrayBuffer(4));
const keyWord = new Int32Array(keyBytes.buffer);

/** Four bytes in network order as a word of this machine. */
export function toWord(bytes: number): number {
  keyBytes.setInt32(0, bytes);
  return keyWord[0]!;
}

/** Whether this machine's words begin with their low byte. */
export const isLittleEndian: boolean = toWord(1) !== 1;

/**
 * Copies `count` bytes and masks, or unmasks, them on the way; in place where source and target are the same.
 * `key` holds the four bytes of the masking key, the first one in the high byte; 0 only copies. `phase` is
 * how many bytes of the payload came before.
 */
export function applyMask(
  source: Uint8Array,
  from: number,
  target: Uint8Array,
  to: number,
  count: number,
  key: number,
  phase: number,
): void {
  // §5.3 "j = i MOD 4; transformed-octet-i = original-octet-i XOR masking-key-octet-j"
  const skew = (phase & 3) << 3;
  const rotated = (key << skew) | (key >>> (32 - skew));
  const isWhole = count === source.length;
  if (count < (isWhole && key === 0 ? copyThreshold : wordThreshold)) {
    return maskBytes(source, from, target, to, count, rotated);
  }
  if (source !== target || from !== to) {
    target.set(isWhole ? source : source.subarray(from, from + count), to);
  }
  if (key === 0) return;
  const start = target.byteOffset + to;
  const lead = -start & 3;
  if (lead > 0) {
    maskBytes(target, to, target, to, lead, rotated);
    return applyMask(target, to + lead, target, to + lead, count - lead, key, phase + lead);
  }
  const word = toWord(rotated);
  // Four at a time take V8 a third less time; JavaScriptCore the same.
  const words = new Int32Array(target.buffer, start, (count >>> 4) << 2);
  const { length } = words;
  for (let index = 0; index < length; index += 4) {
    words[index]! ^= word;
    words[index + 1]! ^= word;
    words[index + 2]! ^= word;
    words[index + 3]! ^= word;
  }
  const done = to + (count & ~15);
  maskBytes(target, done, target, done, count & 15, rotated);
}

function maskBytes(
  source: Uint8Array,
  from: number,
  target: Uint8Array,
  to: number,
  count: number,
  key: number,
): void {
  let at = 0;
  for (; at + 4 <= count; at += 4) {
    target[to + at] = source[from + at]! ^ (key >>> 24);
    target[to + at + 1] = source[from + at + 1]! ^ (key >>> 16);
    target[to + at + 2] = source[from + at + 2]! ^ (key >>> 8);
    target[to + at + 3] = source[from + at + 3]! ^ key;
  }
  for (let shift = 24; at < count; at++, shift -= 8) target[to + at] = source[from + at]! ^ (key >>> shift);
}

/** Random bytes waiting to become keys: one call to the generator serves many frames. */
const pool = new Int32Array(512);
let used = pool.length;

/** A fresh masking key (RFC 6455 §5.3: "derived from a strong source of entropy"). */
export function createMaskingKey(): number {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  return pool[used++]!;
}
