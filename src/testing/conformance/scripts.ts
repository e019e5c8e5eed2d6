/**
 * The words in which the cases are written.
 *
 * @module
 */

import type { Chop, ConformanceCase, Exchange, Reply, Script } from "./conformance_case.ts";
import { cutBytes, type Frame, opcodes } from "./frame.ts";

/** RFC 6455 §7.4.1. */
export const protocolError = { fails: [1002] } as const;
/** RFC 6455 §7.4.1. */
export const invalidPayload = { fails: [1007] } as const;

/** Bytes of a string in UTF-8. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Bytes of hexadecimal digits; spaces do not count. */
export function hex(digits: string): Uint8Array<ArrayBuffer> {
  const pairs = digits.replaceAll(" ", "").match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}

/** So many times the same byte: an asterisk, or another one. */
export function filled(length: number, byte = 0x2a): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).fill(byte);
}

/** What may differ from an ordinary frame. */
export type FrameChanges = Partial<Omit<Frame, "opcode" | "payload">>;

function toBytes(payload: string | Uint8Array): Uint8Array {
  return typeof payload === "string" ? utf8(payload) : payload;
}

/** A frame with any opcode. */
export function frame(opcode: number, payload: string | Uint8Array = "", changes: FrameChanges = {}): Frame {
  return { opcode, payload: toBytes(payload), ...changes };
}

/** The frames of a message, and of what may stand around it. */
export const text = (payload: string | Uint8Array = "", changes?: FrameChanges): Frame =>
  frame(opcodes.text, payload, changes);
export const binary = (payload: string | Uint8Array = "", changes?: FrameChanges): Frame =>
  frame(opcodes.binary, payload, changes);
export const continuation = (payload: string | Uint8Array = "", changes?: FrameChanges): Frame =>
  frame(opcodes.continuation, payload, changes);
export const ping = (payload: string | Uint8Array = "", changes?: FrameChanges): Frame =>
  frame(opcodes.ping, payload, changes);
export const pong = (payload: string | Uint8Array = "", changes?: FrameChanges): Frame =>
  frame(opcodes.pong, payload, changes);
/** More is to follow. */
export const unfinished: FrameChanges = { fin: false };

/** A Close with a code and a reason, or with neither (RFC 6455 §5.5.1). */
export function close(code?: number, reason: string | Uint8Array = ""): Frame {
  const payload = code === undefined ? [] : [code >> 8, code & 255, ...toBytes(reason)];
  return frame(opcodes.close, Uint8Array.from(payload));
}

/** What comes back. */
export function reply(type: Reply["type"], payload: string | Uint8Array = ""): Reply {
  return { type, payload: toBytes(payload) };
}

/** A message in frames of at most `size` bytes of payload. */
export function fragments(type: "text" | "binary", payload: string | Uint8Array, size: number): Frame[] {
  const pieces = cutBytes(toBytes(payload), size);
  return pieces.map((piece, index) =>
    frame(index === 0 ? opcodes[type] : opcodes.continuation, piece, { fin: index === pieces.length - 1 })
  );
}

/** A message, and its echo. */
export function echo(
  type: "text" | "binary",
  payload: string | Uint8Array,
  { fragmentSize = 0, ...rest }: { readonly fragmentSize?: number; readonly chop?: Chop } = {},
): Exchange {
  return { sends: fragments(type, payload, fragmentSize), returns: [reply(type, payload)], ...rest };
}

/** A case of the ordinary kind. */
export function define(
  id: string,
  description: string,
  script: () => Script,
  limit = 10_000,
): ConformanceCase {
  return { id, description, script, limit };
}
