/**
 * WebSockets that each send a message once the last one is back: `load.ts VERSION PORT SIZE CONNECTIONS MILLISECONDS`. Prints messages
 * a second, and how many there were in all.
 *
 * @module
 */

import { connect as connectSession } from "node:http2";
import { connect } from "node:net";
import process from "node:process";
import { connectWebSocket } from "@weft/websocket";
import { connectHttp2, nodeTransport } from "@weft/websocket/node";

const [version = 1, port = 0, size = 64, count = 1000, milliseconds = 1000] = process.argv.slice(2).map(
  Number,
);
const url = `ws://127.0.0.1:${port}/`;
const message = "w".repeat(size);
const session = version === 2 ? connectSession(`http://127.0.0.1:${port}`) : undefined;

let messages = 0;
let isOver = false;
const options = {
  onMessage(_echo: unknown, connection: { send(message: string): Promise<void> }): void {
    messages++;
    if (!isOver) void connection.send(message);
  },
};
const connections = await Promise.all(
  Array.from(
    { length: count },
    () =>
      session === undefined
        ? connectWebSocket(url, nodeTransport(connect(port, "127.0.0.1")), options)
        : connectHttp2(url, { ...options, session }),
  ),
);
for (const connection of connections) void connection.send(message);
// A run-in that is not counted.
await new Promise((resolve) => setTimeout(resolve, milliseconds / 2));
const before = messages;
const start = performance.now();
await new Promise((resolve) => setTimeout(resolve, milliseconds));
console.log(Math.round((messages - before) / (performance.now() - start) * 1000), messages);
isOver = true;
process.exit(0);
