/**
 * A head is bytes, one a character (RFC 9110 §5.5); `TextEncoder` has no such encoding.
 *
 * @module
 */

/** Characters to bytes; every character must be at most U+00FF. */
export function encodeLatin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
