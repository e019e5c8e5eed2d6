/**
 * Bursts of messages to many connections: what is the same for all of them is put together once. Knows frames
 * as bytes only.
 *
 * @module
 */

/** The most bytes that are put together. */
const mostJoined = 16384;

const nothing: Uint8Array = new Uint8Array(0);

/** The last two that were joined for one connection, and will be for others. */
let joint = { before: nothing, frame: nothing, bytes: nothing };

/** Where that is written, and up to where. */
let memory: Uint8Array = nothing;
let used = 0;

/**
 * A frame behind what a connection sends before it, both lasting; the same array for every connection that
 * sends the same. `undefined` where others, who came first, send it behind something else, or it is too much.
 */
export function joinFrames(before: Uint8Array, frame: Uint8Array): Uint8Array | undefined {
  if (before.length + frame.length > mostJoined) return undefined;
  if (joint.frame !== frame) joint = { before, frame, bytes: write(before, frame) };
  return joint.before === before ? joint.bytes : undefined;
}

/** What is joined in one burst is written once, each behind the last. */
function write(before: Uint8Array, frame: Uint8Array): Uint8Array {
  const length = before.length + frame.length;
  let start = used - before.length;
  if (before.buffer !== memory.buffer || before.byteOffset !== start || start + length > memory.length) {
    if (used + length > memory.length) {
      memory = new Uint8Array(mostJoined);
      used = 0;
    }
    memory.set(before, start = used);
  }
  memory.set(frame, start + before.length);
  used = start + length;
  return memory.subarray(start, used);
}
