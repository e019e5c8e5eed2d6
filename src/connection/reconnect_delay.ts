/**
 * How long to wait before another attempt: exponential backoff with full jitter, and
 * what the server asks for.
 *
 * @module
 */

import { HandshakeError } from "../handshake/handshake_error.ts";
import type { WebSocketCloseInfo } from "./close_info.ts";

/** The numbers of the backoff. */
export interface BackoffOptions {
  /**
   * The most milliseconds before the first retry; each one that follows may take twice as long. Default 1000.
   */
  readonly baseDelay?: number | undefined;
  /** The most milliseconds before any retry. Default 30 000. */
  readonly maxDelay?: number | undefined;
  /** A number from 0 to 1, never 1, at each call: the source of chance, for tests. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/**
 * The milliseconds before the retry that follows so many failures in a row: by chance anything up to
 * `baseDelay` doubled with each failure, lest all clients of a server that was down come back at once. Not
 * before the time that a refusal named.
 */
export function computeReconnectDelay(
  failures: number,
  info: WebSocketCloseInfo,
  { baseDelay, maxDelay, random }: Required<
    { [Name in keyof BackoffOptions]: NonNullable<BackoffOptions[Name]> }
  >,
): number {
  const delay = random() * Math.min(maxDelay, baseDelay * 2 ** (failures - 1));
  return Math.max(delay, readRetryAfter(info.error));
}

/** The milliseconds that a refusal asks to wait; 0 where it does not. */
function readRetryAfter(error: unknown): number {
  const field = error instanceof HandshakeError ? error.response?.headers.get("retry-after") : undefined;
  // RFC 9110 §10.2.3 "delay-seconds = 1*DIGIT"; a date would need the same calendar on both sides
  return field && /^\d+$/.test(field) ? Number(field) * 1000 : 0;
}
