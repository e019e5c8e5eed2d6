/**
 * A transport whose other side is the test: it sees each write, says when it is taken, and delivers what it likes. Keeps the
 * contract of `ByteTransport` and writes down when its user does not. Knows no protocol.
 *
 * @module
 */

import type { ByteReceiver, ByteTransport } from "../../src/connection/byte_transport.ts";

/** One side in the hands of a connection, the other in those of a test. */
export class HeldTransport implements ByteTransport {
  /** Whether writes stay untaken until `take()`. */
  held = false;
  /** Whether `end()` was called. */
  ended = false;
  /** Whether `destroy()` was called, or `fail()`. */
  destroyed = false;
  /** What `destroy()` was called with. */
  reason: unknown;
  /** Whether nothing may be delivered. */
  paused = true;
  /** How many writes there were. */
  writes = 0;
  /** What the contract forbids and the user did. */
  readonly violations: string[] = [];
  /** Called first at each write. */
  onWrite: () => void = () => {};

  #receiver: ByteReceiver | undefined;
  #incoming: (Uint8Array | "end")[] = [];
  #outgoing: readonly Uint8Array[] = [];
  #taken: Uint8Array[] = [];
  #isDelivering = false;

  start(receiver: ByteReceiver): void {
    this.#receiver = receiver;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    queueMicrotask(() => this.#deliver());
  }

  write(chunks: readonly Uint8Array[]): boolean {
    this.onWrite();
    this.writes++;
    if (this.destroyed) return true;
    if (this.ended) this.violations.push("write behind end()");
    if (this.#outgoing.length > 0) this.violations.push("write before drained()");
    this.#outgoing = chunks;
    if (!this.held) this.#collect();
    return !this.held;
  }

  end(): void {
    this.ended = true;
  }

  destroy(reason?: unknown): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.reason = reason;
    queueMicrotask(() => this.#receiver?.closed(reason));
  }

  // The test's side

  /** Sends bytes to the user, each chunk by itself, as soon as he wants them. Each is spoilt behind his back afterwards. */
  deliver(...chunks: Uint8Array[]): void {
    this.#incoming.push(...chunks.map((chunk) => chunk.slice()));
    this.#deliver();
  }

  /** Ends the peer's side behind what was delivered. */
  deliverEnd(): void {
    this.#incoming.push("end");
    this.#deliver();
  }

  /** Breaks the transport. */
  fail(error: unknown): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.reason = error;
    this.#receiver?.closed(error);
  }

  /** Bytes that were delivered and not received. */
  get waiting(): number {
    return this.#incoming.reduce((sum, chunk) => sum + (chunk === "end" ? 0 : chunk.length), 0);
  }

  /** Takes what was written and not taken, and says so. */
  take(): void {
    if (this.#outgoing.length === 0) return;
    this.#collect();
    this.#receiver?.drained();
  }

  /** Whether a write waits to be taken. */
  get isWriting(): boolean {
    return this.#outgoing.length > 0;
  }

  /** The bytes taken since the last call. */
  read(): Uint8Array {
    const bytes = new Uint8Array(this.#taken.reduce((length, chunk) => length + chunk.length, 0));
    let offset = 0;
    for (const chunk of this.#taken) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
    this.#taken = [];
    return bytes;
  }

  #collect(): void {
    for (const chunk of this.#outgoing) this.#taken.push(chunk.slice());
    this.#outgoing = [];
  }

  #deliver(): void {
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    while (!this.paused && !this.destroyed && this.#incoming.length > 0) {
      const chunk = this.#incoming.shift()!;
      if (chunk === "end") this.#receiver!.receiveEnd();
      else {
        this.#receiver!.receiveBytes(chunk);
        chunk.fill(0xee);
      }
    }
    this.#isDelivering = false;
  }
}
