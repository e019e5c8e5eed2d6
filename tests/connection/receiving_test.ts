import { test } from "node:test";
import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { HeldConnection, settle, stateOf } from "../kit/held_connection.ts";

test("receive() resolves with text as a string and binary as bytes, in order (RFC 6455 §5.6)", async () => {
  for (const role of ["client", "server"] as const) {
    const held = new HeldConnection({ role });
    held.peerSends("text", "Grüße");
    held.peerSends("binary", Uint8Array.of(1, 2, 3));
    held.peerSends("text");
    held.peerSends("binary");
    const { connection } = held;
    assertEquals(await connection.receive(), "Grüße");
    assertEquals(await connection.receive(), Uint8Array.of(1, 2, 3));
    assertEquals(await connection.receive(), "");
    assertEquals(await connection.receive(), new Uint8Array(0));
  }
});

test("receive() calls that wait are served first come, first served", async () => {
  const held = new HeldConnection();
  const received = Promise.all([1, 2, 3].map(() => held.connection.receive()));
  await settle();
  for (const text of ["a", "b", "c"]) held.peerSends("text", text);
  assertEquals(await received, ["a", "b", "c"]);
});

test("receive() called in the turn of the constructor gets the bytes read behind the handshake first", async () => {
  const held = new HeldConnection({ head: new HeldConnection().encode("text", "first") });
  held.peerSends("text", "second");
  const received = [held.connection.receive(), held.connection.receive()];
  assertEquals(await Promise.all(received), ["first", "second"]);
});

test("a message may begin in the bytes read behind the handshake, which are copied", async () => {
  const frame = new HeldConnection().encode("binary", new Uint8Array(1000).fill(7));
  for (const cut of [0, 1, 5, 6, 8, 9, 500]) {
    const head = frame.slice(0, cut);
    const held = new HeldConnection({ head });
    head.fill(0xee);
    held.transport.deliver(frame.slice(cut));
    assertEquals(await held.connection.receive(), new Uint8Array(1000).fill(7));
  }
});

test("bytes received are the receiver's own, whatever the transport does to its chunk", async () => {
  const held = new HeldConnection();
  const frame = held.encode("binary", new Uint8Array(5000).fill(1));
  held.transport.deliver(frame, frame.slice(0, 10), frame.slice(10));
  assertEquals(await held.connection.receive(), new Uint8Array(5000).fill(1));
  const second = await held.connection.receive() as Uint8Array;
  assertEquals(second, new Uint8Array(5000).fill(1));
  assertEquals(second.buffer.byteLength, 5000, "nothing larger is pinned");
});

test("for await goes on to the Close and ends there (RFC 6455 §5.5.1)", async () => {
  const held = new HeldConnection();
  held.peerSends("text", "a");
  held.peerSends("text", "b");
  held.peerCloses(1000);
  const received: unknown[] = [];
  for await (const message of held.connection) received.push(message);
  assertEquals(received, ["a", "b"]);
});

test("a loop that is left early leaves the connection open, and the next loop goes on", async () => {
  const held = new HeldConnection();
  for (const text of ["a", "b", "c"]) held.peerSends("text", text);
  for await (const message of held.connection) {
    assertEquals(message, "a");
    break;
  }
  assertEquals(held.connection.readyState, "open");
  assertEquals(await held.connection.receive(), "b");
  for await (const message of held.connection) {
    assertEquals(message, "c");
    break;
  }
});

test("an iterator is its own iterable", () => {
  const iterator = new HeldConnection().connection[Symbol.asyncIterator]() as AsyncIterableIterator<unknown>;
  assertEquals(iterator[Symbol.asyncIterator](), iterator);
});

test("receive() resolves with undefined once there is nothing more, however often it is called", async () => {
  const held = new HeldConnection();
  const waiting = [held.connection.receive(), held.connection.receive()];
  held.peerCloses(1000);
  assertEquals(await Promise.all(waiting), [undefined, undefined]);
  assertEquals(await held.connection.receive(), undefined);
  held.transport.deliverEnd();
  await held.connection.closed;
  assertEquals(await held.connection.receive(), undefined);
});

test("what came before the Close can be received after the end", async () => {
  const held = new HeldConnection();
  for (const text of ["a", "b"]) held.peerSends("text", text);
  held.peerCloses(1000);
  held.transport.deliverEnd();
  await held.connection.closed;
  assertEquals(await held.connection.receive(), "a");
  assertEquals(await held.connection.receive(), "b");
  assertEquals(await held.connection.receive(), undefined);
});

test("what came before an end without Close can be received after it (RFC 6455 §7.1.5)", async () => {
  const held = new HeldConnection();
  held.peerSends("text", "a");
  held.transport.deliver(held.encode("text", "torn").slice(0, 8));
  held.transport.deliverEnd();
  assertEquals((await held.connection.closed).closeCode, 1006);
  assertEquals(await held.connection.receive(), "a");
  assertEquals(await held.connection.receive(), undefined);
});

test("nothing that was not read is received after abort()", async () => {
  const held = new HeldConnection();
  held.peerSends("text", "a");
  await settle();
  held.connection.abort();
  assertEquals(await held.connection.receive(), undefined);
});

test("a connection is received from in one way only", async () => {
  const message = /^Cannot receive by .*: this connection receives by .*$/;
  const byHandler = new HeldConnection({ onMessage: () => {} }).connection;
  assertInstanceOf(await byHandler.receive().catch((error) => error), TypeError);
  assertThrows(() => byHandler.messages(), TypeError);
  assertThrows(() => byHandler[Symbol.asyncIterator](), TypeError);
  await assertRejects(() => byHandler.readable.getReader().read(), TypeError);

  const byReceive = new HeldConnection();
  byReceive.peerSends("text", "a");
  await byReceive.connection.receive();
  byReceive.connection[Symbol.asyncIterator]();
  assertThrows(() => byReceive.connection.messages(), TypeError);
  assertEquals(await stateOf(byReceive.connection.receive()), "pending");

  const byMessages = new HeldConnection().connection;
  byMessages.messages();
  const error = await byMessages.receive().catch((error) => error);
  assertInstanceOf(error, TypeError);
  assertEquals(message.test(error.message), true);

  const byReadable = new HeldConnection();
  byReadable.peerSends("text", "a");
  await byReadable.connection.readable.getReader().read();
  await assertRejects(() => byReadable.connection.receive(), TypeError);
  assertThrows(() => byReadable.connection.messages(), TypeError);
});

test("a look at readable does not take that way", async () => {
  const held = new HeldConnection();
  assertEquals(held.connection.readable, held.connection.readable);
  held.peerSends("text", "a");
  await settle();
  assertEquals(await held.connection.receive(), "a");
});
