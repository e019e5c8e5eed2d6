/**
 * The options of a connection that comes back, their defaults, and how they are checked.
 *
 * @module
 */

import { checkFunctions, checkNumber } from "../protocol/engine_options.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { WebSocketCloseInfo } from "./close_info.ts";
import type { MessageHandler } from "./connection_options.ts";
import { isRecoverable } from "./is_recoverable.ts";
import type { MessageConnection } from "./message_connection.ts";
import type { BackoffOptions, BackoffSettings } from "./reconnect_delay.ts";
import type { ReconnectingConnection } from "./reconnecting_connection.ts";

/** One attempt to connect. */
export interface ConnectAttempt {
  /** How many attempts, or connections that did not last, have failed in a row before this one. */
  readonly failures: number;
  /** How the connection or attempt before this one ended; `undefined` for the first. */
  readonly previous: WebSocketCloseInfo | undefined;
  /** Aborted when the attempt takes too long, or is no longer wanted. */
  readonly signal: AbortSignal;
}

/** Connects, each time anew: here a fresh token is fetched, or another URL chosen. */
export type ConnectAgain = (attempt: ConnectAttempt) => MessageConnection | PromiseLike<MessageConnection>;

/** The options of `ReconnectingConnection`. */
export interface ReconnectOptions extends BackoffOptions {
  /** The most retries in a row; then the last failure is the end. Default: no limit. */
  readonly maxRetries?: number | undefined;
  /** Milliseconds that a connection has to last for the backoff to begin anew behind it. Default 5000. */
  readonly stableAfter?: number | undefined;
  /** The most milliseconds of one attempt, `onOpen` included. Default 10 000. */
  readonly connectTimeout?: number | undefined;
  /**
   * What `send()` does while there is no connection: the message waits for one, or is refused with
   * `WebSocketError`; the `send()` of a `toWebSocket()`, which has no way to refuse, passes over it then.
   * Default `queue`.
   */
  readonly whenOffline?: "queue" | "refuse" | undefined;
  /** The most messages that wait for a connection. Default 1024. */
  readonly maxQueuedMessages?: number | undefined;
  /** The most bytes of payload that wait for a connection. Default 1 MiB. */
  readonly maxQueuedBytes?: number | undefined;
  /** Whether to go on after such an end. Default `isRecoverable()`. */
  readonly shouldReconnect?: ((info: WebSocketCloseInfo) => boolean) | undefined;
  /**
   * Called with each new connection before anything else uses it, to log in or subscribe by its own `send()`
   * and `receive()`; a returned promise is waited for. What it throws ends that connection, and counts as a
   * failure.
   */
  readonly onOpen?: ((connection: MessageConnection) => unknown) | undefined;
  /**
   * Receives the messages of all connections, instead of iterating or `readable`. While a promise that it
   * returned is pending, nothing more is read. What it throws closes the connection with 1011, for good.
   */
  readonly onMessage?: MessageHandler<ReconnectingConnection> | undefined;
  /**
   * Called at the end of each connection or attempt, with the milliseconds until the next one, or `undefined`
   * where that was the end. What it throws, or a promise that it returned rejects with, is the end. No
   * attempt waits for such a promise; `closed` does, `connectTimeout` at most.
   */
  readonly onDisconnect?: ((info: WebSocketCloseInfo, delay: number | undefined) => unknown) | undefined;
  /** Aborts it all, at any time. */
  readonly signal?: AbortSignal | undefined;
  /** The source of time, for tests. */
  readonly clock?: Clock | undefined;
}

/** The options, checked and complete. */
export interface ReconnectSettings extends BackoffSettings {
  readonly maxRetries: number;
  readonly stableAfter: number;
  readonly connectTimeout: number;
  readonly queues: boolean;
  readonly maxQueuedMessages: number;
  readonly maxQueuedBytes: number;
  readonly shouldReconnect: (info: WebSocketCloseInfo) => boolean;
  readonly clock: Clock;
}

/** Checks the options. Throws `TypeError` or `RangeError`. */
export function checkReconnectOptions(options: ReconnectOptions): ReconnectSettings {
  checkFunctions(options, "random", "shouldReconnect", "onMessage", "onOpen", "onDisconnect");
  if (options.signal !== undefined && !(options.signal instanceof AbortSignal)) {
    throw new TypeError("Cannot use signal: not an AbortSignal");
  }
  const { whenOffline = "queue", maxRetries = Infinity } = options;
  if (whenOffline !== "queue" && whenOffline !== "refuse") {
    throw new TypeError(`Cannot use whenOffline: no choice ${whenOffline}`);
  }
  return {
    baseDelay: checkNumber("baseDelay", options.baseDelay, 1000),
    maxDelay: checkNumber("maxDelay", options.maxDelay, 30_000),
    maxRetryAfter: checkNumber("maxRetryAfter", options.maxRetryAfter, 300_000),
    random: options.random ?? Math.random,
    maxRetries: maxRetries === Infinity ? maxRetries : checkNumber("maxRetries", maxRetries, 0),
    stableAfter: checkNumber("stableAfter", options.stableAfter, 5000),
    connectTimeout: checkNumber("connectTimeout", options.connectTimeout, 10_000, 1),
    queues: whenOffline === "queue",
    maxQueuedMessages: checkNumber("maxQueuedMessages", options.maxQueuedMessages, 1024),
    maxQueuedBytes: checkNumber("maxQueuedBytes", options.maxQueuedBytes, 1024 * 1024),
    shouldReconnect: options.shouldReconnect ?? isRecoverable,
    clock: options.clock ?? systemClock,
  };
}
