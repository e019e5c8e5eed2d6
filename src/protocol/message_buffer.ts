/**
 * The payload of a message that is still arriving. What it holds is what has arrived plus a tenth, whatever a
 * header declared and however small the pieces are; what it gives away is exactly the message.
 *
 * @module
 */

const smallestBlock = 128;
const largestSlack = 65536;
const largestForeseen = 32768;

/** Collects the pieces of one message at a time. */
export class MessageBuffer {
  /** Bytes collected. */
  size = 0;
  /** All full but the last one. */
  #blocks: Uint8Array<ArrayBuffer>[] = [];
  /** Bytes that the blocks hold when they are full. */
  #capacity = 0;

  /**
   * Room for the next piece: a view of 1 to `count` bytes, counted as collected, to be filled at once. `more`
   * is how many bytes are known to follow the piece, `undefined` where nobody knows.
   */
  reserve(count: number, more = Infinity): Uint8Array<ArrayBuffer> {
    if (this.size === this.#capacity) {
      // Room for pieces to come: a sixteenth of what is there; or just as much as will come, where that is
      // little and less than this piece, so that a message which one chunk hardly missed need not be joined.
      const slack = Math.min(Math.max(smallestBlock, this.size >>> 4), largestSlack);
      const foreseen = more <= Math.max(slack, Math.min(count, largestForeseen));
      const block = new Uint8Array(foreseen ? count + more : Math.max(count, slack));
      this.#blocks.push(block);
      this.#capacity += block.length;
    }
    const block = this.#blocks.at(-1)!;
    const start = block.length - (this.#capacity - this.size);
    const room = block.subarray(start, start + count);
    this.size += room.length;
    return room;
  }

  /** Adds bytes. */
  append(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const room = this.reserve(bytes.length - at);
      room.set(bytes.subarray(at, at += room.length));
    }
  }

  /** Gives the message away, in a buffer of exactly its size, and starts over. */
  take(): Uint8Array<ArrayBuffer> {
    let [whole] = this.#blocks;
    if (whole?.length !== this.size) {
      whole = new Uint8Array(this.size);
      let at = 0;
      for (const block of this.#blocks) {
        whole.set(block.subarray(0, this.size - at), at);
        at += block.length;
      }
    }
    this.clear();
    return whole!;
  }

  /** Forgets what was collected. */
  clear(): void {
    this.size = this.#capacity = 0;
    this.#blocks = [];
  }
}
