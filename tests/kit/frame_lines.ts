/**
 * Frames in few words: made from a kind and a text, told as a line. Knows no bit of a frame.
 *
 * @module
 */

import { encodeFrame, type Frame, utf8 } from "./frames.ts";

const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const zeroKey = new Uint8Array(4);

/** The kinds of frames (RFC 6455 §11.8). */
export type FrameKind = keyof typeof opcodes;

/** How a frame is unlike the plainest one. */
export interface FrameChanges {
  readonly fin?: boolean;
  readonly rsv?: number;
  /** Masked with a key of zeros, as a server may receive it. */
  readonly masked?: boolean;
}

/** One frame. */
export function makeFrame(
  kind: FrameKind,
  payload: string | Uint8Array = "",
  changes: FrameChanges = {},
): Uint8Array {
  const { fin = true, rsv = 0, masked = false } = changes;
  const bytes = typeof payload === "string" ? utf8(payload) : payload;
  // With a key of zeros there is nothing to mask.
  const head = encodeFrame({ opcode: opcodes[kind], fin, rsv, payload: bytes });
  if (!masked) return head;
  const at = head.length - bytes.length;
  head[1]! |= 0x80;
  return join(head.subarray(0, at), zeroKey, bytes);
}

/** A Close frame; an empty one without a code. */
export function makeClose(code?: number, reason = "", changes?: FrameChanges): Uint8Array {
  if (code === undefined) return makeFrame("close", "", changes);
  return makeFrame("close", join(Uint8Array.of(code >>> 8, code), utf8(reason)), changes);
}

/** A frame as a line: its kind, `+` where more fragments follow, and its payload as text. */
export function describeFrame({ opcode, fin, payload }: Frame): string {
  const kind = Object.entries(opcodes).find(([, code]) => code === opcode)?.[0] ?? `opcode ${opcode}`;
  const isCoded = opcode === opcodes.close && payload.length >= 2;
  const code = isCoded ? ` ${payload[0]! * 256 + payload[1]!}` : "";
  const text = new TextDecoder().decode(isCoded ? payload.subarray(2) : payload);
  return `${kind}${fin ? "" : "+"}${code}${text && ` ${text}`}`;
}

/** All of them, one after the other. */
export function join(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
