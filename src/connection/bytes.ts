/**
 * Whatever holds bytes, as a view of them.
 *
 * @module
 */

/** Whatever holds bytes: a buffer or a view of one, shared or not. Every `BufferSource` is one. */
export type ByteSource = ArrayBufferLike | ArrayBufferView;

/**
 * The bytes of a buffer or view, not copied; `undefined` for what is neither, and for
 * memory that was given away.
 */
export function toBytes(source: unknown): Uint8Array | undefined {
  if (source instanceof Uint8Array && source.length > 0) return source;
  try {
    if (ArrayBuffer.isView(source)) {
      return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
    }
    if (source instanceof ArrayBuffer) return new Uint8Array(source);
  } catch {
    // Detached.
    return undefined;
  }
  if (typeof SharedArrayBuffer === "function" && source instanceof SharedArrayBuffer) {
    return new Uint8Array(source);
  }
  return undefined;
}
