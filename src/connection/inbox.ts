/**
 * What has arrived and was not asked for yet, or was asked for and has not arrived. Says when it is full;
 * whoever fills it stops then. Knows nothing of what it holds.
 *
 * @module
 */

/** The most items that wait unread. */
const maxItems = 16;

/** A queue between a source that can be paused and any number of takers, first come, first served. */
export class Inbox<Item> {
  readonly #highWaterMark: number;
  #items: Item[] = [];
  #sizes: number[] = [];
  #size = 0;
  #takers: Array<(item: Item | undefined) => void> = [];
  #ended = false;

  /** `highWaterMark`: the bytes that wait unread before the inbox is full. */
  constructor(highWaterMark: number) {
    this.#highWaterMark = highWaterMark;
  }

  /** Items that wait. */
  get length(): number {
    return this.#items.length;
  }

  /** Bytes that wait. */
  get size(): number {
    return this.#size;
  }

  /** Whether no more should come, where `pending` bytes are on their way already. */
  isFull(pending: number): boolean {
    const size = this.#size + pending;
    return this.#takers.length === 0 &&
      (this.length >= maxItems || size > 0 && size >= this.#highWaterMark);
  }

  /** Whether more may come again, after it was full. */
  get low(): boolean {
    return this.length <= maxItems / 2 && this.#size <= this.#highWaterMark / 2;
  }

  /** Adds an item of so many bytes. */
  push(item: Item, size: number): void {
    const taker = this.#takers.shift();
    if (taker !== undefined) return taker(item);
    this.#items.push(item);
    this.#sizes.push(size);
    this.#size += size;
  }

  /** The next item, if one waits. */
  shift(): Item | undefined {
    // There are never many, so that moving them up costs nothing.
    this.#size -= this.#sizes.shift() ?? 0;
    return this.#items.shift();
  }

  /** The next item, as soon as there is one; `undefined` once it has ended. */
  take(): Promise<Item | undefined> {
    if (this.#ended || this.length > 0) return Promise.resolve(this.shift());
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  /** Forgets what waits. */
  clear(): void {
    this.#items = [];
    this.#sizes = [];
    this.#size = 0;
  }

  /** Nothing more will come. What waits can still be taken. */
  end(): void {
    this.#ended = true;
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }
}
