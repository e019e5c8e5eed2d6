/**
 * The payload of a Close frame (RFC 6455 §5.5.1): a code and a reason, or nothing.
 *
 * @module
 */

import { isReceivableCloseCode, isSendableCloseCode } from "./close_code.ts";
import { ProtocolError } from "./protocol_error.ts";
import { decodeText, encodeText } from "./text.ts";

/** What a Close frame said; code 1005 where it said nothing. */
export interface ClosePayload {
  /** The close code. */
  readonly code: number;
  /** The reason; empty where there is none. */
  readonly reason: string;
}

/** Reads the payload of a received Close frame. Throws `ProtocolError`. */
export function parseClosePayload(payload: Uint8Array): ClosePayload {
  // §7.1.5 "If this Close control frame contains no status code, _The WebSocket Connection Close Code_ is ...
  // 1005"
  if (payload.length === 0) return { code: 1005, reason: "" };
  // §5.5.1 "the first two bytes of the body MUST be a 2-byte unsigned integer"
  if (payload.length === 1) throw new ProtocolError(1002, "close payload of one byte");
  const code = (payload[0]! << 8) | payload[1]!;
  if (!isReceivableCloseCode(code)) throw new ProtocolError(1002, `invalid close code ${code}`);
  const reason = decodeText(payload.subarray(2));
  // §8.1 the reason is text like any other
  if (reason === undefined) throw new ProtocolError(1007, "close reason is no UTF-8");
  return { code, reason };
}

/**
 * The payload of an application's Close. Throws `TypeError` for what is no code and no reason, and a reason
 * without a code; `RangeError` for a code that applications may not send and a reason of more than 123 bytes.
 */
export function createClosePayload(code: number | undefined, reason: string): Uint8Array {
  if (typeof reason !== "string" || (code === undefined ? reason !== "" : typeof code !== "number")) {
    throw new TypeError("Cannot close: the code is no number, or the reason no text");
  }
  if (code === undefined) return new Uint8Array(0);
  // §7.4 the codes that an endpoint may send
  if (!isSendableCloseCode(code)) throw new RangeError(`Cannot close: code ${code}`);
  const payload = encodeClosePayload(code, reason);
  // §5.5 "All control frames MUST have a payload length of 125 bytes or less"
  if (payload.length > 125) throw new RangeError("Cannot close: a reason of more than 123 bytes");
  return payload;
}

/** Writes a code, and a reason of at most 123 bytes, to the payload of a Close frame. */
export function encodeClosePayload(code: number, reason: string): Uint8Array {
  const text = encodeText(reason);
  const payload = new Uint8Array(2 + text.length);
  payload[0] = code >>> 8;
  payload[1] = code;
  payload.set(text, 2);
  return payload;
}
