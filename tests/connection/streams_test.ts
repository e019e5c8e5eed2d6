import { test } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import { createWebSocketPair } from "../../src/connection/create_web_socket_pair.ts";
import { WebSocketError } from "../../src/connection/web_socket_error.ts";
import { HeldConnection, settle, stateOf } from "../kit/held_connection.ts";

test("readable yields the messages, and closes with a clean close", async () => {
  const held = new HeldConnection();
  const reader = held.connection.readable.getReader();
  held.peerSends("text", "a");
  held.peerSends("binary", Uint8Array.of(1));
  held.peerSends("text", "");
  assertEquals((await reader.read()).value, "a");
  assertEquals((await reader.read()).value, Uint8Array.of(1));
  assertEquals((await reader.read()).value, "");
  held.peerCloses(1000);
  held.transport.deliverEnd();
  assertEquals((await reader.read()).done, true);
  await reader.closed;
});

test("readable errors with WebSocketError where the connection was not closed cleanly", async () => {
  const held = new HeldConnection();
  const reader = held.connection.readable.getReader();
  const read = reader.read();
  await settle();
  held.transport.fail(new Error("reset"));
  const error = await assertRejects(() => read, WebSocketError);
  assertEquals([error.closeCode, (error.cause as Error).message], [1006, "reset"]);
  await assertRejects(() => reader.closed, WebSocketError);
});

test("readable takes no more than is read from it", async () => {
  const held = new HeldConnection();
  const reader = held.connection.readable.getReader();
  for (let index = 0; index < 100; index++) held.peerSends("text", `${index}`);
  assertEquals((await reader.read()).value, "0");
  await settle();
  assertEquals(held.transport.paused, true);
  for (let index = 1; index < 100; index++) assertEquals((await reader.read()).value, `${index}`);
});

test("cancelling readable closes the connection", async () => {
  const held = new HeldConnection();
  const reader = held.connection.readable.getReader();
  const read = reader.read();
  await settle();
  const cancelled = reader.cancel("enough");
  await settle();
  assertEquals(held.sent(), ["close 1000"]);
  held.peerCloses(1000);
  held.transport.deliverEnd();
  await cancelled;
  assertEquals((await read).done, true);
});

test("writable sends strings as text and bytes as binary, with the backpressure of send()", async () => {
  const held = new HeldConnection();
  held.transport.held = true;
  assertEquals(held.connection.writable, held.connection.writable);
  const writer = held.connection.writable.getWriter();
  await writer.write("a");
  await writer.write(Uint8Array.of(66));
  const large = writer.write("x".repeat(100_000));
  assertEquals(await stateOf(large), "pending");
  while (held.transport.isWriting) held.transport.take();
  await large;
  assertEquals(held.sent(), ["text a", "binary B", "text " + "x".repeat(100_000)]);
});

test("closing writable closes the connection, and is done when it is closed", async () => {
  const held = new HeldConnection();
  const writer = held.connection.writable.getWriter();
  void writer.write("last");
  const closed = writer.close();
  assertEquals(await stateOf(closed), "pending");
  assertEquals(held.sent(), ["text last", "close 1000"]);
  held.peerCloses(1000);
  held.transport.deliverEnd();
  await closed;
  await writer.closed;
});

test("aborting writable tears the connection down", async () => {
  const held = new HeldConnection();
  await held.connection.writable.abort(new Error("enough"));
  const { closeCode, error } = await held.connection.closed;
  assertEquals([closeCode, (error as Error).message], [1006, "enough"]);
  held.assertGone();
});

test("writable errors when the connection ends, without a write", async () => {
  const held = new HeldConnection();
  const writer = held.connection.writable.getWriter();
  writer.ready.catch(() => {});
  held.peerCloses(4000, "bye");
  held.transport.deliverEnd();
  const error = await assertRejects(() => writer.closed, WebSocketError);
  assertEquals([error.closeCode, error.reason], [4000, "bye"]);
});

test("writable refuses what is no message", async () => {
  const held = new HeldConnection();
  const writer = held.connection.writable.getWriter();
  writer.closed.catch(() => {});
  writer.ready.catch(() => {});
  await assertRejects(() => writer.write(1 as unknown as string), TypeError);
});

test("an echo is readable.pipeTo(writable)", async () => {
  const [client, server] = createWebSocketPair();
  const piping = server.readable.pipeTo(server.writable);
  for (const message of ["a", "", "x".repeat(200_000)]) {
    void client.send(message);
    assertEquals(await client.receive(), message);
  }
  await client.send(Uint8Array.of(1));
  assertEquals(await client.receive(), Uint8Array.of(1));
  assertEquals((await client.close()).wasClean, true);
  await piping;
  assertEquals((await server.closed).wasClean, true);
});
