/**
 * The buffer that a read brings along where the source fills one. Knows neither sources nor what is read.
 *
 * @module
 */

/**
 * A waiting read holds its buffer: with the large one, 10 000 idle connections cost
 * 540 MB; with the small one, 67.
 */
const smallSize = 4 * 1024;
/** What files are mostly cut into, with its header: a second read for that costs a tenth of the speed. */
const largeSize = 64 * 1024 + 14;
/** So many small reads in a row give the large buffer back. */
const patience = 16;

/**
 * Chooses a buffer for each read by what the reads before it have brought: little when idle, much in a flood.
 */
export class ReadBuffer {
  #bytes: Uint8Array = new Uint8Array(smallSize);
  #smallReads = 0;

  /** The buffer for the next read. What it held before is gone. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Tells what the read brought: a part of the buffer, which the read may have moved. */
  fit(chunk: Uint8Array): void {
    const size = chunk.buffer.byteLength;
    const isFull = chunk.length === size;
    this.#smallReads = isFull || chunk.length > smallSize ? 0 : this.#smallReads + 1;
    if (isFull && size < largeSize) this.#bytes = new Uint8Array(largeSize);
    else if (size > smallSize && this.#smallReads >= patience) this.#bytes = new Uint8Array(smallSize);
    else if (this.#bytes.length === 0) this.#bytes = new Uint8Array(chunk.buffer);
  }
}
