/**
 * From the engine's output to the transport: one write for all that a turn queued, one write at a time, and
 * promises that stay pending while the peer is slow. Knows bytes, not messages.
 *
 * @module
 */

import type { WebSocketEngine } from "../protocol/web_socket_engine.ts";
import type { ByteTransport } from "./byte_transport.ts";
import { quietly } from "./quietly.ts";

/** The most that goes into one write, so that a Ping or Pong need not wait behind more. */
const writeLimit = 131072;
/** From this many bytes on, a turn's output does not wait for the end of the turn. */
const fullTurn = 32768;
/** How often the end of a turn is put off while the application is busy with what has arrived. */
const patience = 4;

/** A sender that waits for a position to be reached. */
interface Waiter {
  readonly position: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const ready: Promise<void> = Promise.resolve();

/** The sending half of a connection. */
export class Outbox {
  /** Bytes handed to the transport so far. */
  bytesSent = 0;
  /** Whether somebody will flush before the turn ends. */
  held = false;
  /** Called each time nothing is left to be written. */
  onEmpty: (() => void) | undefined;

  readonly #engine: WebSocketEngine;
  readonly #transport: ByteTransport;
  readonly #highWaterMark: number;
  /** Whether the application is about to send more in this turn. */
  readonly #busy: () => boolean;
  /** Bytes that the transport has not taken. */
  #inFlight = 0;
  #scheduled = false;
  #postponed = 0;
  #waiters: Waiter[] = [];
  #stopped = false;

  constructor(engine: WebSocketEngine, transport: ByteTransport, highWaterMark: number, busy: () => boolean) {
    this.#engine = engine;
    this.#transport = transport;
    this.#highWaterMark = highWaterMark;
    this.#busy = busy;
  }

  /** Bytes accepted and not taken by the transport. */
  get bufferedAmount(): number {
    return this.#engine.queuedBytes + this.#inFlight;
  }

  /**
   * Sends what the engine has queued, at the end of the turn. The promise is pending while more than the
   * high-water mark waits, and, where the last message is `borrowed`, until the transport has taken it.
   */
  send(borrowed: boolean): Promise<void> {
    this.#postponed = 0;
    if (borrowed || this.#engine.queuedBytes >= fullTurn) this.flush();
    else this.schedule();
    const buffered = this.bufferedAmount;
    if (buffered === 0 || (!borrowed && buffered <= this.#highWaterMark)) return ready;
    const position = this.#engine.queuedTotal - (borrowed ? 0 : this.#highWaterMark);
    return quietly(new Promise((resolve, reject) => this.#waiters.push({ position, resolve, reject })));
  }

  /** Flushes at the end of the turn. */
  schedule(): void {
    if (this.#scheduled || this.held || this.#inFlight > 0 || this.#stopped) return;
    this.#scheduled = true;
    queueMicrotask(this.#endTurn);
  }

  readonly #endTurn = (): void => {
    // Replies to messages that arrived together leave together.
    if (this.#busy() && this.#postponed++ < patience && this.#engine.queuedBytes < fullTurn) {
      queueMicrotask(this.#endTurn);
      return;
    }
    this.#scheduled = false;
    this.flush();
  };

  /** Writes what is queued, as far as the transport takes it. */
  flush(): void {
    if (this.#inFlight > 0 || this.#stopped) return;
    while (this.#engine.queuedBytes > 0) {
      // Not 0, lest a tap that sees a late Pong here, and sends, write first.
      this.#inFlight = 1;
      const chunks = this.#engine.takeOutput(writeLimit);
      let bytes = 0;
      for (const chunk of chunks) bytes += chunk.length;
      this.bytesSent += bytes;
      this.#inFlight = bytes;
      if (!this.#transport.write(chunks)) {
        this.#engine.congested = true;
        return;
      }
      if (this.#stopped) return;
      this.#confirm();
    }
    this.onEmpty?.();
  }

  /** The transport has taken what was written last. */
  drained(): void {
    this.#engine.congested = false;
    this.#confirm();
    this.flush();
  }

  #confirm(): void {
    this.#inFlight = 0;
    this.#engine.confirmOutput();
    if (this.#waiters.length === 0) return;
    const { takenTotal } = this.#engine;
    // Not in order: a borrowed message waits longer than one that is copied.
    const waiters = this.#waiters;
    this.#waiters = waiters.filter(({ position }) => position > takenTotal);
    for (const { position, resolve } of waiters) if (position <= takenTotal) resolve();
  }

  /** Writes nothing more; every sender that still waits fails. */
  stop(error: unknown): void {
    this.#stopped = true;
    this.#inFlight = 0;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }
}
