/**
 * The place where a transport keeps whom it calls. Knows the end of the contract of
 * `ByteTransport`, so that every adapter keeps it alike: `closed()` once for each receiver, in a
 * turn of its own, and nothing behind it.
 *
 * @module
 */

import type { ByteReceiver } from "../connection/byte_transport.ts";

/** Holds the receiver of one transport, and tells it that the transport is gone. */
export class ReceiverSlot {
  #receiver: ByteReceiver | undefined;
  #isClosed = false;
  #reason: unknown;

  /** Whom to call now; `undefined` before `start()` and from `close()` on. */
  get current(): ByteReceiver | undefined {
    return this.#isClosed ? undefined : this.#receiver;
  }

  /** Whether `close()` was called. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Takes the next receiver. One that comes to a transport already gone is told so. */
  start(receiver: ByteReceiver): void {
    this.#receiver = receiver;
    if (this.#isClosed) this.#tell(receiver);
  }

  /** Marks the transport as gone. The first call says why and is the one that returns `true`. */
  close(reason: unknown): boolean {
    if (this.#isClosed) return false;
    this.#isClosed = true;
    this.#reason = reason;
    if (this.#receiver !== undefined) this.#tell(this.#receiver);
    return true;
  }

  #tell(receiver: ByteReceiver): void {
    queueMicrotask(() => receiver.closed(this.#reason));
  }
}
