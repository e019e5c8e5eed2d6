/**
 * Many light clients in one process: prepared bytes, counted and not looked at. Runs on Node. Source addresses are spread over 127.0.0.x, so that ports
 * suffice.
 *
 * `node bench/hub/load.ts PORT CONNECTIONS [compress]` prints "ready" when all are open, and then obeys lines of JSON:
 * `{"expect":N}` waits for N messages at each connection that reads and tells when the last came, and how late others were;
 * `{"stop":N}` has the first N read no more.
 *
 * @module
 */

import { connect, type Socket } from "node:net";
import process from "node:process";

const [port = 0, connections = 0] = process.argv.slice(2).map(Number);

const request = [
  "GET / HTTP/1.1",
  "Host: 127.0.0.1",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
  ...(process.argv.includes("compress")
    ? ["Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover"]
    : []),
  "\r\n",
].join("\r\n");

const now = () => performance.timeOrigin + performance.now();

/** A connection, and where it stands in its messages, which are all of one length. */
interface Client {
  readonly socket: Socket;
  bytes: number;
  frame: number;
  arrived: number;
}

let expected = 0;
let waiting = 0;
let done: (() => void) | undefined;

function receive(client: Client, chunk: Buffer): void {
  if (expected === 0) return;
  if (client.frame === 0) {
    const length = chunk[1]! & 0x7f;
    client.frame = length < 126
      ? 2 + length
      : length === 126
      ? 4 + chunk.readUInt16BE(2)
      : 10 + chunk.readUInt32BE(6);
  }
  const target = expected * client.frame;
  if (client.bytes >= target) throw new Error("more than was expected");
  client.bytes += chunk.length;
  if (client.bytes < target) return;
  if (client.bytes > target) throw new Error("more than was expected");
  client.arrived = now();
  if (--waiting === 0) done?.();
}

function open(index: number): Promise<Client> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      port,
      host: `127.0.0.${1 + index % 16}`,
      localAddress: `127.0.0.${1 + index % 16}`,
    });
    const client: Client = { socket, bytes: 0, frame: 0, arrived: 0 };
    let head = "";
    socket.setNoDelay(true);
    socket.on("error", reject);
    socket.on("connect", () => socket.write(request));
    const readHead = (chunk: Buffer) => {
      head += chunk.toString("latin1");
      if (!head.includes("\r\n\r\n")) return;
      if (!head.endsWith("\r\n\r\n") || !head.startsWith("HTTP/1.1 101")) return reject(new Error(head));
      socket.off("data", readHead);
      socket.on("data", (chunk: Buffer) => receive(client, chunk));
      resolve(client);
    };
    socket.on("data", readHead);
  });
}

const clients: Client[] = [];
for (let index = 0; index < connections; index += 100) {
  const some = Array.from(
    { length: Math.min(100, connections - index) },
    (_, offset) => open(index + offset),
  );
  clients.push(...await Promise.all(some));
}
console.log("ready");

let reading = clients;
let text = "";
process.stdin.setEncoding("utf8");
for await (const chunk of process.stdin) {
  text += chunk;
  const lines = text.split("\n");
  text = lines.pop()!;
  for (const line of lines) {
    const { expect, stop } = JSON.parse(line);
    if (stop !== undefined) {
      for (const { socket } of clients.slice(0, stop)) socket.pause();
      reading = clients.slice(stop);
      console.log("{}");
      continue;
    }
    for (const client of clients) client.bytes = client.frame = 0;
    expected = expect;
    waiting = reading.length;
    const all = new Promise<void>((resolve) => done = resolve);
    console.log("{}");
    await all;
    expected = 0;
    const times = reading.map(({ arrived }) => arrived).sort((one, other) => one - other);
    console.log(JSON.stringify({ last: times.at(-1), p99: times[Math.floor(times.length * 0.99)] }));
  }
}
process.exit(0);
