/**
 * The load of the compression benchmark: a client made of prepared bytes, so light that the server is what is measured. Runs
 * on Node. JSON messages come in a cycle of a mebibyte, compressed with context takeover as a browser would; its second round can be
 * sent behind itself for ever. The first echoes are looked at.
 *
 * `node bench/deflate/load.ts PORT SIZE CONNECTIONS IN_FLIGHT MILLISECONDS` prints messages a second, how many times longer the messages
 * are than the echoes' payloads, and how many messages there were in all.
 *
 * @module
 */

import process from "node:process";
import { constants, createInflateRaw } from "node:zlib";
import { type Opened, readFrames } from "../client.ts";
import { encodeMessages, openCompressed } from "./compressed_client.ts";
import { createJson } from "./json.ts";

const [port = 0, size = 256, connections = 1, inFlight = 1, milliseconds = 1000] = process.argv.slice(2).map(
  Number,
);

/** Echoes that are looked at. */
const looked = 50;

const cycle = createJson(size, 1 << 20);
const opened = await Promise.all(Array.from({ length: connections }, () => openCompressed(port)));
const frames = await encodeMessages([...cycle, ...cycle], opened[0]!.extensions);

let messages = 0;
let payloadBytes = 0;

/** Keeps messages in flight; resolves when the first echoes were right. */
function run({ socket }: Opened): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let received = 0;
    const next = () => {
      const frame = frames[sent++]!;
      if (sent === frames.length) sent = cycle.length;
      return frame;
    };
    const inflate = createInflateRaw();
    const pieces: Buffer[] = [];
    inflate.on("data", (piece: Buffer) => void pieces.push(piece));
    inflate.on("error", reject);
    const look = () => {
      inflate.flush(constants.Z_SYNC_FLUSH, () => {
        const expected = Buffer.concat(
          Array.from({ length: looked }, (_, index) => cycle[index % cycle.length]!),
        );
        if (Buffer.concat(pieces).equals(expected)) resolve();
        else reject(new Error("no echo"));
      });
    };
    const waiting: Buffer[] = [];
    const read = readFrames((payload) => {
      if (received < looked) inflate.write(Buffer.concat([payload, Buffer.from([0, 0, 0xff, 0xff])]));
      if (++received === looked) look();
      messages++;
      payloadBytes += payload.length;
      waiting.push(next());
    });
    socket.on("data", (chunk: Buffer) => {
      read(chunk);
      if (waiting.length > 0) socket.write(waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting));
      waiting.length = 0;
    });
    socket.on("close", () => reject(new Error("the server closed")));
    socket.write(Buffer.concat(Array.from({ length: inFlight }, next)));
  });
}

await Promise.all(opened.map(run));
// A run-in that is not counted.
await new Promise((resolve) => setTimeout(resolve, milliseconds / 5));
const before = { messages, payloadBytes };
const start = performance.now();
await new Promise((resolve) => setTimeout(resolve, milliseconds));
const seconds = (performance.now() - start) / 1000;
const count = messages - before.messages;
const average = cycle.reduce((sum, { length }) => sum + length, 0) / cycle.length;
const smaller = average * count / (payloadBytes - before.payloadBytes);
console.log(Math.round(count / seconds), smaller.toFixed(2), messages);
process.exit(0);
