/**
 * The arguments of `close()` as the WHATWG has them, which are not those of a connection:
 * fewer codes, other errors.
 *
 * @module
 */

import { encodeText } from "../protocol/text.ts";
import type { CloseOptions } from "./close_options.ts";

/**
 * Converts and checks the arguments of `close(code, reason)` (WHATWG WebSockets §3.1). Throws a
 * `DOMException`: `InvalidAccessError` for a code other than 1000 and 3000-4999, `SyntaxError` for a
 * reason of more than 123 bytes.
 */
export function toCloseArguments(code: unknown, reason: unknown): CloseOptions {
  const closeCode = code === undefined ? undefined : clampCode(Number(code));
  const text = reason === undefined ? undefined : `${reason}`;
  // "neither an integer equal to 1000 nor an integer in the range 3000 to 4999, inclusive"
  if (closeCode !== undefined && closeCode !== 1000 && (closeCode < 3000 || closeCode > 4999)) {
    throw new DOMException(`Cannot close: code ${closeCode}`, "InvalidAccessError");
  }
  // "If reasonBytes is longer than 123 bytes, then throw a "SyntaxError" DOMException"
  if (text !== undefined && encodeText(text).length > 123) {
    throw new DOMException("Cannot close: a reason of more than 123 bytes", "SyntaxError");
  }
  return { closeCode, reason: text };
}

/** Web IDL's `[Clamp] unsigned short`: the nearest, the even one of two as near. */
function clampCode(code: number): number {
  const clamped = Math.min(Math.max(code, 0), 0xffff);
  const below = Math.floor(clamped);
  if (Number.isNaN(clamped)) return 0;
  return clamped - below === 0.5 ? below + below % 2 : Math.round(clamped);
}
