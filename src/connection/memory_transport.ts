/**
 * Two transports that are each other's peer, in memory: what one writes, the other one receives,
 * and not before it wants to.
 *
 * @module
 */

import type { ByteReceiver, ByteTransport } from "./byte_transport.ts";

/** The most bytes of one delivery. */
const longestChunk = 65536;
/** So many deliveries in a row, then timers and sockets have their turn. */
const longestRun = 64;

/** A transport whose peer is another one of its kind. */
class MemoryTransport implements ByteTransport {
  peer!: MemoryTransport;
  #receiver: ByteReceiver | undefined;
  #paused = true;
  /** What the peer wrote and nobody has received. */
  #chunks: Uint8Array[] = [];
  /** Whether the peer waits to be told that they are taken. */
  #owed = false;
  #peerEnded = false;
  #endDelivered = false;
  #scheduled = false;
  #run = 0;
  #ended = false;
  #destroyed = false;

  start(receiver: ByteReceiver): void {
    this.#receiver = receiver;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  write(chunks: readonly Uint8Array[]): boolean {
    return this.peer.#accept(chunks);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.peer.#peerEnded = true;
    this.peer.#schedule();
  }

  destroy(reason?: unknown): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#chunks = [];
    this.end();
    if (this.#owed) queueMicrotask(() => this.#pay());
    this.#receiver?.closed(reason);
  }

  #accept(chunks: readonly Uint8Array[]): boolean {
    if (this.#destroyed) {
      queueMicrotask(() => this.peer.destroy(new Error("Cannot write: the peer is gone")));
      return true;
    }
    this.#chunks.push(...chunks);
    this.#owed = true;
    this.#schedule();
    return false;
  }

  #schedule(): void {
    if (this.#scheduled || this.#paused || this.#destroyed) return;
    this.#scheduled = true;
    if (++this.#run % longestRun === 0) setTimeout(this.#deliver, 0);
    else queueMicrotask(this.#deliver);
  }

  readonly #deliver = (): void => {
    this.#scheduled = false;
    while (!this.#paused && this.#chunks.length > 0) this.#receiver!.receiveBytes(this.#takeChunk());
    if (this.#destroyed || this.#chunks.length > 0) return;
    if (this.#owed) this.#pay();
    if (!this.#peerEnded || this.#endDelivered || this.#paused || this.#chunks.length > 0) return;
    this.#endDelivered = true;
    this.#receiver!.receiveEnd();
  };

  /** The next bytes, no more than a network brings at once: who reads them may want to stop there. */
  #takeChunk(): Uint8Array {
    const chunk = this.#chunks[0]!;
    if (chunk.length <= longestChunk) return this.#chunks.shift()!;
    this.#chunks[0] = chunk.subarray(longestChunk);
    return chunk.subarray(0, longestChunk);
  }

  /** Tells the peer that what it wrote is taken. */
  #pay(): void {
    this.#owed = false;
    if (!this.peer.#destroyed) this.peer.#receiver!.drained();
  }
}

/** Two transports, each the peer of the other. */
export function createMemoryTransports(): [ByteTransport, ByteTransport] {
  const one = new MemoryTransport();
  const other = new MemoryTransport();
  one.peer = other;
  other.peer = one;
  return [one, other];
}
