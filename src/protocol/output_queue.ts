/**
 * Bytes on their way out. Small frames of all connections are written side by side into shared slabs, so that a frame
 * costs no allocation and all that a turn wrote leaves as one chunk; large payloads stay the chunk they are.
 *
 * @module
 */

/** Room shared by all queues. Once handed out, a region is never written again. */
const slabSize = 32768;
let slab = new Uint8Array(0);
let slabUsed = 0;
/** The queue whose open region ends at `slabUsed`. */
let slabOwner: OutputQueue | undefined;

/** The outgoing bytes of one connection, in order, cut only between frames. */
export class OutputQueue {
  /** Bytes that wait. */
  size = 0;
  /** Bytes taken so far. */
  taken = 0;
  #chunks: Uint8Array[] = [];
  /** For each chunk, whether a frame ends with it. */
  #ends: boolean[] = [];
  /** Where the open region begins; meaningful while this queue owns the slab. */
  #start = 0;

  /** Room for `length` bytes, half a slab at most: write to `slab` from `offset` on, then `commit` what was used. */
  reserve(length: number): { readonly slab: Uint8Array; readonly offset: number } {
    if (slabOwner !== this) {
      if (slabOwner !== undefined) slabOwner.#seal(true);
      slabOwner = this;
      this.#start = slabUsed;
    }
    if (slabUsed + length > slab.length) this.#openSlab();
    room.slab = slab;
    room.offset = slabUsed;
    return room;
  }

  /** Goes on in a new slab; a small region moves there, so that what a turn wrote stays one chunk. */
  #openSlab(): void {
    const region = slab.subarray(this.#start, slabUsed);
    const moves = region.length <= slabSize / 4;
    if (!moves) this.#seal(true);
    slab = new Uint8Array(slabSize);
    slabUsed = 0;
    if (moves) {
      slab.set(region);
      slabUsed = region.length;
    }
    slabOwner = this;
    this.#start = 0;
  }

  /** Queues the first `length` bytes of what was reserved. */
  commit(length: number): void {
    slabUsed += length;
    this.size += length;
  }

  /** Queues a chunk as it is, behind the committed header that belongs to it. */
  append(chunk: Uint8Array): void {
    this.#seal(false);
    this.#chunks.push(chunk);
    this.#ends.push(true);
    this.size += chunk.length;
  }

  /** Takes whole frames off the queue, at least one and no more than it takes to reach `limit` bytes. */
  take(limit: number): Uint8Array[] {
    if (slabOwner === this) this.#seal(true);
    let count = 0;
    let bytes = 0;
    while (count < this.#chunks.length && (bytes < limit || !this.#ends[count - 1])) {
      bytes += this.#chunks[count++]!.length;
    }
    this.size -= bytes;
    this.taken += bytes;
    if (count === this.#chunks.length) {
      const chunks = this.#chunks;
      this.#chunks = [];
      this.#ends = [];
      return chunks;
    }
    this.#ends.splice(0, count);
    return this.#chunks.splice(0, count);
  }

  /** Forgets everything. */
  clear(): void {
    if (slabOwner === this) this.#seal(true);
    this.#chunks = [];
    this.#ends = [];
    this.size = 0;
  }

  /** Ends the open region; nobody owns the slab then. */
  #seal(end: boolean): void {
    slabOwner = undefined;
    if (slabUsed === this.#start) return;
    this.#chunks.push(slab.subarray(this.#start, slabUsed));
    this.#ends.push(end);
  }
}

/** What `reserve` answers: one object, used up before the next call. */
const room = { slab, offset: 0 };
