/**
 * Bytes on their way out. Frames of all connections are written side by side into one shared slab, so that a
 * frame costs no allocation and all that a turn wrote leaves as one chunk; what has to wait moves to memory
 * of its own; a large payload, and what many connections send, may stay the chunk it is.
 *
 * @module
 */

import type { EncodedMessage } from "./encoded_message.ts";

const sharedSize = 65536;
/** A turn begins where at least so much is left of the shared slab, lest it be cut at its end. */
export const leastRoom = 16384;
/** Memory of a queue's own begins so small, and doubles. */
const leastSize = 2048;
/** Up to this many bytes that wait are moved to where more is written, so that they leave as one chunk. */
const mostMoved = 4096;
/** The most bytes of each size that wait to be used again. */
const mostFree = 1024 * 1024;

/** Memory for many frames. */
interface Slab {
  readonly bytes: Uint8Array;
  /** As far as it is written. */
  used: number;
  /** Its chunks that are queued or on their way, its open region, and being the shared one. */
  users: number;
  /** The queue whose open region ends at `used`. */
  owner: OutputQueue | undefined;
}

/** What leaves in one piece. */
interface Chunk {
  readonly bytes: Uint8Array;
  /** Whether a frame ends with it. */
  readonly frameEnds: boolean;
  readonly slab: Slab | undefined;
}

/** Memory that nobody uses, by size. */
const free = new Map<number, Uint8Array[]>();
let shared: Slab = { bytes: new Uint8Array(0), used: 0, users: 1, owner: undefined };

/** One empty list for all queues, which none has to keep, or look into, for itself. */
const none: readonly Chunk[] = [];

/** What `reserve` answers: one object, used up before the next call. */
const room = { bytes: shared.bytes, offset: 0 };

/** The outgoing bytes of one connection, in order, cut only between frames. */
export class OutputQueue {
  /** Bytes that wait. */
  size = 0;
  /** Bytes taken so far. */
  taken = 0;
  #chunks: Chunk[] = [];
  /** What was taken last. */
  #leaving: readonly Chunk[] = none;
  /** The slab that is being written to, and where that began. */
  #open: Slab | undefined;
  #start = 0;
  #frameEnds = true;
  /** All that is queued, where others send the very same. */
  #lent: Uint8Array | undefined;

  /** Room for `length` bytes, at most `leastRoom`: write to `bytes` from `offset` on, then `commit`. */
  reserve(length: number): { readonly bytes: Uint8Array; readonly offset: number } {
    const lent = this.#giveBack();
    if (lent !== undefined) this.#copy(lent);
    let slab = this.#open;
    if (slab === undefined || slab.used + length > slab.bytes.length) {
      this.seal();
      slab = this.#open = this.size === 0 ? this.#share() : this.#moveOut(length);
      slab.owner = this;
      slab.users++;
    }
    room.bytes = slab.bytes;
    room.offset = slab.used;
    return room;
  }

  /** A place in the shared slab. */
  #share(): Slab {
    shared.owner?.seal();
    // Nothing of it is on its way: it is as good as new.
    if (shared.users === 1) shared.used = 0;
    if (shared.used + leastRoom > shared.bytes.length) {
      release(shared);
      shared = createSlab(sharedSize);
      shared.users++;
    }
    this.#start = shared.used;
    return shared;
  }

  /** Memory of its own: what waits for a slow peer must not hold what others have written around it. */
  #moveOut(length: number): Slab {
    const slab = createSlab(Math.max(2 * this.size, mostMoved + length));
    const last = this.#chunks.at(-1)!;
    if (last.slab !== undefined && last.bytes.length <= mostMoved) {
      this.#chunks.pop();
      slab.bytes.set(last.bytes);
      slab.used = last.bytes.length;
      release(last.slab);
    }
    this.#start = 0;
    return slab;
  }

  /** Queues the first `length` bytes of what was reserved; `frameEnds` unless more of the frame follows. */
  commit(length: number, frameEnds: boolean): void {
    this.#open!.used += length;
    this.size += length;
    this.#frameEnds = frameEnds;
  }

  /**
   * Queues a message of less than `leastRoom` bytes that others queue, too. It is copied only where it leaves
   * together with what they do not send.
   */
  lend(message: EncodedMessage): void {
    const lent = this.#lent;
    const { frame } = message;
    const shared = this.size === 0 ? frame : lent && message.follow(lent);
    if (shared === undefined) return this.#copy(frame);
    this.#lent = shared;
    this.size = shared.length;
  }

  #giveBack(): Uint8Array | undefined {
    const lent = this.#lent;
    if (lent === undefined) return undefined;
    this.#lent = undefined;
    this.size = 0;
    return lent;
  }

  #copy(frame: Uint8Array): void {
    const { bytes, offset } = this.reserve(frame.length);
    bytes.set(frame, offset);
    this.commit(frame.length, true);
  }

  /** Queues a chunk as it is, behind the committed header that belongs to it. */
  append(bytes: Uint8Array): void {
    this.seal();
    this.#chunks.push({ bytes, frameEnds: true, slab: undefined });
    this.size += bytes.length;
  }

  /** Takes whole frames off the queue, at least one and no more than it takes to reach `limit` bytes. */
  take(limit: number): Uint8Array[] {
    const lent = this.#giveBack();
    if (lent !== undefined) {
      this.#leaving = none;
      this.taken += lent.length;
      return [lent];
    }
    this.seal();
    const chunks = this.#chunks;
    let count = 0;
    let bytes = 0;
    while (count < chunks.length && (bytes < limit || !chunks[count - 1]?.frameEnds)) {
      bytes += chunks[count++]!.bytes.length;
    }
    this.#chunks = chunks.splice(count);
    // What was taken before and never confirmed is left to the garbage.
    this.#leaving = chunks;
    this.size -= bytes;
    this.taken += bytes;
    return chunks.map((chunk) => chunk.bytes);
  }

  /** Tells that all that was taken last has left, so that its memory can be used again. */
  confirm(): void {
    if (this.#leaving === none) return;
    for (const { slab } of this.#leaving) if (slab !== undefined) release(slab);
    this.#leaving = none;
  }

  /** Forgets everything. What was taken may still be on its way. */
  clear(): void {
    this.seal();
    this.#chunks = [];
    this.#leaving = none;
    this.#lent = undefined;
    this.size = 0;
  }

  /** Ends the open region, if this queue has one: what follows is another chunk. */
  seal(): void {
    const slab = this.#open;
    if (slab === undefined) return;
    this.#open = slab.owner = undefined;
    if (slab.used === this.#start) return release(slab);
    this.#chunks.push({
      bytes: slab.bytes.subarray(this.#start, slab.used),
      frameEnds: this.#frameEnds,
      slab,
    });
  }
}

/** A slab of at least so many bytes, or of the most there are. */
function createSlab(least: number): Slab {
  let size = leastSize;
  while (size < least && size < sharedSize) size *= 2;
  return { bytes: free.get(size)?.pop() ?? new Uint8Array(size), used: 0, users: 0, owner: undefined };
}

/** Keeps the memory of a slab for later, once nobody uses it. */
function release(slab: Slab): void {
  const { length } = slab.bytes;
  if (--slab.users > 0 || length === 0) return;
  const others = free.get(length) ?? [];
  if (others.length * length < mostFree) others.push(slab.bytes);
  free.set(length, others);
}
