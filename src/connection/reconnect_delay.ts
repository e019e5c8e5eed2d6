/**
 * How long to wait before another attempt: exponential backoff with full jitter, and what the server asks
 * for.
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
  /**
   * The most milliseconds before any retry that no refusal has put off: see `maxRetryAfter`. Default 30 000.
   */
  readonly maxDelay?: number | undefined;
  /** The most milliseconds that a refusal may ask to wait, by `Retry-After`. Default 300 000. */
  readonly maxRetryAfter?: number | undefined;
  /** A number from 0 to 1, never 1, at each call: the source of chance, for tests. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** The same, checked and complete. */
export interface BackoffSettings {
  readonly baseDelay: number;
  readonly maxDelay: number;
  readonly maxRetryAfter: number;
  readonly random: () => number;
}

/**
 * The milliseconds before the retry that follows so many failures in a row: by chance anything up to
 * `baseDelay` doubled with each failure, lest all clients of a server that was down come back at once. Not
 * before the time that a refusal named, and by chance up to `baseDelay` behind that.
 */
export function computeReconnectDelay(
  failures: number,
  info: WebSocketCloseInfo,
  { baseDelay, maxDelay, maxRetryAfter, random }: BackoffSettings,
): number {
  const chance = random();
  const delay = chance * Math.min(maxDelay, baseDelay * 2 ** (failures - 1));
  const retryAfter = readRetryAfter(info.error);
  if (retryAfter === undefined) return delay;
  return Math.max(delay, Math.min(maxRetryAfter, retryAfter) + chance * baseDelay);
}

/** The milliseconds that a refusal asks to wait, if it does. */
function readRetryAfter(error: unknown): number | undefined {
  const field = error instanceof HandshakeError ? error.response?.headers.get("retry-after") : undefined;
  // RFC 9110 §10.2.3 "delay-seconds = 1*DIGIT"; a date would need the same calendar on both sides
  return field && /^\d+$/.test(field) ? Number(field) * 1000 : undefined;
}
