/**
 * A pair of byte streams as a `ByteTransport`. Knows Web Streams and nothing of who is behind them.
 *
 * @module
 */

import type { ByteReceiver, ByteStreamPair, ByteTransport } from "./byte_transport.ts";
import { toBytes } from "./bytes.ts";
import { systemClock } from "./clock.ts";

/**
 * After so many milliseconds of reading, timers and other sockets have their turn: a stream may
 * have a chunk at every time.
 */
const longestRun = 10;

/**
 * The transport itself, or a pair of streams wrapped into one, locked until it is destroyed. Throws
 * `TypeError` for what is neither, and for streams that are locked; these stay as they are.
 */
export function toByteTransport(transport: ByteStreamPair | ByteTransport): ByteTransport {
  if (typeof (transport as ByteTransport | undefined)?.start === "function") {
    return transport as ByteTransport;
  }
  const { readable, writable } = (transport ?? {}) as ByteStreamPair;
  if (readable?.locked !== false || writable?.locked !== false) {
    throw new TypeError("Cannot use the transport: no pair of unlocked streams");
  }
  return new StreamTransport(readable, writable);
}

/** Unlocks the streams of a transport that wraps some, while it is paused and nothing is being written. */
export function releaseTransport(transport: ByteTransport): void {
  if (transport instanceof StreamTransport) transport.release();
}

/** Reads and writes a pair of streams. */
class StreamTransport implements ByteTransport {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #receiver: ByteReceiver | undefined;
  #paused = true;
  /** Whether a read is under way, or there is nothing more to read. */
  #reading = false;
  /** What was read after the pause: a chunk, or the end. */
  #kept: ReadableStreamReadResult<Uint8Array> | undefined;
  #writeEnded = false;
  /** Whether the last write is not taken. */
  #writing = false;
  #destroyed = false;

  constructor(readable: ReadableStream<Uint8Array>, writable: WritableStream<Uint8Array>) {
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
    this.#writer.closed.catch((error) => this.destroy(error));
    // Each write tells of its failure.
    this.#writer.ready.catch(() => {});
  }

  start(receiver: ByteReceiver): void {
    this.#receiver = receiver;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (!this.#reading) void this.#read();
  }

  async #read(): Promise<void> {
    this.#reading = true;
    try {
      // Never from within resume().
      await undefined;
      let started = systemClock.now();
      while (!this.#paused) {
        const { done, value } = this.#kept ??= await this.#reader.read();
        if (this.#paused) break;
        this.#kept = undefined;
        if (done) return this.#receiver!.receiveEnd();
        const bytes = toBytes(value);
        if (bytes === undefined) throw new TypeError("Cannot read the stream: a chunk is no bytes");
        this.#receiver!.receiveBytes(bytes);
        if (systemClock.now() - started < longestRun) continue;
        await new Promise<void>((resolve) => systemClock.after(0, resolve));
        started = systemClock.now();
      }
    } catch (error) {
      this.destroy(error);
    }
    this.#reading = false;
  }

  write(chunks: readonly Uint8Array[]): boolean {
    void this.#write(chunks);
    return false;
  }

  async #write(chunks: readonly Uint8Array[]): Promise<void> {
    this.#writing = true;
    try {
      // A sink may keep or transfer the buffer, which is the sender's, or shared.
      await Promise.all(chunks.map((chunk) => this.#writer.write(new Uint8Array(chunk))));
      this.#writing = false;
      if (!this.#destroyed) this.#receiver!.drained();
    } catch (error) {
      this.destroy(error);
    }
  }

  end(): void {
    if (this.#writeEnded) return;
    this.#writeEnded = true;
    this.#writer.close().catch((error) => this.destroy(error));
  }

  /** Gives the streams back as they are. */
  release(): void {
    this.#paused = this.#destroyed = true;
    this.#reader.releaseLock();
    this.#writer.releaseLock();
  }

  destroy(reason?: unknown): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    // Whatever these come to, and whenever: the streams are no longer ours.
    this.#reader.cancel(reason).catch(() => {});
    if (!this.#writeEnded || this.#writing) this.#writer.abort(reason).catch(() => {});
    this.release();
    this.#receiver?.closed(reason);
  }
}
