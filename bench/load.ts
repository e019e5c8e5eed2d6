/**
 * The load: a client made of prepared bytes, so light that the server is what is measured. Runs on Node. Counts echoes by
 * their bytes; the answer to the handshake and one echo are looked at before.
 *
 * `node bench/load.ts PORT SIZE CONNECTIONS IN_FLIGHT MILLISECONDS` prints messages a second.
 *
 * @module
 */

import { connect, type Socket } from "node:net";
import process from "node:process";

const [port = 0, size = 64, connections = 1, inFlight = 1, milliseconds = 1000] = process.argv.slice(2).map(
  Number,
);

const request = [
  "GET / HTTP/1.1",
  `Host: 127.0.0.1:${port}`,
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
  "\r\n",
].join("\r\n");

/** Small messages are text, as most are; large ones are binary. */
const opcode = size < 1024 ? 1 : 2;
const payload = Buffer.alloc(size, "abcdefghijklmnopqrstuvwxyz ");

/** The frame's header, and what is masked where there is a key. */
function encodeFrame(key: Buffer | undefined): Buffer {
  const extended = size < 126 ? Buffer.alloc(0) : size < 65536 ? Buffer.alloc(2) : Buffer.alloc(8);
  if (size >= 65536) extended.writeBigUInt64BE(BigInt(size));
  else if (size >= 126) extended.writeUInt16BE(size);
  const length = (size < 126 ? size : size < 65536 ? 126 : 127) | (key ? 0x80 : 0);
  const body = Buffer.from(payload);
  if (key) { for (let at = 0; at < size; at++) body[at]! ^= key[at % 4]!; }
  return Buffer.concat([Buffer.from([0x80 | opcode, length]), extended, key ?? Buffer.alloc(0), body]);
}

const sent = encodeFrame(Buffer.from([0x12, 0x34, 0x56, 0x78]));
const echoed = encodeFrame(undefined);
const batch = Buffer.concat(Array.from({ length: inFlight }, () => sent));

/** A connection that has echoed one message as it should. */
function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let received = Buffer.alloc(0);
    socket.on("error", reject);
    socket.on("connect", () => socket.write(request));
    const listen = (chunk: Buffer) => {
      const upgraded = received.includes("\r\n\r\n");
      received = Buffer.concat([received, chunk]);
      const end = received.indexOf("\r\n\r\n");
      if (end < 0) return;
      if (!upgraded) socket.write(sent);
      const frame = received.subarray(end + 4);
      if (frame.length < echoed.length) return;
      socket.off("data", listen);
      if (received.includes("HTTP/1.1 101") && frame.equals(echoed)) resolve(socket);
      else reject(new Error("no echo"));
    };
    socket.on("data", listen);
  });
}

let messages = 0;
const sockets = await Promise.all(Array.from({ length: connections }, open));
for (const socket of sockets) {
  let bytes = 0;
  socket.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    const count = Math.floor(bytes / echoed.length);
    if (count === 0) return;
    bytes -= count * echoed.length;
    messages += count;
    socket.write(count === inFlight ? batch : batch.subarray(0, count * sent.length));
  });
  socket.write(batch);
}
// A run-in that is not counted.
await new Promise((resolve) => setTimeout(resolve, milliseconds / 5));
const before = messages;
const start = performance.now();
await new Promise((resolve) => setTimeout(resolve, milliseconds));
console.log(Math.round((messages - before) / (performance.now() - start) * 1000));
process.exit(0);
