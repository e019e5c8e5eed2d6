/**
 * One direction of a transport in memory, with the faults of a network. Knows bytes only.
 *
 * @module
 */

import type { ByteStreamPair } from "../connection/byte_transport.ts";
import { type Clock, systemClock } from "../connection/clock.ts";
import { checkNumber } from "../protocol/engine_options.ts";

/**
 * What a link does to the bytes that go through it. All counts begin with the link, and are whole numbers.
 */
export interface LinkOptions {
  /**
   * The most bytes of each chunk that is read: one number for all, or one after the other, and behind
   * the last as they were written. What was written is joined and torn to that. By default chunks are
   * read as they were written.
   */
  readonly chunkSizes?: number | Iterable<number> | undefined;
  /** Whether an empty chunk stands before each that has bytes. */
  readonly emptyChunks?: boolean | undefined;
  /** Bytes that may wait to be read; a write is pending while there are more. 65536 by default. */
  readonly capacity?: number | undefined;
  /** Milliseconds before each chunk. */
  readonly delay?: number | undefined;
  /** Who measures the delay; the runtime by default. */
  readonly clock?: Clock | undefined;
  /** After so many bytes nothing is read any more, nor the end. */
  readonly stallAfter?: number | undefined;
  /** After so many bytes the reader is at the end, whatever else is written. */
  readonly endAfter?: number | undefined;
  /** The read, counted from 1, that fails. */
  readonly failReadAt?: number | undefined;
  /** The write, counted from 1, that fails. What was written before is still read. */
  readonly failWriteAt?: number | undefined;
}

/**
 * Creates one direction: `readable` yields what `writable` is given. Bytes are copied when they are written.
 *
 * Closing `writable` ends `readable` behind what was written. Aborting one of them, and a read that fails,
 * fails the other one at once with the same reason. Throws `TypeError` or `RangeError` for options that mean
 * nothing; where that shows only when `chunkSizes` are asked for the next one, both sides fail with it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createLink } from "@weft/websocket/testing";
 *
 * const { readable, writable } = createLink({ chunkSizes: [2], endAfter: 4 });
 * const writer = writable.getWriter();
 * await writer.write(new TextEncoder().encode("Hello"));
 * const chunks: string[] = [];
 * for await (const chunk of readable) chunks.push(new TextDecoder().decode(chunk));
 * assertEquals(chunks, ["He", "ll"]);
 * ```
 */
export function createLink(options: LinkOptions = {}): ByteStreamPair {
  for (const [name, least] of leastNumbers) checkNumber(name, options[name], 0, least);
  const { chunkSizes, clock = systemClock, emptyChunks = false } = options;
  if (typeof chunkSizes === "number") checkSize(chunkSizes);
  else if (Array.isArray(chunkSizes)) chunkSizes.forEach(checkSize);
  else if (chunkSizes !== undefined && !isIterable(chunkSizes)) {
    throw new TypeError("Cannot use chunkSizes: neither a number nor many");
  }
  if (typeof emptyChunks !== "boolean") throw new TypeError("Cannot use emptyChunks: not a boolean");
  if (typeof clock?.after !== "function") throw new TypeError("Cannot use clock: not a clock");
  return new Link(options);
}

/** The options that are numbers, and the least that each may be. */
const leastNumbers = [
  ["capacity", 0],
  ["delay", 0],
  ["stallAfter", 0],
  ["endAfter", 0],
  ["failReadAt", 1],
  ["failWriteAt", 1],
] as const;

function isIterable(value: unknown): boolean {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

function checkSize(size: unknown): number {
  return checkNumber("chunkSizes", size ?? null, 0, 1);
}

class Link implements ByteStreamPair {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;

  readonly #options: LinkOptions;
  readonly #sizes: Iterator<number> | undefined;
  #source!: ReadableStreamDefaultController<Uint8Array>;
  #sink!: WritableStreamDefaultController;

  readonly #chunks: Uint8Array[] = [];
  #waitingBytes = 0;
  #isBroken = false;
  /** What becomes of the reader when nothing is left to be read. */
  #finish: (() => void) | undefined;
  #wakeReader = () => {};
  #wakeWriter = () => {};

  #reads = 0;
  #writes = 0;
  #bytesRead = 0;
  #isEmptyNext = false;

  constructor(options: LinkOptions) {
    const { chunkSizes, emptyChunks = false } = options;
    this.#options = options;
    this.#sizes = typeof chunkSizes === "number" ? repeat(chunkSizes) : chunkSizes?.[Symbol.iterator]();
    this.#isEmptyNext = emptyChunks;
    this.readable = new ReadableStream({
      start: (controller) => {
        this.#source = controller;
      },
      pull: () => this.#read(),
      cancel: (reason) => this.#reset(reason ?? new Error("Cannot write: nobody reads any more")),
    }, { highWaterMark: 0 });
    this.writable = new WritableStream({
      start: (controller) => {
        this.#sink = controller;
        controller.signal.addEventListener("abort", () => {
          this.#break(controller.signal.reason ?? new Error("Cannot read: the writer has aborted"));
        });
      },
      write: (chunk) => this.#write(chunk),
      close: () => this.#end(() => this.#source.close()),
    });
  }

  async #read(): Promise<void> {
    const {
      delay = 0,
      clock = systemClock,
      emptyChunks,
      endAfter = Infinity,
      failReadAt,
      stallAfter = Infinity,
    } = this.#options;
    if (++this.#reads === failReadAt) {
      return this.#reset(new Error(`Read ${failReadAt} fails, as it was told to`));
    }
    if (delay > 0) await new Promise<void>((resolve) => void clock.after(delay, resolve));
    while (this.#waitingBytes === 0 && !this.#finish && !this.#isBroken && this.#bytesRead < endAfter) {
      await new Promise<void>((resolve) => this.#wakeReader = resolve);
    }
    if (this.#isBroken) return;
    if (this.#bytesRead >= endAfter) {
      this.#drop();
      this.#source.close();
    } else if (this.#bytesRead >= stallAfter) {
      await new Promise(() => {});
    } else if (this.#waitingBytes === 0) {
      this.#finish?.();
    } else if (this.#isEmptyNext) {
      this.#isEmptyNext = false;
      this.#source.enqueue(new Uint8Array(0));
    } else {
      this.#isEmptyNext = emptyChunks === true;
      this.#hand(Math.min(endAfter, stallAfter) - this.#bytesRead);
    }
  }

  async #write(chunk: Uint8Array): Promise<void> {
    const { capacity = 65536, endAfter = Infinity, failWriteAt } = this.#options;
    if (++this.#writes === failWriteAt) {
      const error = new Error(`Write ${failWriteAt} fails, as it was told to`);
      this.#end(() => this.#source.error(error));
      throw error;
    }
    if (this.#bytesRead >= endAfter) return;
    if (chunk.length > 0) this.#chunks.push(chunk.slice());
    this.#waitingBytes += chunk.length;
    this.#wakeReader();
    while (this.#waitingBytes > capacity && !this.#isBroken) {
      await new Promise<void>((resolve) => this.#wakeWriter = resolve);
    }
  }

  /** Hands the next chunk on, at most so long. */
  #hand(limit: number): void {
    try {
      this.#source.enqueue(this.#take(Math.min(this.#nextSize(), limit)));
      this.#wakeWriter();
    } catch (error) {
      this.#reset(error);
    }
  }

  #nextSize(): number {
    const next = this.#sizes?.next();
    return next === undefined || next.done ? this.#chunks[0]!.length : checkSize(next.value);
  }

  /** The next bytes, at most so many. */
  #take(size: number): Uint8Array {
    const chunk = new Uint8Array(Math.min(size, this.#waitingBytes));
    for (let filled = 0; filled < chunk.length;) {
      const first = this.#chunks.shift()!;
      const part = first.subarray(0, chunk.length - filled);
      chunk.set(part, filled);
      filled += part.length;
      if (part.length < first.length) this.#chunks.unshift(first.subarray(part.length));
    }
    this.#waitingBytes -= chunk.length;
    this.#bytesRead += chunk.length;
    return chunk;
  }

  #end(finish: () => void): void {
    this.#finish = finish;
    this.#wakeReader();
  }

  /** Breaks off from the reader's side. */
  #reset(reason: unknown): void {
    this.#sink.error(reason);
    this.#break(reason);
  }

  #break(reason: unknown): void {
    this.#isBroken = true;
    this.#source.error(reason);
    this.#drop();
    this.#wakeReader();
  }

  #drop(): void {
    this.#chunks.length = 0;
    this.#waitingBytes = 0;
    this.#wakeWriter();
  }
}

function* repeat(size: number): Generator<number, undefined> {
  for (;;) yield size;
}
