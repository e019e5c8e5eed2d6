/**
 * A transport during the opening handshake: heads are read from it one by one, responses written, under one deadline. Knows
 * no rule of the handshake.
 *
 * @module
 */

import { HandshakeError } from "../handshake/handshake_error.ts";
import type { Reader } from "../handshake/head_reader.ts";
import { encodeLatin1 } from "../handshake/latin1.ts";
import { defaultHeadLimits, type HeadLimits } from "../handshake/limits.ts";
import { checkNumbers } from "../protocol/engine_options.ts";
import type { ByteStreamPair, ByteTransport } from "./byte_transport.ts";
import { type Clock, systemClock } from "./clock.ts";
import { toByteTransport } from "./stream_transport.ts";

/** What an exchange lives by. */
export interface ExchangeOptions extends Partial<HeadLimits> {
  /** The most milliseconds that it may take. Default 10 000. */
  readonly handshakeTimeout?: number | undefined;
  /** Gives up, and destroys the transport. */
  readonly signal?: AbortSignal | undefined;
  /** The source of time, for tests. */
  readonly clock?: Clock | undefined;
  /** Bytes that were read before. */
  readonly head?: Uint8Array | undefined;
}

const defaults = { ...defaultHeadLimits, handshakeTimeout: 10_000 };

/** One opening handshake's use of a transport. Once it has failed, whatever is awaited of it rejects with the reason. */
export class HandshakeExchange {
  /** What it may cost. */
  readonly limits: typeof defaults;
  /** What carries the bytes. */
  readonly transport: ByteTransport;
  /** Bytes that came behind what was read. */
  rest: Uint8Array<ArrayBuffer>;
  /** Whether it has ended its transport, and only waits for the peer to do so. */
  ending = false;

  readonly #operation: string;
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  #failure: { readonly error: unknown } | undefined;
  #cancelTimer: (() => void) | undefined;
  /** What the step under way ends with. */
  #resolve!: (value?: never) => void;
  #reject: ((error: unknown) => void) | undefined;

  /**
   * Takes a transport over; `operation` begins the messages of its errors. Throws, and leaves the transport alone, for numbers and
   * transports that mean nothing, and where the signal is aborted.
   */
  constructor(operation: string, transport: ByteStreamPair | ByteTransport, options: ExchangeOptions) {
    const { clock = systemClock, signal, head = [] } = options;
    this.limits = checkNumbers(options, defaults);
    signal?.throwIfAborted();
    this.transport = toByteTransport(transport);
    this.rest = new Uint8Array(head);
    this.#operation = operation;
    this.#clock = clock;
    this.#signal = signal;
    this.restart();
    signal?.addEventListener("abort", this.#onAbort);
    this.transport.start({
      receiveBytes: (bytes) => {
        if (this.ending) return;
        this.transport.pause();
        this.#resolve(new Uint8Array(bytes) as never);
      },
      receiveEnd: () => this.#break("the peer has left"),
      drained: () => this.#resolve(),
      closed: (cause) => this.#break("the transport is gone", { cause }),
    });
  }

  readonly #onAbort = (): void => this.destroy(this.#signal!.reason);

  /** Gives the deadline anew. */
  restart(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#clock.after(
      this.limits.handshakeTimeout,
      () => this.#break("the handshake took too long"),
    );
  }

  /** Awaits what `begin` does with the functions of a promise. */
  step<Value>(
    begin: (resolve: (value: Value) => void, reject: (error: unknown) => void) => void,
  ): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure.error);
      this.#resolve = resolve as () => void;
      this.#reject = reject;
      begin(resolve, reject);
    });
  }

  /** Reads a head. Rejects with what the reader throws, and with `HandshakeError` where no head comes. */
  async read<Head>(reader: Reader<Head>): Promise<Head> {
    let read = reader(this.rest);
    while (read === undefined) {
      read = reader(await this.step<Uint8Array<ArrayBuffer>>(() => this.transport.resume()));
    }
    this.rest = read.rest;
    return read.head;
  }

  /** Writes a head, and a body. Rejects with `HandshakeError` where the transport fails. */
  write(head: string, body?: Uint8Array): Promise<void> {
    const bytes = encodeLatin1(head);
    return this.step((resolve) => {
      if (this.transport.write(body?.length ? [bytes, body] : [bytes])) resolve();
    });
  }

  #break(reason: string, options?: ErrorOptions): void {
    this.destroy(new HandshakeError(`${this.#operation}: ${reason}`, undefined, options));
  }

  #stop(): void {
    this.#cancelTimer?.();
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }

  /** Fails the exchange and destroys its transport. */
  destroy(error: unknown): void {
    this.#stop();
    this.#failure ??= { error };
    this.#reject?.(error);
    this.transport.destroy(error);
  }

  /** Ends the transport behind what was written; what still comes is not read by anybody, and not for long. */
  end(): void {
    this.ending = true;
    this.transport.end();
    this.transport.resume();
  }

  /** Hands the transport on, paused. Returns the bytes that came behind what was read. Throws where it has failed. */
  release(): Uint8Array<ArrayBuffer> {
    this.#stop();
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.rest;
  }
}
