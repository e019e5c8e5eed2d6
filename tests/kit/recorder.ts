/**
 * A receiver that writes down every call, and checks those that no transport may make: any after `closed()`, any
 * while paused, `drained()` out of turn.
 *
 * @module
 */

import type { ByteReceiver, ByteTransport } from "../../src/connection/byte_transport.ts";

/** Drives one transport and keeps what it says. */
export class Recorder implements ByteReceiver {
  /** The transport's calls, in order. */
  readonly calls: ("bytes" | "end" | "drained" | "closed")[] = [];
  /** What the contract forbids and the transport did. */
  readonly violations: string[] = [];
  /** Bytes received so far. */
  received = 0;
  /** The argument of `closed()`. */
  reason: unknown;
  /** Called first with each chunk. */
  onBytes: (chunk: Uint8Array) => void = () => {};

  readonly #transport: ByteTransport;
  #chunks: Uint8Array[] = [];
  #isFlowing = false;
  #isInCall = false;
  #isDrainDue = false;
  #waiters: { isMet: () => boolean; resolve: () => void }[] = [];

  constructor(transport: ByteTransport) {
    this.#transport = transport;
    transport.start(this);
  }

  /** Whether this was called. */
  has(call: "bytes" | "end" | "drained" | "closed"): boolean {
    return this.calls.includes(call);
  }

  pause(): void {
    this.#isFlowing = false;
    this.#transport.pause();
  }

  resume(): void {
    this.#isFlowing = true;
    this.#isInCall = true;
    this.#transport.resume();
    this.#isInCall = false;
  }

  /** Writes copies, and once the transport has given them back, spoils them. Resolves when taken, or closed. */
  async write(...chunks: Uint8Array[]): Promise<void> {
    const copies = chunks.map((chunk) => chunk.slice());
    const drains = this.#count("drained");
    // A drained() from within write() would be out of turn as well.
    const isTaken = this.#transport.write(copies);
    this.#isDrainDue = !isTaken;
    if (!isTaken) await this.until(() => this.#count("drained") > drains || this.has("closed"));
    for (const copy of copies) copy.fill(0xee);
  }

  /** Resolves once this is so, at the latest after a call of the transport. */
  until(isMet: () => boolean): Promise<void> {
    if (isMet()) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ isMet, resolve }));
  }

  /** Takes what has been received out. */
  take(): Uint8Array {
    const bytes = new Uint8Array(this.#chunks.reduce((length, chunk) => length + chunk.length, 0));
    let offset = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
    this.#chunks = [];
    return bytes;
  }

  receiveBytes(chunk: Uint8Array): void {
    if (!this.#isFlowing) this.violations.push(`bytes while paused`);
    if (this.has("end")) this.violations.push(`bytes after the end`);
    // Not slice(), which is a view where the chunk is a Buffer of Node.
    this.#chunks.push(new Uint8Array(chunk));
    this.received += chunk.length;
    this.#note("bytes");
    this.onBytes(chunk);
  }

  receiveEnd(): void {
    if (!this.#isFlowing) this.violations.push("end while paused");
    if (this.has("end")) this.violations.push("end again");
    this.#note("end");
  }

  drained(): void {
    if (!this.#isDrainDue) this.violations.push("drained() though nothing is outstanding");
    this.#isDrainDue = false;
    this.#note("drained");
  }

  closed(reason?: unknown): void {
    this.reason = reason;
    this.#note("closed");
  }

  #count(call: string): number {
    return this.calls.filter((each) => each === call).length;
  }

  #note(call: "bytes" | "end" | "drained" | "closed"): void {
    if (this.has("closed")) this.violations.push(`${call} after closed()`);
    if (this.#isInCall) this.violations.push(`${call} from within resume()`);
    if (call !== "bytes" || this.calls.at(-1) !== "bytes") this.calls.push(call);
    this.#waiters = this.#waiters.filter(({ isMet, resolve }) => {
      if (!isMet()) return true;
      resolve();
      return false;
    });
  }
}
