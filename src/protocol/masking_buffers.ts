/**
 * Memory for large payloads while they are masked and on their way: lent, and given back when the transport has taken them, so that
 * a client's stream leaves no garbage behind. Shared by all connections.
 *
 * @module
 */

/** What is lent; a longer payload gets memory of its own. */
const size = 65536;
/** The most that is kept for later. */
const most = 16;
const free: Uint8Array[] = [];

/** Lends memory for `length` bytes. */
export function lendBuffer(length: number): Uint8Array {
  if (length > size) return new Uint8Array(length);
  return (free.pop() ?? new Uint8Array(size)).subarray(0, length);
}

/** Takes back what was lent. Nobody may hold it any more. */
export function returnBuffer(buffer: Uint8Array): void {
  if (buffer.buffer.byteLength === size && free.length < most) free.push(new Uint8Array(buffer.buffer));
}
