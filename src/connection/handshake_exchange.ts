/**
 * A transport during the opening handshake: heads are read from it one by one, responses written, under one deadline. Knows
 * no rule of the handshake.
 *
 * @module
 */

import { HandshakeError } from "../handshake/handshake_error.ts";
import type { ReadHead } from "../handshake/head_reader.ts";
import type { ByteReceiver, ByteTransport } from "./byte_transport.ts";
import type { Clock } from "./clock.ts";

const empty = new Uint8Array(0);

/** What reads a head. */
interface Reader<Head> {
  push(bytes: Uint8Array): ReadHead<Head> | undefined;
}

/** What an exchange lives by. */
export interface ExchangeOptions {
  /** Who fails: for the message of the error. */
  readonly operation: string;
  /** Milliseconds until it fails, in all. */
  readonly timeout: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Bytes that were read before. */
  readonly head?: Uint8Array | undefined;
}

/** One opening handshake's use of a transport. */
export class HandshakeExchange {
  /** Whether it has ended its transport, and only waits for the peer to do so. */
  ending = false;

  readonly #transport: ByteTransport;
  readonly #options: ExchangeOptions;
  #rest: Uint8Array<ArrayBuffer>;
  #cancelTimer: () => void = () => {};
  /** What ended it, if something did. */
  #failure: { readonly error: unknown } | undefined;
  #onBytes: ((bytes: Uint8Array) => void) | undefined;
  #onDrained: (() => void) | undefined;
  #onFailure: ((error: unknown) => void) | undefined;

  /** `options.signal` is not aborted. */
  constructor(transport: ByteTransport, options: ExchangeOptions) {
    this.#transport = transport;
    this.#options = options;
    this.#rest = new Uint8Array(options.head ?? empty);
    options.signal?.addEventListener("abort", this.#onAbort);
    this.restart();
    transport.start(this.#receiver);
  }

  readonly #onAbort = (): void => this.destroy(this.#options.signal?.reason);

  readonly #receiver: ByteReceiver = {
    receiveBytes: (bytes) => this.#onBytes?.(bytes),
    receiveEnd: () => this.destroy(this.#error("the peer has left")),
    drained: () => this.#onDrained?.(),
    closed: (cause) => this.#fail(this.#error("the transport is gone", { cause })),
  };

  #error(reason: string, options?: ErrorOptions): HandshakeError {
    return new HandshakeError(`${this.#options.operation}: ${reason}`, undefined, options);
  }

  /** Gives the deadline anew. */
  restart(): void {
    this.#cancelTimer();
    const { clock, timeout } = this.#options;
    this.#cancelTimer = clock.after(timeout, () => this.destroy(this.#error("the handshake took too long")));
  }

  /** Whether it has failed, and its transport is gone. */
  get ended(): boolean {
    return this.#failure !== undefined;
  }

  /** Bytes that came behind the last head. */
  get rest(): Uint8Array<ArrayBuffer> {
    return this.#rest;
  }

  /** Reads a head. Rejects with what the reader throws, and with `HandshakeError` where no head comes. */
  read<Head>(reader: Reader<Head>): Promise<Head> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure.error);
      this.#onFailure = reject;
      this.#onBytes = (bytes) => {
        try {
          const read = reader.push(bytes);
          if (read === undefined) return;
          this.#rest = read.rest;
          resolve(read.head);
        } catch (error) {
          reject(error);
        }
        this.#onBytes = undefined;
        this.#transport.pause();
      };
      this.#onBytes(this.#rest);
      if (this.#onBytes !== undefined) this.#transport.resume();
    });
  }

  /** Waits for something else, as long as the exchange lives. */
  wait<Value>(promise: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#onFailure = reject;
      promise.then(resolve, reject);
    });
  }

  /** Writes all of it. Rejects with `HandshakeError` where the transport fails. */
  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure.error);
      this.#onFailure = reject;
      this.#onDrained = resolve;
      if (this.#transport.write([bytes])) resolve();
    });
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#cancelTimer();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#onFailure?.(error);
  }

  /** Ends the exchange and its transport. */
  destroy(error: unknown): void {
    this.#fail(error);
    this.#transport.destroy(error);
  }

  /** Ends the transport behind what was written; what still comes is not read by anybody, and not for long. */
  end(): void {
    this.ending = true;
    this.#transport.end();
    this.#transport.resume();
  }

  /** Hands the transport on, paused. Returns the bytes that came behind the last head. */
  release(): Uint8Array<ArrayBuffer> {
    this.#fail(undefined);
    return this.#rest;
  }
}
