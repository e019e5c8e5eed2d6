/**
 * The load: a client made of prepared bytes, so light that the server is what is measured. Runs on Node. Counts echoes by
 * their bytes; the answer to the handshake and one echo are looked at before.
 *
 * `node bench/load.ts PORT SIZE CONNECTIONS IN_FLIGHT MILLISECONDS` prints messages a second.
 *
 * @module
 */

import process from "node:process";
import { encodeFrame, open, type Opened } from "./client.ts";

const [port = 0, size = 64, connections = 1, inFlight = 1, milliseconds = 1000] = process.argv.slice(2).map(
  Number,
);

/** Small messages are text, as most are; large ones are binary. */
const opcode = size <= 1024 ? 1 : 2;
const payload = Buffer.alloc(size, "abcdefghijklmnopqrstuvwxyz ");

const sent = encodeFrame(0x80 | opcode, payload, [0x12, 0x34, 0x56, 0x78]);
const echoed = encodeFrame(0x80 | opcode, payload);
const batch = Buffer.concat(Array.from({ length: inFlight }, () => sent));

/** Resolves when one message has come back as it should. */
function echo({ socket }: Opened): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const listen = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < echoed.length) return;
      socket.off("data", listen);
      if (received.equals(echoed)) resolve();
      else reject(new Error("no echo"));
    };
    socket.on("data", listen);
    socket.write(sent);
  });
}

let messages = 0;
const opened = await Promise.all(Array.from({ length: connections }, () => open(port)));
await Promise.all(opened.map(echo));
for (const { socket } of opened) {
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
// A run-in that is not counted: the server has just been started.
await new Promise((resolve) => setTimeout(resolve, milliseconds / 2));
const before = messages;
const start = performance.now();
await new Promise((resolve) => setTimeout(resolve, milliseconds));
console.log(Math.round((messages - before) / (performance.now() - start) * 1000));
process.exit(0);
