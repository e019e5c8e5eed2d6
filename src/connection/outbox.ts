/**
 * From the engine's output to the transport: one write for all that a turn queued, or a rest gathered, one
 * write at a time, and promises that stay pending while the peer is slow. Knows bytes, not messages.
 *
 * @module
 */

import type { WebSocketEngine } from "../protocol/web_socket_engine.ts";
import type { ByteTransport } from "./byte_transport.ts";
import { systemClock } from "./clock.ts";
import { type Flusher, FlushSchedule } from "./flush_schedule.ts";
import { quietly } from "./quietly.ts";

/** The most that goes into one write, so that a Ping or Pong need not wait behind more. */
const writeLimit = 131072;
/** From this many bytes on, a turn's output does not wait for the end of the turn. */
const fullTurn = 32768;
/** From this many bytes on, messages to many wait for no more of them. */
const fullRest = 8192;
/** How often the end of a turn is put off while the application is busy with what has arrived. */
const patience = 4;

/** A sender that waits for a position to be reached. */
interface Waiter {
  readonly position: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const ready: Promise<void> = Promise.resolve();

/** The real one, whoever fakes it later: a test that did would have all that comes after it rest for ever. */
const { setTimeout } = globalThis;

/**
 * That of all connections. On Workers no crowd is one: timers and sockets belong to a request each, and
 * neither outlive it nor serve another.
 */
const schedule = new FlushSchedule(
  { now: systemClock.now, after: (milliseconds, run) => setTimeout(run, milliseconds) },
  // It is measured on Deno, which is no Worker.
  // deno-coverage-ignore
  "WebSocketPair" in globalThis ? Infinity : undefined,
);

/** What an outbox needs of its connection. */
export interface OutboxOptions {
  /** Where the bytes come from. */
  readonly engine: WebSocketEngine;
  /** Where they go. */
  readonly transport: ByteTransport;
  /** Bytes that wait, from which on senders wait too. */
  readonly sendHighWaterMark: number;
  /** Whether the application is about to send more in this turn. */
  readonly isBusy: () => boolean;
  /** Nothing is left to be written behind our Close. */
  readonly onEmpty: () => void;
}

/** The way out of a connection, from its engine on. */
export class Outbox implements Flusher {
  /** Bytes handed to the transport so far. */
  bytesSent = 0;
  /** Whether somebody will flush before the turn ends. */
  held = false;

  readonly #options: OutboxOptions;
  readonly #engine: WebSocketEngine;
  /** Bytes that the transport has not taken. */
  #inFlight = 0;
  #scheduled = false;
  /** Whether it is among those who write at the end of the rest, be anything left for then or not. */
  #gathers = false;
  #postponed = 0;
  #waiters: Waiter[] | undefined;
  #stopped = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#engine = options.engine;
  }

  /** Bytes queued and not taken by the transport. */
  get unsentBytes(): number {
    return this.#engine.queuedBytes + this.#inFlight;
  }

  /** Of these, bytes that no peer keeps waiting: they rest until more may leave with them. */
  get restingBytes(): number {
    return this.#gathers && this.#inFlight === 0 ? this.#engine.queuedBytes : 0;
  }

  /**
   * Sends what the engine has queued, at the end of the turn, or, where the last message is not for this peer
   * alone, a little later. The promise is pending while more than the high-water mark waits, and, where that
   * message is `borrowed`, until the transport has taken it.
   */
  sendQueued(borrowed: boolean, toMany: boolean): Promise<void> {
    this.#postponed = toMany ? patience : 0;
    const { sendHighWaterMark } = this.#options;
    const { queuedBytes } = this.#engine;
    if (borrowed || queuedBytes >= fullTurn) this.flush();
    // Nobody waits for the end of a rest.
    else if (!toMany || !schedule.resting || queuedBytes >= fullRest || queuedBytes > sendHighWaterMark) {
      this.schedule();
    } else this.#gather();
    const { unsentBytes } = this;
    const most = borrowed ? 0 : sendHighWaterMark;
    if (unsentBytes <= most) return ready;
    const position = this.#engine.queuedTotal - most;
    return quietly(
      new Promise((resolve, reject) => (this.#waiters ??= []).push({ position, resolve, reject })),
    );
  }

  /** Flushes at the end of the turn. */
  schedule(): void {
    if (this.#scheduled || this.held || this.#inFlight > 0 || this.#stopped) return;
    this.#scheduled = true;
    schedule.atEndOfTurn(this);
  }

  #gather(): void {
    if (this.#gathers || this.#scheduled || this.held || this.#inFlight > 0 || this.#stopped) return;
    this.#gathers = true;
    schedule.atEndOfRest(this);
  }

  endTurn(): void {
    this.#gathers = false;
    // Replies to messages that arrived together leave together.
    if (this.#postponed < patience && this.#engine.queuedBytes < fullTurn && this.#options.isBusy()) {
      this.#postponed++;
      schedule.atEndOfTurn(this);
      return;
    }
    this.#scheduled = false;
    this.flush();
  }

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
      if (!this.#options.transport.write(chunks)) {
        this.#engine.congested = true;
        return;
      }
      if (this.#stopped) return;
      this.#confirm();
    }
    if (this.#engine.closeSent) this.#options.onEmpty();
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
    if (this.#waiters === undefined) return;
    const { takenTotal } = this.#engine;
    // Not in order: a borrowed message waits longer than one that is copied.
    const others = this.#waiters.filter(({ position, resolve }) => position > takenTotal || resolve());
    this.#waiters = others.length === 0 ? undefined : others;
  }

  /** Writes nothing more; every sender that still waits fails. */
  stop(error: unknown): void {
    this.#stopped = true;
    this.#inFlight = 0;
    for (const { reject } of this.#waiters ?? []) reject(error);
    this.#waiters = undefined;
  }
}
