/**
 * Situations that a library without backpressure does not survive, each in a process of its own: `scenarios.ts NAME`. Prints what
 * was measured, and fails when it is more than it may be.
 *
 * @module
 */

import { connect } from "node:net";
import process from "node:process";
import { acceptWebSocket, connectWebSocket } from "@weft/websocket";
import { dial, listen } from "./transports.ts";

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;
const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** How far the resident memory has grown, at its highest, in MiB. */
function watchMemory(): () => number {
  const start = process.memoryUsage().rss;
  let peak = start;
  const timer = setInterval(() => peak = Math.max(peak, process.memoryUsage().rss), 20);
  return () => {
    clearInterval(timer);
    return Math.round((Math.max(peak, process.memoryUsage().rss) - start) / mebibyte);
  };
}

const request = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

function report(name: string, measured: number, unit: string, most: number): void {
  const runtime = "Deno" in globalThis ? "Deno" : "Bun" in globalThis ? "Bun" : "Node";
  console.log(`${runtime.padEnd(5)} ${name}: ${measured} ${unit} (at most ${most})`);
  process.exit(measured <= most ? 0 : 1);
}

/** 3000 frames of 64 KiB meet a handler that takes 50 ms: how many leave the socket while it waits, in bytes of all kinds? */
async function flood(): Promise<void> {
  let ahead = 0;
  let handled = 0;
  const frames = new Uint8Array(65536 + 14);
  frames.set([0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  const port = await listen(async (transport, countTaken) => {
    await acceptWebSocket(transport, {
      onMessage: async () => {
        handled++;
        await sleep(50);
      },
    });
    setInterval(() => {
      ahead = Math.max(ahead, (countTaken() - request.length) / frames.length - handled);
    }, 5);
  });
  const socket = connect({ port, host: "127.0.0.1" });
  socket.write(request);
  for (let count = 0; count < 3000; count++) socket.write(frames);
  await sleep(3000);
  if (handled < 20) throw new Error(`Only ${handled} messages were handled`);
  report(
    "flood, taken off the socket ahead of a handler that waits",
    Math.ceil(10 * ahead) / 10,
    "frames",
    100,
  );
}

/** 1 GiB by `await send()` to a peer, another process, that reads 1 MiB/s for 5 s and then freely. */
async function sendToSlowReader(): Promise<void> {
  const port = await listen(async (transport) => {
    const connection = await acceptWebSocket(transport, { maxSendQueue: 2 * mebibyte });
    const message = new Uint8Array(65536);
    const growth = watchMemory();
    for (let sent = 0; sent < gibibyte; sent += message.length) await connection.send(message);
    await connection.close();
    report("slow reader, growth while 1 GiB is sent", growth(), "MiB", 64);
  });
  console.error(port);
}

/** One message of 1 GiB, taken by `messages()`. */
async function receiveStream(): Promise<void> {
  const port = await listen(async (transport) => {
    const connection = await acceptWebSocket(transport, {
      maxMessageSize: gibibyte,
      maxFragments: 1_000_000,
    });
    const growth = watchMemory();
    for await (const message of connection.messages()) {
      let size = 0;
      const reader = message.body.getReader({ mode: "byob" });
      // The reader's memory goes in and comes back, so that there is no garbage.
      let memory = new Uint8Array(65536);
      for (let done = false; !done;) {
        const result = await reader.read(memory);
        done = result.done;
        size += result.value?.length ?? 0;
        if (result.value !== undefined) memory = new Uint8Array(result.value.buffer);
      }
      if (size !== gibibyte) throw new Error(`Only ${size} bytes have arrived`);
    }
    report("one message of 1 GiB received, growth", growth(), "MiB", 64);
  });
  console.error(port);
}

/** One message of 1 GiB, sent by `sendStream()`. */
async function sendOneStream(): Promise<void> {
  const port = Number(process.argv[3]);
  const connection = await connectWebSocket(`ws://127.0.0.1:${port}/`, await dial(port));
  const piece = new Uint8Array(65536);
  function* body(): Generator<Uint8Array> {
    for (let sent = 0; sent < gibibyte; sent += piece.length) yield piece;
  }
  const growth = watchMemory();
  await connection.sendStream("binary", body());
  await connection.close();
  report("one message of 1 GiB sent, growth", growth(), "MiB", 64);
}

const scenarios: Record<string, () => Promise<void>> = {
  flood,
  "slow-reader": sendToSlowReader,
  "receive-stream": receiveStream,
  "send-stream": sendOneStream,
};
await scenarios[process.argv[2] ?? ""]!();
