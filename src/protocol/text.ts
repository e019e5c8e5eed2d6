/**
 * Text to UTF-8 and back (RFC 6455 §5.6). No text meets the fatal decoder, which costs Deno three times the
 * lenient one.
 *
 * @module
 */

import { Utf8Validator } from "./utf8_validator.ts";

const encoder = new TextEncoder();
// A BOM is part of the text.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Up to here, writing codes one by one is faster than a call of an encoder. Measured on V8 and
 * JavaScriptCore.
 */
const shortText = 64;

/** Where a short message is put, so that a text needs no memory of its own to be decoded from. */
export const scratch: Uint8Array<ArrayBuffer> = new Uint8Array(4096);
/** The same by words. */
export const scratchWords: Int32Array = new Int32Array(scratch.buffer);
/** Its beginnings, by length: a view costs as much as decoding what it shows. */
const beginnings: Uint8Array<ArrayBuffer>[] = [];

/** The text that the first `length` bytes of `scratch` spell, or `undefined` where they are no UTF-8. */
export function decodeScratch(length: number, ascii: boolean): string | undefined {
  const bytes = length > 512
    ? scratch.subarray(0, length)
    : beginnings[length] ??= scratch.subarray(0, length);
  return ascii ? decoder.decode(bytes) : decodeText(bytes);
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

/** The UTF-8 of a text; a lone surrogate becomes U+FFFD. */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/**
 * Writes the UTF-8 of a text to `target` at `offset`, where three bytes a UTF-16 code unit fit. Returns its
 * size.
 */
export function encodeTextInto(text: string, target: Uint8Array, offset: number): number {
  if (text.length <= shortText && encodeAscii(text, target, offset)) return text.length;
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
  for (; at < text.length; at++) if ((target[offset + at] = text.charCodeAt(at)) >= 0x80) return false;
  return true;
}
