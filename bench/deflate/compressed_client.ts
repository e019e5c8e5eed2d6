/**
 * A connection on which compression was agreed, and messages for it.
 *
 * @module
 */

import { constants, createDeflateRaw } from "node:zlib";
import { encodeFrame, open, type Opened } from "../client.ts";

/** Connects, and offers what browsers do. */
export async function openCompressed(port: number): Promise<Opened> {
  const opened = await open(port, "permessage-deflate; client_max_window_bits");
  if (!opened.extensions.startsWith("permessage-deflate")) throw new Error("no compression was agreed");
  if (opened.extensions.includes("no_context_takeover")) throw new Error("there is no context takeover");
  return opened;
}

/** Messages as text frames with RSV1, compressed with context takeover. */
export async function encodeMessages(messages: readonly Uint8Array[], extensions: string): Promise<Buffer[]> {
  const windowBits = Number(/client_max_window_bits=(\d+)/.exec(extensions)?.[1] ?? 15);
  const stream = createDeflateRaw({ windowBits });
  const pieces: Buffer[] = [];
  stream.on("data", (piece: Buffer) => void pieces.push(piece));
  const frames: Buffer[] = [];
  for (const message of messages) {
    stream.write(message);
    await new Promise<void>((resolve) => stream.flush(constants.Z_SYNC_FLUSH, () => resolve()));
    frames.push(encodeFrame(0xc1, Buffer.concat(pieces.splice(0)).subarray(0, -4), [0x12, 0x34, 0x56, 0x78]));
  }
  return frames;
}
