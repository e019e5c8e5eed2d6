/**
 * What an application may close a connection with.
 *
 * @module
 */

import { isSendableCloseCode } from "../protocol/close_code.ts";
import { maxReasonLength } from "../protocol/close_payload.ts";
import { encodeText } from "../protocol/text.ts";

/** Throws `TypeError` for what is no code or reason, `RangeError` for a code that is not an application's or a reason of more than 123 bytes. */
export function checkCloseInfo(closeCode: unknown, reason: unknown): void {
  if (typeof closeCode !== "number" || typeof reason !== "string") {
    throw new TypeError("Cannot close: the code is no number, or the reason no text");
  }
  // §7.4 the codes that an endpoint may send; §5.5 "a payload length of 125 bytes or less"
  if (!isSendableCloseCode(closeCode)) throw new RangeError(`Cannot close: code ${closeCode}`);
  if (encodeText(reason).length > maxReasonLength) {
    throw new RangeError("Cannot close: a reason of more than 123 bytes");
  }
}
