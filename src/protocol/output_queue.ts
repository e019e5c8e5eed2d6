/**
 * Bytes on their way out. Frames of all connections are written side by side into shared slabs, so that a frame costs
 * no allocation and all that a turn wrote leaves as one chunk; a large payload may stay the chunk it is.
 *
 * @module
 */

const slabSize = 65536;
/** A turn begins where at least so much is left, lest it be cut at the slab's end. */
const leastRoom = 16384;
/** The most slabs that wait to be used again. */
const mostFree = 16;

/** Memory for many frames. */
interface Slab {
  readonly bytes: Uint8Array;
  /** Its chunks that are queued or on their way, and one for being written to. */
  users: number;
}

/** What leaves in one piece. */
interface Chunk {
  readonly bytes: Uint8Array;
  /** Whether a frame ends with it. */
  readonly frameEnds: boolean;
  readonly slab: Slab | undefined;
}

const free: Uint8Array[] = [];
let slab: Slab = { bytes: new Uint8Array(0), users: 1 };
let slabUsed = 0;
/** The queue whose open region ends at `slabUsed`. */
let slabOwner: OutputQueue | undefined;

/** What `reserve` answers: one object, used up before the next call. */
const room = { bytes: slab.bytes, offset: 0 };

/** The outgoing bytes of one connection, in order, cut only between frames. */
export class OutputQueue {
  /** Bytes that wait. */
  size = 0;
  /** Bytes taken so far. */
  taken = 0;
  #chunks: Chunk[] = [];
  /** What was taken and has not left. */
  #leaving: Chunk[] = [];
  /** Where the open region begins; meaningful while this queue owns the slab. */
  #start = 0;
  #frameEnds = true;

  /** Room for `length` bytes, at most `leastRoom`: write to `bytes` from `offset` on, then `commit`. */
  reserve(length: number): { readonly bytes: Uint8Array; readonly offset: number } {
    if (slabOwner !== this) {
      if (slabOwner !== undefined) slabOwner.seal();
      // Nothing of it is on its way: it is as good as new.
      if (slab.users === 1) slabUsed = 0;
    }
    if (slabUsed + (slabOwner === this ? length : leastRoom) > slab.bytes.length) {
      this.seal();
      release(slab);
      slab = { bytes: free.pop() ?? new Uint8Array(slabSize), users: 1 };
      slabUsed = 0;
    }
    if (slabOwner !== this) {
      slabOwner = this;
      this.#start = slabUsed;
    }
    room.bytes = slab.bytes;
    room.offset = slabUsed;
    return room;
  }

  /** Queues the first `length` bytes of what was reserved; `frameEnds` unless more of the frame follows. */
  commit(length: number, frameEnds: boolean): void {
    slabUsed += length;
    this.size += length;
    this.#frameEnds = frameEnds;
  }

  /** Queues a chunk as it is, behind the committed header that belongs to it. */
  append(bytes: Uint8Array): void {
    this.seal();
    this.#chunks.push({ bytes, frameEnds: true, slab: undefined });
    this.size += bytes.length;
  }

  /** Takes whole frames off the queue, at least one and no more than it takes to reach `limit` bytes. */
  take(limit: number): Uint8Array[] {
    this.seal();
    let count = 0;
    let bytes = 0;
    let frameEnds = false;
    for (; count < this.#chunks.length && (bytes < limit || !frameEnds); count++) {
      const chunk = this.#chunks[count]!;
      bytes += chunk.bytes.length;
      frameEnds = chunk.frameEnds;
    }
    this.size -= bytes;
    this.taken += bytes;
    const chunks = this.#chunks.splice(0, count);
    this.#leaving.push(...chunks);
    return chunks.map((chunk) => chunk.bytes);
  }

  /** Tells that all that was taken has left. Where nobody tells, its memory is left to the garbage. */
  confirm(): void {
    for (const { slab } of this.#leaving.splice(0)) if (slab !== undefined) release(slab);
  }

  /** Forgets everything. What was taken may still be on its way. */
  clear(): void {
    this.seal();
    this.#chunks = [];
    this.#leaving = [];
    this.size = 0;
  }

  /** Ends the open region, if this queue has one: what follows is another chunk. */
  seal(): void {
    if (slabOwner !== this) return;
    slabOwner = undefined;
    if (slabUsed === this.#start) return;
    slab.users++;
    this.#chunks.push({
      bytes: slab.bytes.subarray(this.#start, slabUsed),
      frameEnds: this.#frameEnds,
      slab,
    });
  }
}

/** Keeps a slab for later, once nobody uses it. */
function release(slab: Slab): void {
  if (--slab.users === 0 && slab.bytes.length > 0 && free.length < mostFree) free.push(slab.bytes);
}
