import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import process from "node:process";
import { Duplex } from "node:stream";
import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { acceptWebSocket, connectWebSocket } from "@weft/websocket";
import { nodeTransport } from "@weft/websocket/node";
import type { ByteTransport } from "../../../src/connection/byte_transport.ts";

/** From Node 22.3 on; Node 20 cannot, and does not. */
const canFree = process.getBuiltinModule !== undefined && "transfer" in ArrayBuffer.prototype;

const size = 65536;

/** Two ends of a TCP connection. */
async function openSockets(): Promise<[Socket, Socket]> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const near = connect(listener.address() as { port: number });
  const [far] = await once(listener, "connection") as [Socket];
  listener.close();
  return [near, far];
}

/** The chunks that come of so many bytes, as they are left behind each call, and the bytes there were. */
async function readChunks(transport: ByteTransport): Promise<{ chunks: Uint8Array[]; bytes: Uint8Array }> {
  const chunks: Uint8Array[] = [];
  const bytes = new Uint8Array(size);
  let count = 0;
  await new Promise<void>((resolve) => {
    transport.start({
      receiveBytes(chunk) {
        chunks.push(chunk);
        bytes.set(chunk, count);
        count += chunk.length;
        if (count === size) setTimeout(resolve, 0);
      },
      receiveEnd() {},
      drained() {},
      closed() {},
    });
    transport.resume();
  });
  return { chunks, bytes };
}

test("what a socket has read is given back behind the call that tells of it, where it is much", async () => {
  const [near, far] = await openSockets();
  const payload = new Uint8Array(size).fill(7);
  // Written before it is read, so that large pieces come.
  near.write(payload);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const transport = nodeTransport(far);
  const { chunks, bytes } = await readChunks(transport);
  assertEquals(bytes, payload);
  assertEquals(chunks.some(({ length }) => length === 0), canFree);
  transport.destroy();
  near.destroy();
});

test("what others listen to as well, or gave themselves, is left alone", async () => {
  const [near, far] = await openSockets();
  const seen: Uint8Array[] = [];
  far.on("data", (chunk: Uint8Array) => seen.push(chunk));
  near.write(new Uint8Array(size).fill(7));
  const heard = nodeTransport(far);
  await readChunks(heard);
  assertEquals(seen.reduce((sum, { length }) => sum + length, 0), size);
  heard.destroy();
  near.destroy();

  const [one, other] = await openSockets();
  const head = new Uint8Array(size).fill(8);
  const headed = nodeTransport(other, head);
  assertEquals((await readChunks(headed)).bytes, new Uint8Array(size).fill(8));
  assertEquals(head.length, size);
  headed.destroy();
  one.destroy();

  const pushed = new Uint8Array(size).fill(9);
  const duplex = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  const pushing = nodeTransport(duplex);
  duplex.push(pushed);
  await readChunks(pushing);
  assertEquals(pushed.length, size);
  pushing.destroy();
});

test("messages that stay unread, in pieces and whole, outlive the memory that they were read into", async () => {
  const [near, far] = await openSockets();
  const [client, server] = await Promise.all([
    connectWebSocket("ws://localhost/", nodeTransport(near)),
    acceptWebSocket(nodeTransport(far)),
  ]);
  const messages = Array.from({ length: 40 }, (_, index) => new Uint8Array(1000 * index).fill(index));
  const sent = (async () => {
    for (const message of messages) await client.send(message, { fragmentSize: 7000 });
    await client.send("ü".repeat(100_000));
  })();
  await new Promise((resolve) => setTimeout(resolve, 30));
  for (const message of messages) {
    const received = await server.receive();
    assert(received instanceof Uint8Array && received.length === message.length);
    assertEquals(received, message);
    // The transport is paused and resumed between.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assertEquals(await server.receive(), "ü".repeat(100_000));
  await sent;
  await Promise.all([client.close(), server.receive()]);
});
