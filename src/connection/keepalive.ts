/**
 * Pings (RFC 6455 §5.5.2): those of the application, and those that notice a peer that is gone. Knows time
 * and payloads; how a frame goes out, and what becomes of the connection, is told from outside.
 *
 * @module
 */

import { encodeText } from "../protocol/text.ts";
import type { Clock } from "./clock.ts";
import { quietly } from "./quietly.ts";

/** A Ping that waits for its Pong. */
interface PendingPing {
  /** Its payload, as text. */
  readonly key: string;
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
  /** Pings so far that brought no payload: the next one's, which no other ping of this connection has. */
  #count = 0;
  /** The last ping of our own. */
  #probe: PendingPing | undefined;
  #cancelProbe: (() => void) | undefined;
  /** There while a ping of our own waits to be answered by anything at all. */
  #cancelJudgement: (() => void) | undefined;

  constructor(options: KeepaliveOptions) {
    this.#options = options;
    this.#waitToProbe();
  }

  /** Something came from the peer. */
  heard(): void {
    this.#cancelJudgement?.();
    this.#cancelJudgement = undefined;
  }

  /** Sends a Ping; the promise is its round trip in milliseconds. */
  ping(payload: Uint8Array = encodeText(`${this.#count++}`)): Promise<number> {
    const sent = this.#options.clock.now();
    this.#options.sendPing(payload);
    return quietly(
      new Promise((resolve, reject) => {
        this.#pending.push({ key: `${payload}`, sent, resolve, reject });
      }),
    );
  }

  /** A Pong has come. §5.5.3: it answers the Ping of the same payload, and all those before it. */
  receivePong(payload: Uint8Array): void {
    const index = this.#pending.findIndex(({ key }) => key === `${payload}`);
    const now = this.#options.clock.now();
    for (const ping of this.#pending.splice(0, index + 1)) {
      this.latency = now - ping.sent;
      ping.resolve(this.latency);
    }
  }

  /** Sends no more pings of its own. */
  rest(): void {
    this.#cancelProbe?.();
    this.heard();
  }

  /** Ends all waiting with this error. */
  stop(error: unknown): void {
    this.rest();
    for (const ping of this.#pending.splice(0)) ping.reject(error);
  }

  #waitToProbe(): void {
    const { clock, pingInterval } = this.#options;
    if (pingInterval > 0) this.#cancelProbe = clock.after(pingInterval, () => this.#sendProbe());
  }

  #sendProbe(): void {
    this.#waitToProbe();
    // One that was never answered need not be remembered for ever.
    this.#pending = this.#pending.filter((ping) => ping !== this.#probe);
    const { pingTimeout } = this.#options;
    if (pingTimeout > 0 && this.#cancelJudgement === undefined) this.#judge(pingTimeout);
    void this.ping();
    this.#probe = this.#pending.at(-1);
  }

  /** Judges the silence after so many milliseconds, unless something is heard before. */
  #judge(milliseconds: number): void {
    const { clock, pingTimeout, isPaused, onTimeout } = this.#options;
    this.#cancelJudgement = clock.after(milliseconds, () => {
      if (isPaused()) this.#judge(pingTimeout);
      // The timer may be late, and the answer waiting to be read: listen once more before judging.
      else if (milliseconds !== grace) this.#judge(grace);
      else onTimeout();
    });
  }
}
