/**
 * Bursts of messages to many connections: what is the same for all of them is put together once. Knows frames
 * as bytes only.
 *
 * @module
 */

import { leastRoom } from "./output_queue.ts";

const nothing: Uint8Array = new Uint8Array(0);

/** A frame behind what goes before it. */
interface Joint {
  readonly before: Uint8Array;
  readonly frame: Uint8Array;
  readonly bytes: Uint8Array;
}

/** Where they are written, one behind the other, and up to where. */
let memory: Uint8Array = nothing;
let used = 0;

/** All in that memory, by their frames; and the last one, which is asked for most. */
const joints = new Map<Uint8Array, Joint>();
let last: Joint = { before: nothing, frame: nothing, bytes: nothing };

/**
 * A frame behind what a connection sends before it, both lasting; the same array for every connection that
 * sends the same. `undefined` where others, who came first, send it behind something else, or where both are
 * more than a queue has room for when it has to copy them, after all.
 */
export function joinFrames(before: Uint8Array, frame: Uint8Array): Uint8Array | undefined {
  if (before.length + frame.length > leastRoom) return undefined;
  if (last.frame !== frame) last = joints.get(frame) ?? join(before, frame);
  return last.before === before ? last.bytes : undefined;
}

/** What is joined in one burst is written once, each behind the last. */
function join(before: Uint8Array, frame: Uint8Array): Joint {
  const length = before.length + frame.length;
  let start = used - before.length;
  if (before.buffer !== memory.buffer || before.byteOffset !== start || start + length > memory.length) {
    if (used + length > memory.length) {
      memory = new Uint8Array(leastRoom);
      used = 0;
      joints.clear();
    }
    memory.set(before, start = used);
  }
  memory.set(frame, start + before.length);
  used = start + length;
  const joint = { before, frame, bytes: memory.subarray(start, used) };
  joints.set(frame, joint);
  return joint;
}
