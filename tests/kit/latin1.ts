/**
 * Bytes as the characters of a head, one each (RFC 9110 §5.5).
 *
 * @module
 */

/** Bytes to characters. */
export function decodeLatin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
