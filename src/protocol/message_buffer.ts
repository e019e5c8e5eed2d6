/**
 * The payload of a message that is still arriving. What it holds is what has arrived plus a tenth, whatever a header
 * declared and however small the pieces are; what it gives away is exactly the message.
 *
 * @module
 */

const empty = new Uint8Array(0);
const smallestBlock = 128;
const largestSlack = 65536;
const largestForeseen = 32768;

/** Collects the pieces of one message at a time. */
export class MessageBuffer {
  /** Bytes collected. */
  size = 0;
  #full: Uint8Array<ArrayBuffer>[] = [];
  #block = empty;
  #used = 0;

  /**
   * Room for the next piece: a view of 1 to `count` bytes, counted as collected, to be filled at once. `more` is how many
   * bytes are known to follow the piece, `undefined` where nobody knows.
   */
  reserve(count: number, more: number | undefined): Uint8Array<ArrayBuffer> {
    if (this.#used === this.#block.length) this.#addBlock(count, more);
    const end = Math.min(this.#used + count, this.#block.length);
    const room = this.#block.subarray(this.#used, end);
    this.#used = end;
    this.size += room.length;
    return room;
  }

  /** Adds bytes that nobody else will touch. */
  append(bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.length >= largestSlack) {
      this.#seal();
      this.#block = bytes;
      this.#used = bytes.length;
      this.size += bytes.length;
      return;
    }
    for (let at = 0; at < bytes.length;) {
      const room = this.reserve(bytes.length - at, undefined);
      room.set(bytes.subarray(at, at += room.length));
    }
  }

  /** Gives the message away, in a buffer of exactly its size, and starts over. */
  take(): Uint8Array<ArrayBuffer> {
    this.#seal();
    const [only] = this.#full;
    const whole = this.#full.length === 1 && only!.byteLength === only!.buffer.byteLength
      ? only!
      : this.#join();
    this.clear();
    return whole;
  }

  /** Forgets what was collected. */
  clear(): void {
    this.size = 0;
    this.#full = [];
    this.#block = empty;
    this.#used = 0;
  }

  #addBlock(count: number, more: number | undefined): void {
    this.#seal();
    // Room for pieces to come: a sixteenth of what is there; or just as much as will come, where that is little and less
    // than this piece, so that a message which one chunk hardly missed need not be joined.
    const slack = Math.min(Math.max(smallestBlock, this.size >>> 4), largestSlack);
    const foreseen = more !== undefined && more <= Math.max(slack, Math.min(count, largestForeseen));
    this.#block = new Uint8Array(foreseen ? count + more : Math.max(count, slack));
    this.#used = 0;
  }

  #seal(): void {
    if (this.#used > 0) {
      this.#full.push(this.#used === this.#block.length ? this.#block : this.#block.subarray(0, this.#used));
    }
    this.#block = empty;
    this.#used = 0;
  }

  #join(): Uint8Array<ArrayBuffer> {
    const whole = new Uint8Array(this.size);
    let at = 0;
    for (const block of this.#full) {
      whole.set(block, at);
      at += block.length;
    }
    return whole;
  }
}
