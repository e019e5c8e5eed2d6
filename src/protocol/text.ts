/**
 * Text to UTF-8 and back (RFC 6455 §5.6). Very short texts are kept away from the fixed cost of `TextEncoder` and
 * `TextDecoder`, and no text meets the fatal decoder, which costs Deno three times the lenient one.
 *
 * @module
 */

import { Utf8Validator } from "./utf8_validator.ts";

const encoder = new TextEncoder();
// A BOM is part of the text.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const code = String.fromCharCode;

/** Up to here, building a string from its codes is faster than a call of a decoder. Measured on V8 and JavaScriptCore. */
const shortText = 16;
/** Up to here, writing codes one by one is faster than a call of an encoder. */
const shortEncoding = 64;

/** Where a text is put to be decoded at once, so that it needs no memory of its own. */
export const scratch: Uint8Array<ArrayBuffer> = new Uint8Array(4096);
export const scratchView: DataView = new DataView(scratch.buffer);
/** Its beginnings, by length: a view costs as much as decoding what it shows. */
const beginnings: Uint8Array<ArrayBuffer>[] = [];

/** The text that the first `length` bytes of `scratch` spell, or `undefined` where they are no UTF-8. */
export function decodeScratch(length: number): string | undefined {
  if (length <= shortText) {
    let bits = 0;
    for (let at = 0; at < length; at++) bits |= scratch[at]!;
    if (bits < 0x80) return decodeShort(scratch, length);
  }
  if (length > 512) return decodeText(scratch.subarray(0, length));
  return decodeText(beginnings[length] ??= scratch.subarray(0, length));
}

/** The text that bytes spell, or `undefined` where they are no UTF-8. */
export function decodeText(bytes: Uint8Array): string | undefined {
  const text = decoder.decode(bytes);
  // U+FFFD is what stands for a mistake, unless it was sent.
  return text.includes("\ufffd") && !isUtf8(bytes) ? undefined : text;
}

function isUtf8(bytes: Uint8Array): boolean {
  const validator = new Utf8Validator();
  return validator.push(bytes) && validator.complete;
}

/** ASCII only. Eight at a time: a call with eight codes costs hardly more than a call with one. */
function decodeShort(bytes: Uint8Array, length: number): string {
  let text = "";
  let at = 0;
  for (; at + 8 <= length; at += 8) {
    text += code(
      bytes[at]!,
      bytes[at + 1]!,
      bytes[at + 2]!,
      bytes[at + 3]!,
      bytes[at + 4]!,
      bytes[at + 5]!,
      bytes[at + 6]!,
      bytes[at + 7]!,
    );
  }
  for (; at < length; at++) text += code(bytes[at]!);
  return text;
}

/** The UTF-8 of a text; a lone surrogate becomes U+FFFD. */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** Writes the UTF-8 of a text to `target` at `offset`, where three bytes a UTF-16 code unit fit. Returns its size. */
export function encodeTextInto(text: string, target: Uint8Array, offset: number): number {
  if (text.length <= shortEncoding && encodeAscii(text, target, offset)) return text.length;
  return encoder.encodeInto(text, target.subarray(offset)).written;
}

/** Whether the text was ASCII, and is written. */
function encodeAscii(text: string, target: Uint8Array, offset: number): boolean {
  let at = 0;
  for (; at + 4 <= text.length; at += 4) {
    const one = text.charCodeAt(at);
    const two = text.charCodeAt(at + 1);
    const three = text.charCodeAt(at + 2);
    const four = text.charCodeAt(at + 3);
    if ((one | two | three | four) >= 0x80) return false;
    target[offset + at] = one;
    target[offset + at + 1] = two;
    target[offset + at + 2] = three;
    target[offset + at + 3] = four;
  }
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x80) return false;
    target[offset + at] = unit;
  }
  return true;
}
