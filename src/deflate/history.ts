/**
 * The last bytes of a direction: all that has to be kept of it between two messages (RFC 7692 §7.1.1). Grows
 * with what was seen, up to the window's size.
 *
 * @module
 */

const smallest = 256;

/** A window over what was sent or received. */
export class History {
  readonly #limit: number;
  /** A ring once it is as large as the limit; before, it does not come to its end. */
  #ring = new Uint8Array(0);
  #next = 0;
  /** Bytes in it. */
  length = 0;

  constructor(windowBits: number) {
    this.#limit = 1 << windowBits;
  }

  /** Adds bytes, and forgets the oldest. */
  push(bytes: Uint8Array): void {
    const added = bytes.subarray(Math.max(0, bytes.length - this.#limit));
    const needed = this.length + added.length;
    if (needed > this.#ring.length && this.#ring.length < this.#limit) this.#grow(needed);
    const fitting = Math.min(added.length, this.#ring.length - this.#next);
    this.#ring.set(added.subarray(0, fitting), this.#next);
    this.#ring.set(added.subarray(fitting), 0);
    this.#next = (this.#next + added.length) % this.#limit;
    this.length = Math.min(needed, this.#limit);
  }

  /** Copies it into `target` at `offset`, the oldest byte first. */
  copyTo(target: Uint8Array, offset: number): void {
    const oldest = this.length < this.#limit ? 0 : this.#next;
    target.set(this.#ring.subarray(oldest, this.length), offset);
    target.set(this.#ring.subarray(0, oldest), offset + this.length - oldest);
  }

  /** A copy of it. */
  read(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.length);
    this.copyTo(bytes, 0);
    return bytes;
  }

  /** Forgets everything. */
  clear(): void {
    this.#ring = new Uint8Array(0);
    this.#next = this.length = 0;
  }

  #grow(needed: number): void {
    const ring = new Uint8Array(Math.min(this.#limit, Math.max(smallest, this.#ring.length * 2, needed)));
    ring.set(this.#ring.subarray(0, this.length));
    this.#ring = ring;
    this.#next = this.length;
  }
}
