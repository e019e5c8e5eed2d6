/**
 * A transport over a source that is asked for bytes. Knows neither runtimes nor protocols.
 *
 * @module
 */

import type { ByteReceiver, ByteTransport } from "../connection/byte_transport.ts";
import { ReadBuffer } from "../connection/read_buffer.ts";
import { joinChunks } from "./join_chunks.ts";
import { ReceiverSlot } from "./receiver_slot.ts";

/** A full-duplex carrier of bytes, as calls that wait. One read and one write at a time. */
export interface PullSource {
  /**
   * Waits for bytes, at most as many as `buffer` takes: a part of it, wherever it is then;
   * `null` at the peer's end.
   */
  read(buffer: Uint8Array): Promise<Uint8Array | null>;
  /** Writes a beginning of `bytes`; how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends the writing side. */
  closeWrite(): Promise<void>;
  /** Closes both sides; calls under way fail, or go nowhere. */
  close(): void;
}

/** Reads while it may, and writes what it is given. */
export class PulledTransport implements ByteTransport {
  readonly #source: PullSource;
  readonly #slot = new ReceiverSlot();

  // Receiving
  #isFlowing = false;
  #isReading = false;
  #isAtEnd = false;
  /** What a read brought that was under way when `pause()` came. `null` is the end. */
  #held: Uint8Array | null | undefined;
  readonly #buffer = new ReadBuffer();

  // Sending
  #isWriting = false;
  #isEnded = false;

  constructor(source: PullSource) {
    this.#source = source;
  }

  start(receiver: ByteReceiver): void {
    this.#slot.start(receiver);
  }

  pause(): void {
    this.#isFlowing = false;
  }

  resume(): void {
    this.#isFlowing = true;
    if (this.#isReading || this.#isAtEnd || this.#slot.isClosed) return;
    this.#isReading = true;
    queueMicrotask(() => this.#read());
  }

  write(chunks: readonly Uint8Array[]): boolean {
    if (this.#isEnded || this.#slot.isClosed || chunks.every((chunk) => chunk.length === 0)) return true;
    this.#isWriting = true;
    this.#write(chunks);
    return false;
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (!this.#isWriting) this.#closeWrite();
  }

  destroy(reason?: unknown): void {
    if (!this.#slot.close(reason)) return;
    this.#held = undefined;
    try {
      this.#source.close();
    } catch {
      // Closed by someone else: nothing is left to free.
    }
  }

  async #read(): Promise<void> {
    while (this.#isFlowing && !this.#slot.isClosed) {
      const chunk = this.#held === undefined ? await this.#readChunk() : this.#held;
      this.#held = undefined;
      if (!this.#isFlowing) {
        this.#held = chunk;
      } else if (chunk === null) {
        this.#isAtEnd = true;
        this.#isFlowing = false;
        this.#slot.current?.receiveEnd();
      } else if (chunk !== undefined) {
        this.#slot.current?.receiveBytes(chunk);
      }
    }
    this.#isReading = false;
  }

  /** The next bytes, `null` at the end, `undefined` when the transport is gone. */
  async #readChunk(): Promise<Uint8Array | null | undefined> {
    try {
      const chunk = await this.#source.read(this.#buffer.bytes);
      if (chunk !== null) this.#buffer.fit(chunk);
      return chunk;
    } catch (error) {
      // After destroy() this is the read that it interrupted, and goes nowhere.
      this.destroy(error);
      return undefined;
    }
  }

  async #write(chunks: readonly Uint8Array[]): Promise<void> {
    try {
      for (const chunk of chunks.length > 1 ? joinChunks(chunks) : chunks) {
        let rest = chunk;
        while (rest.length > 0) rest = rest.subarray(await this.#source.write(rest));
      }
    } catch (error) {
      this.destroy(error);
    }
    this.#isWriting = false;
    if (this.#isEnded) this.#closeWrite();
    this.#slot.current?.drained();
  }

  #closeWrite(): void {
    if (this.#slot.isClosed) return;
    this.#source.closeWrite().catch((error) => this.destroy(error));
  }
}
