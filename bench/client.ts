/**
 * What the load programs share: a connection behind its opening handshake, prepared frames, a reader of the server's. Runs on Node.
 *
 * @module
 */

import { connect, type Socket } from "node:net";

/** A socket behind its opening handshake. */
export interface Opened {
  readonly socket: Socket;
  /** What the server agreed to; empty where that is nothing. */
  readonly extensions: string;
}

/** Connects, and offers the extensions. */
export function open(port: number, offer?: string): Promise<Opened> {
  const request = [
    "GET / HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    ...(offer === undefined ? [] : [`Sec-WebSocket-Extensions: ${offer}`]),
    "\r\n",
  ].join("\r\n");
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.once("error", reject);
    socket.write(request);
    let head = "";
    // The server sends nothing behind it before it is asked to.
    const read = (chunk: Buffer) => {
      head += chunk.toString("latin1");
      if (!head.endsWith("\r\n\r\n")) return;
      socket.off("data", read);
      const extensions = /^Sec-WebSocket-Extensions: (.*)\r$/im.exec(head)?.[1] ?? "";
      if (head.startsWith("HTTP/1.1 101")) resolve({ socket, extensions });
      else reject(new Error("no WebSocket"));
    };
    socket.on("data", read);
  });
}

/** A frame whose header begins with `first`, masked where there is a key. */
export function encodeFrame(first: number, payload: Uint8Array, key?: readonly number[]): Buffer {
  const { length } = payload;
  const masked = key === undefined ? 0 : 0x80;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65536 ? 4 : 10);
  header[0] = first;
  header[1] = masked | (length < 126 ? length : length < 65536 ? 126 : 127);
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
  if (key === undefined) return Buffer.concat([header, payload]);
  return Buffer.concat([header, Buffer.from(key), payload.map((byte, at) => byte ^ key[at % 4]!)]);
}

/** Calls back with the payload of every frame that a server sends, each shorter than 64 KiB. */
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
