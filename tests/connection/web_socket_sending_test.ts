import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Message } from "../../src/connection/connection_options.ts";
import { createWebSocketPair } from "../../src/connection/create_web_socket_pair.ts";
import type { MessageConnection } from "../../src/connection/message_connection.ts";
import { toWebSocket } from "../../src/connection/to_web_socket.ts";
import { HeldConnection, settle } from "../kit/held_connection.ts";
import { nextEvent, recordEvents } from "../kit/socket_events.ts";

/** All that a connection still receives. */
async function receiveAll(connection: MessageConnection): Promise<Message[]> {
  const messages: Message[] = [];
  for await (const message of connection) messages.push(message);
  return messages;
}

test("send() takes text, buffers, views and Blobs, and sends them in order", async () => {
  const [client, server] = createWebSocketPair();
  const socket = toWebSocket(client);
  const bytes = Uint8Array.of(1, 2, 3, 4);
  socket.send("text");
  socket.send(new Blob([bytes]));
  socket.send("behind the Blob");
  socket.send(bytes.buffer);
  socket.send(bytes.subarray(1, 3));
  socket.send(new DataView(bytes.buffer, 3));
  socket.send(new Blob(["another"]));
  socket.send("");
  socket.close();
  assertEquals(await receiveAll(server), [
    "text",
    bytes,
    "behind the Blob",
    bytes,
    Uint8Array.of(2, 3),
    Uint8Array.of(4),
    new TextEncoder().encode("another"),
    "",
  ]);
});

test("send() sends anything else as text, and replaces lone surrogates", async () => {
  const [client, server] = createWebSocketPair();
  const socket = toWebSocket(client);
  const send = (data: unknown) => socket.send(data as string);
  for (const data of [null, undefined, 1.5, true, {}, [1, 2], "\ud800x"]) send(data);
  assertThrows(() => send(Symbol()), TypeError);
  assertThrows(() => (socket.send as () => void)(), TypeError);
  // A page has none unless it is isolated.
  if (typeof SharedArrayBuffer === "function") {
    assertThrows(() => send(new Uint8Array(new SharedArrayBuffer(1))), TypeError);
  }
  socket.close();
  assertEquals(await receiveAll(server), [
    "null",
    "undefined",
    "1.5",
    "true",
    "[object Object]",
    "1,2",
    "\ufffdx",
  ]);
});

test("the bytes given to send() may be changed as soon as it has returned", async () => {
  const held = new HeldConnection();
  held.transport.held = true;
  const socket = toWebSocket(held.connection);
  const bytes = new Uint8Array(100_000).fill(1);
  socket.send(bytes);
  bytes.fill(2);
  held.transport.held = false;
  held.transport.take();
  await settle();
  assertEquals(held.transport.read().includes(2), false);
  held.connection.abort();
  await nextEvent(socket, "close");
});

test("bufferedAmount counts the bytes of what has not left", async () => {
  const held = new HeldConnection();
  held.transport.held = true;
  const socket = toWebSocket(held.connection);
  assertEquals(socket.bufferedAmount, 0);
  socket.send("Größe");
  assertEquals(socket.bufferedAmount, 7);
  socket.send(new Uint8Array(300));
  socket.send(new Blob(["1234"]));
  assertEquals(socket.bufferedAmount, 311);
  await settle();
  assertEquals(socket.bufferedAmount, 311);
  held.transport.held = false;
  held.transport.take();
  while (socket.bufferedAmount > 0) await settle();
  held.connection.abort();
  await nextEvent(socket, "close");
});

test("bufferedAmount counts nothing twice for a peer that is always behind", async () => {
  const held = new HeldConnection({ sendHighWaterMark: 1000 });
  held.transport.held = true;
  const socket = toWebSocket(held.connection);
  for (let round = 0; round < 20; round++) {
    for (let index = 0; index < 5; index++) socket.send(new Uint8Array(400));
    await settle();
    held.transport.take();
    socket.send(new Uint8Array(400));
    await settle();
    const headers = held.connection.bufferedAmount - socket.bufferedAmount;
    assert(headers >= 0 && headers < 100, `${socket.bufferedAmount} of ${held.connection.bufferedAmount}`);
  }
  held.connection.abort();
  await nextEvent(socket, "close");
});

test("send() while closing or closed adds to bufferedAmount, and sends nothing", async () => {
  const [client, server] = createWebSocketPair();
  const socket = toWebSocket(client);
  await nextEvent(socket, "open");
  socket.close();
  socket.send("abc");
  assertEquals([socket.readyState, socket.bufferedAmount], [2, 3]);
  await nextEvent(socket, "close");
  socket.send(new Uint8Array(4));
  assertEquals([socket.readyState, socket.bufferedAmount], [3, 7]);
  assertEquals(await server.receive(), undefined);
});

test("what does not fit into the connection's queue ends it with error and close", async () => {
  const held = new HeldConnection({ maxSendQueue: 1000 });
  held.transport.held = true;
  const socket = toWebSocket(held.connection);
  const events = recordEvents(socket);
  const error = nextEvent(socket, "error");
  await nextEvent(socket, "open");
  for (let index = 0; index < 10_000; index++) socket.send("0123456789");
  assert(socket.bufferedAmount === 100_000);
  await nextEvent(socket, "close");
  assertEquals(events, ["1 open", "3 error", "3 close 1006 unclean"]);
  assert((await error as ErrorEvent).error instanceof RangeError);
  assert(socket.bufferedAmount > 90_000);
  held.assertGone();
});
