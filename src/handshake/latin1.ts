/**
 * A head is bytes, one a character (RFC 9110 §5.5); `TextDecoder` has no such encoding, its "latin1" is another.
 *
 * @module
 */

/** Characters to bytes; every character must be at most U+00FF. */
export function encodeLatin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Bytes to characters. */
export function decodeLatin1(bytes: Uint8Array): string {
  let text = "";
  // In pieces, since an engine limits the number of arguments.
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return text;
}
