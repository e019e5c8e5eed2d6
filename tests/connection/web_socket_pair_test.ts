import { test } from "node:test";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createWebSocketPair } from "../../src/connection/create_web_socket_pair.ts";
import { WebSocketError } from "../../src/connection/web_socket_error.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { settle, stateOf } from "../kit/held_connection.ts";

test("createWebSocketPair() makes a client and a server that are each other's peer", async () => {
  const [client, server] = createWebSocketPair({ protocol: "chat" }, { protocol: "chat" });
  assertEquals([client.role, server.role, client.protocol], ["client", "server", "chat"]);
  await client.send("Hello");
  await server.send(Uint8Array.of(1, 2));
  assertEquals(await server.receive(), "Hello");
  assertEquals(await client.receive(), Uint8Array.of(1, 2));
  assertEquals(typeof await client.ping(), "number");
  assertEquals(await client.close({ closeCode: 4000, reason: "bye" }), {
    closeCode: 4000,
    reason: "",
    wasClean: true,
  });
  assertEquals(await server.closed, { closeCode: 4000, reason: "bye", wasClean: true });
});

test("either end of a pair may close first, and both at once", async () => {
  for (const first of [[0], [1], [0, 1], [1, 0]]) {
    const pair = createWebSocketPair();
    for (const index of first) void pair[index]!.close();
    for (const end of pair) assertEquals((await end.closed).wasClean, true);
  }
});

test("options that mean nothing leave no timer of the first end behind", () => {
  const clock = createManualClock();
  assertThrows(() => createWebSocketPair({ clock }, { closeTimeout: -1 }), RangeError);
  assertThrows(() => createWebSocketPair({ clock, pingInterval: -1 }), RangeError);
  assertEquals(clock.pending, 0);
});

test("a send to an end that does not read is pending, and goes on when it does", async () => {
  const [client, server] = createWebSocketPair();
  let sent = 0;
  const sending = (async () => {
    for (; sent < 100; sent++) await client.send(new Uint8Array(20_000));
  })();
  await settle();
  assertEquals(sent < 20, true);
  for (let count = 0; count < 100; count++) {
    assertEquals((await server.receive() as Uint8Array).length, 20_000);
  }
  await sending;
  assertEquals(client.bufferedAmount, 0);
  await client.close();
});

test("abort() at one end is an end without a Close at the other, whoever is sending", async () => {
  for (const size of [10, 20_000, 1_000_000]) {
    const [client, server] = createWebSocketPair();
    const sent = Array.from({ length: 20 }, () => client.send(new Uint8Array(size)));
    await settle();
    server.abort();
    assertEquals((await client.closed).closeCode, 1006);
    for (const promise of sent) assertEquals(await stateOf(promise) === "pending", false);
    await assertRejects(() => client.send("late"), WebSocketError);
  }
});

test("abort() at one end ends the sends of another that is not reading", async () => {
  const [client, server] = createWebSocketPair();
  for (let count = 0; count < 50; count++) void server.send("unread");
  const sending = (async () => {
    for (;;) await client.send(new Uint8Array(30_000));
  })();
  sending.catch(() => {});
  await settle();
  server.abort();
  await assertRejects(() => sending, WebSocketError);
  assertEquals((await client.closed).closeCode, 1006);
});

test("abort() inside a handler ends a pair, both promises of it", async () => {
  const [client, server] = createWebSocketPair({}, { onMessage: (_, connection) => connection.abort() });
  const sent = client.send(new Uint8Array(200_000));
  assertEquals((await server.closed).closeCode, 1006);
  assertEquals((await client.closed).closeCode, 1006);
  assertEquals(await stateOf(sent) === "pending", false);
});

test("what was sent before close() arrives, however slowly it is read", async () => {
  const [client, server] = createWebSocketPair();
  for (let index = 0; index < 100; index++) void client.send(`${index}`);
  const closed = client.close();
  for (let index = 0; index < 100; index++) {
    assertEquals(await server.receive(), `${index}`);
    if (index % 30 === 0) await settle();
  }
  assertEquals(await server.receive(), undefined);
  assertEquals((await closed).wasClean, true);
});

test("a pair that talks to itself without end lets timers have their turn", async () => {
  const echo = {
    onMessage: (message: string | Uint8Array, connection: { send(message: string): unknown }) =>
      void connection.send(message as string),
  };
  const [client, server] = createWebSocketPair(echo, echo);
  await client.send("ball");
  await settle();
  await settle();
  client.abort();
  await server.closed;
});

test("one message of 8 MiB in fragments goes through whole", async () => {
  const [client, server] = createWebSocketPair({ fragmentSize: 65536 }, { maxMessageSize: 2 ** 24 });
  const bytes = new Uint8Array(2 ** 23);
  for (let at = 0; at < bytes.length; at += 4096) bytes[at] = at >>> 12;
  void client.send(bytes);
  const received = await server.receive() as Uint8Array;
  assertEquals(received.length, bytes.length);
  assertEquals(received.every((byte, at) => byte === bytes[at]), true);
  assertEquals(server.stats.framesReceived, 128);
  await client.close();
});
