/**
 * A transport during the opening handshake: heads are read from it one by one, responses written, under one
 * deadline. Knows no rule of the handshake.
 *
 * @module
 */

import { HandshakeError } from "../handshake/handshake_error.ts";
import type { Reader } from "../handshake/head_reader.ts";
import { encodeLatin1 } from "../handshake/latin1.ts";
import { defaultHeadLimits } from "../handshake/limits.ts";
import { refuseLate } from "../handshake/refuse.ts";
import { checkFunctions, checkNumbers } from "../protocol/engine_options.ts";
import type { HandshakeOptions, HeadTap } from "./accept_options.ts";
import type { ByteStreamPair, ByteTransport } from "./byte_transport.ts";
import type { Clock } from "./clock.ts";
import { toByteTransport } from "./stream_transport.ts";
import { defaultHandshakeTimeout, watchDeadline } from "./within_deadline.ts";

/** What an exchange lives by. */
export interface ExchangeOptions extends HandshakeOptions {
  /** Gives up, and destroys the transport. */
  readonly signal?: AbortSignal | undefined;
  /** The source of time, for tests. */
  readonly clock?: Clock | undefined;
  /** Bytes that were read before. */
  readonly head?: Uint8Array | undefined;
}

/** What holds where nothing is said. */
export const handshakeDefaults = { ...defaultHeadLimits, handshakeTimeout: defaultHandshakeTimeout };

/**
 * One opening handshake's use of a transport. Once it has failed, whatever is awaited of
 * it rejects with the reason.
 */
export class HandshakeExchange {
  /** What it may cost. */
  readonly limits: typeof handshakeDefaults;
  /** What carries the bytes. */
  readonly transport: ByteTransport;
  /** Bytes that came behind what was read. */
  rest: Uint8Array<ArrayBuffer>;
  /** Whether it has ended its transport, and only waits for the peer to do so. */
  ending = false;

  readonly #onHead: HeadTap | undefined;
  #stop: () => void;
  /** Whether the application is what is waited for. */
  #isDeciding = false;
  #failure: { readonly error: unknown } | undefined;
  /** What the step under way ends with. */
  #resolve!: (value?: never) => void;
  #reject: ((error: unknown) => void) | undefined;

  /**
   * Takes a transport over; `operation` begins the messages of its errors. Throws, and leaves the transport
   * alone, for numbers and transports that mean nothing; destroys it, and throws the reason, where the signal
   * is aborted.
   */
  constructor(operation: string, transport: ByteStreamPair | ByteTransport, options: ExchangeOptions) {
    const { signal, head = [], onHead } = options;
    checkFunctions(options, "onHead");
    this.limits = checkNumbers(options, handshakeDefaults);
    this.transport = toByteTransport(transport);
    if (signal?.aborted) {
      this.transport.destroy(signal.reason);
      throw signal.reason;
    }
    this.rest = new Uint8Array(head);
    this.#onHead = onHead;
    const fail = (reason: string, cause?: ErrorOptions) =>
      this.destroy(new HandshakeError(`${operation}: ${reason}`, undefined, cause));
    const watch = () => watchDeadline(options, late, (reason) => this.destroy(reason));
    const late = () => {
      if (!this.#isDeciding) return fail("the handshake took too long");
      this.#isDeciding = false;
      // To tell takes time again.
      this.#stop();
      this.#stop = watch();
      this.#reject?.(refuseLate());
    };
    this.#stop = watch();
    this.transport.start({
      receiveBytes: (bytes) => {
        if (this.ending) return;
        this.transport.pause();
        this.#resolve(new Uint8Array(bytes) as never);
      },
      receiveEnd: () => fail("the peer has left"),
      drained: () => this.#resolve(),
      closed: (cause) => fail("the transport is gone", { cause }),
    });
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

  /** Awaits what the application decides. Who takes too long has refused: `HandshakeError` with 503. */
  decide<Answer>(decide: () => Promise<Answer>): Promise<Answer> {
    return this.step((resolve, reject) => {
      this.#isDeciding = true;
      decide().finally(() => this.#isDeciding = false).then(resolve, reject);
    });
  }

  /** Reads a head. Rejects with what the reader throws, and with `HandshakeError` where no head comes. */
  async read<Head>(reader: Reader<Head>): Promise<Head> {
    let read = reader(this.rest);
    while (read === undefined) {
      read = reader(await this.step<Uint8Array<ArrayBuffer>>(() => this.transport.resume()));
    }
    const { head, text, rest } = read;
    if (text !== undefined) this.#show("received", text);
    this.rest = rest;
    return head;
  }

  /**
   * Writes a head, and a body. Rejects with `HandshakeError` where the transport fails;
   * throws what the tap throws.
   */
  write(head: string, body?: Uint8Array): Promise<void> {
    this.#show("sent", head);
    const bytes = encodeLatin1(head);
    return this.step((resolve) => {
      if (this.transport.write(body?.length ? [bytes, body] : [bytes])) resolve();
    });
  }

  #show(direction: "received" | "sent", head: string): void {
    this.#onHead?.(direction, head.trimEnd().replaceAll("\r\n", "\n"));
  }

  /** Fails the exchange and destroys its transport. */
  destroy(error: unknown): void {
    this.#stop();
    this.#failure ??= { error };
    this.#reject?.(error);
    this.transport.destroy(error);
  }

  /**
   * Ends the transport behind what was written; what still comes is not read by anybody, and not for long.
   */
  end(): void {
    this.ending = true;
    this.transport.end();
    this.transport.resume();
  }

  /**
   * Hands the transport on, paused. Returns the bytes that came behind what was read.
   * Throws where it has failed.
   */
  release(): Uint8Array<ArrayBuffer> {
    this.#stop();
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.rest;
  }
}
