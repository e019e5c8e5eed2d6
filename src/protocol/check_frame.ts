/**
 * Every rule that a received frame header can break (RFC 6455 §5), one line each. Header and situation in,
 * violation or nothing out; what answers a violation is decided elsewhere.
 *
 * @module
 */

import * as Opcode from "./opcode.ts";
import type { Role } from "./role.ts";

/** What the rules of a header depend on, besides the header. */
export interface FrameSituation {
  /** Ours. */
  readonly role: Role;
  /** Whether an extension gives RSV1 a meaning. */
  readonly rsv1Defined: boolean;
  /** Whether a fragmented message waits for its continuation. */
  readonly fragmented: boolean;
  /** The most bytes that the message may still take. */
  readonly room: number;
}

/** Judges the first two bytes of a frame. */
export function checkFrameStart(
  first: number,
  second: number,
  situation: FrameSituation,
): string | undefined {
  const opcode = first & 0x0f;
  const control = opcode >= Opcode.Close;
  const length = second & 0x7f;
  // §5.2 RSV "MUST be 0 unless an extension is negotiated that defines meanings for non-zero values"
  if ((first & 0x30) !== 0) return "reserved bit set";
  // RFC 7692 §6 "An endpoint MUST NOT set the "Per-Message Compressed" bit of control frames and non-first
  // fragments"
  if ((first & 0x40) !== 0 && (!situation.rsv1Defined || control || opcode === Opcode.Continuation)) {
    return "reserved bit set";
  }
  // §5.2 "If an unknown opcode is received, the receiving endpoint MUST _Fail the WebSocket Connection_"
  if (opcode > Opcode.Pong || (opcode > Opcode.Binary && !control)) return "reserved opcode";
  // §5.5 "All control frames ... MUST NOT be fragmented"
  if (control && (first & 0x80) === 0) return "fragmented control frame";
  // §5.5 "All control frames MUST have a payload length of 125 bytes or less"
  if (control && length > 125) return "control frame longer than 125 bytes";
  // §5.4 a continuation frame continues a fragmented message
  if (opcode === Opcode.Continuation && !situation.fragmented) return "nothing to continue";
  // §5.4 "The fragments of one message MUST NOT be interleaved between the fragments of another message"
  if (!control && opcode !== Opcode.Continuation && situation.fragmented) {
    return "message inside a fragmented message";
  }
  // §5.1 "The server MUST close the connection upon receiving a frame that is not masked"
  if (situation.role === "server" && (second & 0x80) === 0) return "unmasked frame";
  // §5.1 "A client MUST close a connection if it detects a masked frame"
  if (situation.role === "client" && (second & 0x80) !== 0) return "masked frame";
  return undefined;
}

/** Judges an extended length, given as what announced it and two unsigned 32-bit halves. */
export function checkLength(short: number, high: number, low: number): string | undefined {
  // §5.2 "the most significant bit MUST be 0"
  if (high >= 0x80000000) return "most significant bit of the length set";
  // §5.2 "the minimal number of bytes MUST be used to encode the length"
  if (high === 0 && low < (short === 126 ? 126 : 65536)) return "length not minimally encoded";
  return undefined;
}
