/**
 * How a compressed message ends (RFC 7692 §7.2.1): in an empty stored block, of
 * which four bytes are not sent.
 *
 * @module
 */

/** What is not sent. */
export const flushTail: Uint8Array<ArrayBuffer> = /* @__PURE__ */ Uint8Array.of(0x00, 0x00, 0xff, 0xff);

/** A piece of a message out of what a sync flush came to; `[]` where there was nothing to compress. */
export function cutTail(flushed: Uint8Array, fin: boolean): Uint8Array {
  if (!fin) return flushed;
  // §7.2.3.6 "0x00", for the empty message
  if (flushed.length === 0) return Uint8Array.of(0x00);
  // §7.2.1 "Remove 4 octets (that are 0x00 0x00 0xff 0xff) from the tail end"
  return flushed.subarray(0, flushed.length - flushTail.length);
}
