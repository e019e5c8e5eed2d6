/**
 * Pings (RFC 6455 §5.5.2): those of the application, and those that notice a peer that is gone. Knows time and payloads;
 * how a frame goes out, and what becomes of the connection, is told from outside.
 *
 * @module
 */

import type { Clock } from "./clock.ts";

/** A Ping that waits for its Pong. */
interface PendingPing {
  readonly payload: Uint8Array;
  readonly sent: number;
  readonly resolve: (milliseconds: number) => void;
  readonly reject: (error: unknown) => void;
}

/** What keepalive needs of a connection. */
export interface KeepaliveOptions {
  /** The source of time. */
  readonly clock: Clock;
  /** Milliseconds between pings; 0: none. */
  readonly pingInterval: number;
  /** Milliseconds of silence after a ping that end the connection; 0: they never do. */
  readonly pingTimeout: number;
  /** Sends a Ping. */
  readonly sendPing: (payload: Uint8Array) => void;
  /** Whether nothing can be heard because nobody listens: the application is slow, not the peer. */
  readonly isPaused: () => boolean;
  /** The peer is gone. */
  readonly onTimeout: () => void;
}

/** How long bytes that have arrived already may take to be read, when a timer fires late. */
const grace = 100;

/** The pings of one connection. */
export class Keepalive {
  /** The last measured round trip in milliseconds. */
  latency: number | undefined;

  readonly #options: KeepaliveOptions;
  #pending: PendingPing[] = [];
  #count = 0;
  #cancel: () => void = () => {};
  #resting = false;
  /** Whether anything was heard since the last ping of ours. */
  #heard = false;
  /** When the next one is due. */
  #nextProbe = 0;
  /** Since when one has waited to be answered by anything at all. */
  #silentSince: number | undefined;
  /** The last one. */
  #probe: PendingPing | undefined;

  constructor(options: KeepaliveOptions) {
    this.#options = options;
    if (options.pingInterval === 0) return;
    this.#nextProbe = options.clock.now() + options.pingInterval;
    this.#wait(options.pingInterval, () => this.#tick());
  }

  /** Something came from the peer. */
  heard(): void {
    this.#heard = true;
  }

  /** Sends a Ping; the promise is its round trip in milliseconds. */
  ping(payload: Uint8Array = this.#nextPayload()): Promise<number> {
    const pong = new Promise<number>((resolve, reject) => {
      this.#pending.push({
        payload: new Uint8Array(payload),
        sent: this.#options.clock.now(),
        resolve,
        reject,
      });
    });
    // Whoever does not look at it, does not want to know.
    pong.catch(() => {});
    this.#options.sendPing(payload);
    return pong;
  }

  /** A Pong has come. §5.5.3: it answers the Ping of the same payload, and all those before it. */
  receivePong(payload: Uint8Array): void {
    const index = this.#pending.findIndex((ping) => equals(ping.payload, payload));
    const now = this.#options.clock.now();
    for (const ping of this.#pending.splice(0, index + 1)) {
      this.latency = now - ping.sent;
      ping.resolve(this.latency);
    }
  }

  /** Sends no more pings of its own. */
  rest(): void {
    this.#cancel();
    this.#resting = true;
  }

  /** Ends all waiting with this error. */
  stop(error: unknown): void {
    this.rest();
    for (const ping of this.#pending.splice(0)) ping.reject(error);
  }

  /** Judges the silence, pings when it is time, and comes back when the next of the two is due. */
  #tick(): void {
    const { clock, pingTimeout, isPaused, onTimeout } = this.#options;
    const now = clock.now();
    if (this.#silentSince !== undefined) {
      if (this.#heard) this.#silentSince = undefined;
      else if (isPaused()) this.#silentSince = now;
      else if (now >= this.#silentSince + pingTimeout) {
        // The timer may be late, and the answer waiting to be read: listen once more before judging.
        return this.#wait(grace, () => this.#heard || isPaused() ? this.#tick() : onTimeout());
      }
    }
    if (now >= this.#nextProbe) this.#sendProbe(now);
    if (this.#resting) return;
    const judgement = this.#silentSince === undefined ? Infinity : this.#silentSince + pingTimeout;
    this.#wait(Math.min(this.#nextProbe, judgement) - now, () => this.#tick());
  }

  #sendProbe(now: number): void {
    const { pingInterval, pingTimeout } = this.#options;
    this.#nextProbe = now + pingInterval;
    this.#heard = false;
    if (pingTimeout > 0) this.#silentSince ??= now;
    // One that was never answered need not be remembered for ever.
    this.#pending = this.#pending.filter((ping) => ping !== this.#probe);
    void this.ping();
    this.#probe = this.#pending.at(-1);
  }

  #wait(milliseconds: number, run: () => void): void {
    this.#cancel = this.#options.clock.after(milliseconds, run);
  }

  /** A payload that no other ping of this connection has. */
  #nextPayload(): Uint8Array {
    const payload = new Uint8Array(4);
    new DataView(payload.buffer).setUint32(0, this.#count++);
    return payload;
  }
}

/** Whether both are the same bytes. */
function equals(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
