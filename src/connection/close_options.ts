/**
 * How the application wants a connection to be closed.
 *
 * @module
 */

import { createClosePayload } from "../protocol/close_payload.ts";

/** What a Close says (RFC 6455 §5.5.1). */
export interface CloseOptions {
  /** Why, as a number: 1000 unless told otherwise. */
  readonly closeCode?: number | undefined;
  /** Why, in words: at most 123 bytes. None by default. */
  readonly reason?: string | undefined;
}

/**
 * The code, `usual` unless told otherwise, and the reason. Throws `TypeError` for what is no object, such as
 * the code itself, and what `createClosePayload()` throws.
 */
export function readCloseOptions(
  options: CloseOptions = {},
  usual = 1000,
): { readonly closeCode: number; readonly reason: string } {
  if (typeof options !== "object" || options === null) {
    throw new TypeError("Cannot close: code and reason belong into an object");
  }
  const { closeCode = usual, reason = "" } = options;
  createClosePayload(closeCode, reason);
  return { closeCode, reason };
}
