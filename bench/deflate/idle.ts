/**
 * Connections that have echoed a few compressed messages, so that every window is full, and are idle then. Runs on Node until it is
 * killed.
 *
 * `node bench/deflate/idle.ts PORT CONNECTIONS` prints a line when all are idle.
 *
 * @module
 */

import process from "node:process";
import { readFrames } from "../client.ts";
import { encodeMessages, openCompressed } from "./compressed_client.ts";
import { createJson } from "./json.ts";

const [port = 0, connections = 1] = process.argv.slice(2).map(Number);
const messages = createJson(8192, 40_000);
let frames: Buffer[] | undefined;

for (let count = 0; count < connections; count++) {
  const { socket, extensions } = await openCompressed(port);
  frames ??= await encodeMessages(messages, extensions);
  socket.write(Buffer.concat(frames));
  await new Promise<void>((resolve) => {
    let echoes = 0;
    socket.on("data", readFrames(() => ++echoes === messages.length && resolve()));
  });
}
console.log("idle");
