/**
 * What the programs of the compression benchmark share: a connection on which compression was agreed, prepared frames, a reader of the
 * server's.
 *
 * @module
 */

import { connect, type Socket } from "node:net";
import { constants, createDeflateRaw } from "node:zlib";

/** A socket behind its opening handshake. */
export interface Opened {
  readonly socket: Socket;
  /** What the server agreed to. */
  readonly extensions: string;
}

/** Connects, and offers what browsers do. */
export function open(port: number): Promise<Opened> {
  const request = [
    "GET / HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
    "\r\n",
  ].join("\r\n");
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.once("error", reject);
    socket.write(request);
    socket.once("data", (chunk: Buffer) => {
      const head = chunk.toString("latin1");
      const extensions = /^Sec-WebSocket-Extensions: (permessage-deflate.*)\r$/im.exec(head)?.[1];
      if (extensions === undefined) reject(new Error("no compression was agreed"));
      else if (extensions.includes("no_context_takeover")) reject(new Error("there is no context takeover"));
      else resolve({ socket, extensions });
    });
  });
}

/** A masked text frame with RSV1. */
function encodeFrame(payload: Uint8Array): Buffer {
  const { length } = payload;
  const header = length < 126 ? [0xc1, 0x80 | length] : [0xc1, 0xfe, length >>> 8, length & 0xff];
  const key = [0x12, 0x34, 0x56, 0x78];
  return Buffer.from([...header, ...key, ...payload.map((byte, at) => byte ^ key[at % 4]!)]);
}

/** Messages as frames, compressed with context takeover. */
export async function encodeMessages(messages: readonly Uint8Array[], extensions: string): Promise<Buffer[]> {
  const windowBits = Number(/client_max_window_bits=(\d+)/.exec(extensions)?.[1] ?? 15);
  const stream = createDeflateRaw({ windowBits });
  const pieces: Buffer[] = [];
  stream.on("data", (piece: Buffer) => void pieces.push(piece));
  const frames: Buffer[] = [];
  for (const message of messages) {
    stream.write(message);
    await new Promise<void>((resolve) => stream.flush(constants.Z_SYNC_FLUSH, () => resolve()));
    frames.push(encodeFrame(Buffer.concat(pieces.splice(0)).subarray(0, -4)));
  }
  return frames;
}

/** Calls back with the payload of every frame that a server sends. */
export function readFrames(onFrame: (payload: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    while (at + 4 <= bytes.length) {
      const short = bytes[at + 1]!;
      const begin = short === 126 ? at + 4 : at + 2;
      const end = begin + (short === 126 ? bytes.readUInt16BE(at + 2) : short);
      if (end > bytes.length) break;
      onFrame(bytes.subarray(begin, end));
      at = end;
    }
    rest = bytes.subarray(at);
  };
}
