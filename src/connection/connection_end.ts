/**
 * How a connection ends, whoever owns its frames: by whose Close, because of what error, and why nothing can
 * be done any more. Knows neither frames nor transports.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import type { WebSocketCloseInfo } from "./close_info.ts";
import type { ConnectionLimits } from "./connection_options.ts";
import { createCloseError } from "./connection_streams.ts";
import type { WebSocketError } from "./web_socket_error.ts";
import { watchSignal } from "./within_deadline.ts";

/** §7.1.5 without a Close, "_The WebSocket Connection Close Code_ is considered to be 1006" */
export const withoutClose: WebSocketCloseInfo = { closeCode: 1006, reason: "", wasClean: false };

/** The end of one connection, watched for from its beginning on. */
export class ConnectionEnd {
  /** Tells of the end once `tell()` is called, which comes last. */
  readonly closed: Promise<WebSocketCloseInfo>;
  /** Whether the connection is gone. */
  ended = false;
  /** What the other side said or did to close; once `ended`, what `closed` tells. */
  info: WebSocketCloseInfo | undefined;
  /** Our Close, where it came first. */
  ownClose: WebSocketCloseInfo | undefined;
  /** What of ours went wrong first. */
  error: unknown;

  readonly #clock: Clock;
  readonly #closeTimeout: number;
  readonly #stopWatching: () => void;
  #cancelTimer: (() => void) | undefined;
  #resolve!: (info: WebSocketCloseInfo) => void;

  /** Calls `abort` when the signal is aborted. */
  constructor(
    { clock, closeTimeout }: ConnectionLimits,
    signal: AbortSignal | undefined,
    abort: (reason: unknown) => void,
  ) {
    this.#clock = clock;
    this.#closeTimeout = closeTimeout;
    this.closed = new Promise((resolve) => this.#resolve = resolve);
    this.#stopWatching = watchSignal(signal, abort);
  }

  /** The first Close, whoever sent it: from here on there is so much time until `late`. */
  startTimer(late: () => void): void {
    this.#cancelTimer ??= this.#clock.after(this.#closeTimeout, late);
  }

  /** The connection is gone: whatever else was waited for is called off. */
  finish({ closeCode, reason, wasClean }: WebSocketCloseInfo, error: unknown): void {
    this.ended = true;
    this.info = { closeCode, reason, wasClean, ...(error === undefined ? undefined : { error }) };
    this.#cancelTimer?.();
    this.#stopWatching();
  }

  /** Tells of the end, when all else has been told. */
  tell(): void {
    this.#resolve(this.info!);
  }

  /** Why something cannot be done any more. */
  createError(operation: string): WebSocketError {
    const info = this.info ?? this.ownClose ?? withoutClose;
    return createCloseError(operation, { ...info, error: this.error ?? info.error });
  }
}
