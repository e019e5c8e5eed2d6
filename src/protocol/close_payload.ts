/**
 * The payload of a Close frame (RFC 6455 §5.5.1): a code and a reason, or nothing.
 *
 * @module
 */

import { CloseCode, isReceivableCloseCode } from "./close_code.ts";
import { ProtocolError } from "./protocol_error.ts";
import { decodeText, encodeText } from "./text.ts";

/** The longest reason, in bytes of UTF-8: a control frame's 125 less the code. */
export const maxReasonLength = 123;

/** What a Close frame said; code 1005 where it said nothing. */
export interface ClosePayload {
  /** The close code. */
  readonly code: number;
  /** The reason; empty where there is none. */
  readonly reason: string;
}

/** Reads the payload of a received Close frame. Throws `ProtocolError`. */
export function parseClosePayload(payload: Uint8Array): ClosePayload {
  // §7.1.5 "If this Close control frame contains no status code, _The WebSocket Connection Close Code_ is ... 1005"
  if (payload.length === 0) return { code: CloseCode.NoStatusReceived, reason: "" };
  // §5.5.1 "the first two bytes of the body MUST be a 2-byte unsigned integer"
  if (payload.length === 1) throw new ProtocolError(1002, "close payload of one byte");
  const code = (payload[0]! << 8) | payload[1]!;
  if (!isReceivableCloseCode(code)) throw new ProtocolError(1002, `invalid close code ${code}`);
  const reason = decodeText(payload.subarray(2));
  // §8.1 the reason is text like any other
  if (reason === undefined) throw new ProtocolError(1007, "close reason is no UTF-8");
  return { code, reason };
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
