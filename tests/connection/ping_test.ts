import { test } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import { WebSocketError } from "../../src/connection/web_socket_error.ts";
import { decodeFrames } from "../kit/frames.ts";
import { HeldConnection, settle, stateOf } from "../kit/held_connection.ts";

test("ping() resolves with the round trip in milliseconds, and latency remembers it (RFC 6455 §5.5.2)", async () => {
  const held = new HeldConnection();
  assertEquals(held.connection.latency, undefined);
  const trip = held.connection.ping();
  await settle();
  const [frame] = decodeFrames(held.transport.read());
  held.clock.advance(12.5);
  held.peerSends("pong", frame!.payload);
  assertEquals(await trip, 12.5);
  assertEquals(held.connection.latency, 12.5);
});

test("ping() sends a payload of one's own", async () => {
  const held = new HeldConnection();
  const bytes = Uint8Array.of(72, 105);
  const trips = [
    held.connection.ping(bytes),
    held.connection.ping(bytes.buffer),
    held.connection.ping(new Uint8Array(0)),
  ];
  bytes.fill(0);
  await settle();
  assertEquals(held.sent(), ["ping Hi", "ping Hi", "ping"]);
  held.peerSends("pong", "Hi");
  assertEquals(await stateOf(trips[0]!), "resolved");
  assertEquals(await stateOf(trips[1]!), "pending");
  held.peerSends("pong");
  await Promise.all(trips);
});

test("each ping() without a payload has another one", async () => {
  const held = new HeldConnection();
  for (let count = 0; count < 300; count++) void held.connection.ping();
  await settle();
  const payloads = decodeFrames(held.transport.read()).map(({ payload }) => payload.join());
  assertEquals(new Set(payloads).size, 300);
});

test("a Pong answers its Ping and all before it (RFC 6455 §5.5.3)", async () => {
  const held = new HeldConnection();
  const trips = ["a", "b", "c"].map((text) => held.connection.ping(new TextEncoder().encode(text)));
  await settle();
  held.clock.advance(1);
  held.peerSends("pong", "b");
  assertEquals(await Promise.all(trips.slice(0, 2)), [1, 1]);
  assertEquals(await stateOf(trips[2]!), "pending");
});

test("a Pong that nobody asked for is ignored (RFC 6455 §5.5.3)", async () => {
  const held = new HeldConnection();
  const trip = held.connection.ping(new TextEncoder().encode("a"));
  await settle();
  held.sent();
  for (let count = 0; count < 1000; count++) held.peerSends("pong", "x");
  assertEquals(await stateOf(trip), "pending");
  assertEquals(held.sent(), []);
  assertEquals(held.connection.latency, undefined);
});

test("ping() rejects more than 125 bytes, and what is no bytes (RFC 6455 §5.5)", async () => {
  const held = new HeldConnection();
  await assertRejects(() => held.connection.ping(new Uint8Array(126)), RangeError);
  await assertRejects(() => held.connection.ping("text" as unknown as Uint8Array), TypeError);
  void held.connection.ping(new Uint8Array(125));
  await settle();
  assertEquals(held.sent().length, 1);
});

test("ping() rejects on a connection that is not open, and when it ends before", async () => {
  const held = new HeldConnection();
  const waiting = held.connection.ping();
  void held.connection.close();
  const late = await assertRejects(() => held.connection.ping(), WebSocketError);
  assertEquals(late.message, "Cannot ping: the connection is closed (1000)");
  assertEquals(await stateOf(waiting), "pending");
  held.transport.deliverEnd();
  await assertRejects(() => waiting, WebSocketError);
  await assertRejects(() => held.connection.ping(), WebSocketError);
});

test("a Pong that comes while closing still answers", async () => {
  const held = new HeldConnection();
  const trip = held.connection.ping(new TextEncoder().encode("a"));
  void held.connection.close();
  held.peerSends("pong", "a");
  assertEquals(await trip, 0);
});

test("a Ping is answered with the same payload, masked by a client only (RFC 6455 §5.5.2)", async () => {
  for (const role of ["client", "server"] as const) {
    const held = new HeldConnection({ role });
    held.peerSends("ping", "x".repeat(125));
    held.peerSends("ping");
    await settle();
    assertEquals(held.sent(), ["pong " + "x".repeat(125), "pong"]);
  }
});

test("a Ping behind our Close is not answered, and no error (RFC 6455 §5.5.1)", async () => {
  const held = new HeldConnection();
  void held.connection.close();
  held.peerSends("ping", "late");
  await settle();
  assertEquals(held.sent(), ["close 1000"]);
  held.peerCloses(1000);
  held.transport.deliverEnd();
  assertEquals((await held.connection.closed).wasClean, true);
});
