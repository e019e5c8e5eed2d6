import { test } from "node:test";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createWebSocketPair } from "../../src/connection/create_web_socket_pair.ts";
import type { MessageConnection } from "../../src/connection/message_connection.ts";
import { ReconnectingConnection } from "../../src/connection/reconnecting_connection.ts";
import { WebSocketError } from "../../src/connection/web_socket_error.ts";
import { FlakyNetwork } from "../kit/flaky_network.ts";
import { settle } from "../kit/held_connection.ts";

test("messages of all connections are received in order, as if they were one", async () => {
  const network = new FlakyNetwork({ stableAfter: 0 });
  const received: unknown[] = [];
  const reading = (async () => {
    for await (const message of network.client) received.push(message);
  })();
  for (const name of ["a", "b", "c"]) {
    const server = await network.accept();
    await server.send(`${name}1`);
    await server.send(`${name}2`);
    await network.drop(server, 1012);
    await network.pass(500);
  }
  await network.client.close();
  await reading;
  assertEquals(received, ["a1", "a2", "b1", "b2", "c1", "c2"]);
  await network.assertGone();
});

test("an attempt is told what came before it, and how often in a row it went wrong", async () => {
  const network = new FlakyNetwork({ stableAfter: 0 });
  await network.refuse(new Error("first"));
  await network.pass(500);
  await network.refuse(new Error("second"));
  await network.pass(1000);
  const server = await network.accept();
  await network.drop(server, 1001);
  await network.pass(500);
  assertEquals(network.attempts.map(({ failures }) => failures), [0, 1, 2, 1]);
  assertEquals(
    network.attempts.map(({ previous }) => [previous?.closeCode, (previous?.error as Error)?.message]),
    [[undefined, undefined], [1006, "first"], [1006, "second"], [1001, undefined]],
  );
  network.client.abort();
  await network.assertGone();
});

test("onOpen prepares each connection before anything else uses it", async () => {
  const prepared: MessageConnection[] = [];
  const network = new FlakyNetwork({
    async onOpen(connection) {
      await connection.send("login");
      assertEquals(await connection.receive(), "welcome");
      prepared.push(connection);
    },
  });
  void network.client.send("queued");
  for (let round = 1; round <= 2; round++) {
    const server = await network.accept();
    assertEquals(await server.receive(), "login");
    assertEquals([network.client.connection, prepared.length], [undefined, round - 1]);
    void network.client.send("sent meanwhile");
    await server.send("welcome");
    if (round === 1) assertEquals(await server.receive(), "queued");
    assertEquals(await server.receive(), "sent meanwhile");
    assertEquals(network.client.connection, prepared.at(-1));
    await network.drop(server);
    await network.pass(1000);
  }
  network.client.abort();
  await network.assertGone();
});

test("what onOpen throws ends the connection, and counts as a failure", async () => {
  const failure = new Error("no welcome");
  const network = new FlakyNetwork({ onOpen: () => Promise.reject(failure) });
  const server = await network.accept();
  assertEquals((await server.closed).closeCode, 1006);
  assertEquals(network.infos[0]?.error, failure);
  await network.pass(500);
  assertEquals(network.attempts.length, 2);
  network.client.abort();
  await network.assertGone();
});

test("a peer that closes during onOpen is told by its code", async () => {
  const network = new FlakyNetwork({
    onOpen: async (connection) => {
      if (await connection.receive() === undefined) throw new Error("closed");
    },
  });
  const server = await network.accept();
  await server.close({ closeCode: 1008, reason: "who are you?" });
  const { closeCode, reason } = await network.client.closed;
  assertEquals([closeCode, reason], [1008, "who are you?"]);
  await network.assertGone();
});

test("readable and writable go on over all connections", async () => {
  const network = new FlakyNetwork();
  const reader = network.client.readable.getReader();
  const writer = network.client.writable.getWriter();
  for (const name of ["a", "b"]) {
    const written = writer.write(name);
    const server = await network.accept();
    await written;
    assertEquals(await server.receive(), name);
    await server.send(name);
    assertEquals((await reader.read()).value, name);
    await network.drop(server);
    await network.pass(1000);
  }
  const server = await network.accept();
  await writer.close();
  assertEquals((await server.closed).closeCode, 1000);
  assertEquals((await reader.read()).done, true);
  await assertRejects(() => network.client.receive(), TypeError, "readable");
});

test("the state, protocol and capabilities are those of the last connection", async () => {
  const network = new FlakyNetwork();
  const { client } = network;
  assertEquals([client.readyState, client.connection, client.protocol], ["open", undefined, ""]);
  assertEquals([client.capabilities, client.latency], [undefined, undefined]);
  await assertRejects(() => client.ping(), WebSocketError);
  const server = await network.accept();
  assertEquals(client.capabilities, { ...server.capabilities, streaming: false });
  const pinging = client.ping();
  void server.receive();
  assertEquals(await pinging, 0);
  assertEquals(client.latency, 0);
  assertThrows(() => client.messages(), TypeError);
  await assertRejects(() => client.sendStream("text", ["a"]), TypeError);
  await client.close();
  assertEquals(client.readyState, "closed");
  await assertRejects(() => client.ping(), WebSocketError);
});

test("protocol and extensions are empty before the first connection, and then those of the last", async () => {
  const network = new FlakyNetwork({ stableAfter: 0 });
  const { client } = network;
  assertEquals([client.protocol, client.extensions], ["", ""]);
  for (const name of ["a", "b"]) {
    const server = await network.accept({ protocol: name, extensions: `x-${name}` });
    assertEquals([client.protocol, client.extensions], [name, `x-${name}`]);
    await network.drop(server);
    assertEquals([client.protocol, client.extensions], [name, `x-${name}`]);
    await network.pass(500);
  }
  client.abort();
  await network.assertGone();
});

test("a loop over messages may be left, and another goes on", async () => {
  const network = new FlakyNetwork();
  const server = await network.accept();
  await server.send("a");
  await server.send("b");
  const iterator = network.client[Symbol.asyncIterator]();
  for (const [loop, expected] of [[network.client, "a"], [iterator, "b"]] as const) {
    for await (const message of loop) {
      assertEquals(message, expected);
      break;
    }
  }
  network.client.abort();
  await network.assertGone();
});

test("without options it goes by the system's clock and chance", async () => {
  let attempts = 0;
  const client = new ReconnectingConnection(() => {
    if (++attempts === 1) throw new Error("refused");
    return createWebSocketPair()[0];
  });
  await settle();
  client.retry();
  await client.send("Hello");
  assertEquals(attempts, 2);
  assertEquals((await client.close()).closeCode, 1000);
});

test("what connects and returns no connection is told so", async () => {
  for (const returned of [undefined, null, {}, "ws://localhost/"]) {
    const client = new ReconnectingConnection(() => returned as never, { maxRetries: 0 });
    assertEquals(await client.receive(), undefined);
    const { closeCode, error } = await client.closed;
    assertEquals([closeCode, `${error}`], [
      1006,
      "TypeError: Cannot connect: the function returned no connection",
    ]);
  }
});

test("options that mean nothing are refused at once", () => {
  const make = (options: object) => () => new ReconnectingConnection(() => new Promise(() => {}), options);
  for (
    const options of [
      { baseDelay: "1" },
      { random: 1 },
      { shouldReconnect: true },
      { onOpen: "x" },
      { onMessage: {} },
      { onDisconnect: 1 },
      { whenOffline: "drop" },
      { signal: {} },
    ]
  ) {
    assertThrows(make(options), TypeError, "Cannot use", JSON.stringify(options));
  }
  for (
    const options of [
      { baseDelay: -1 },
      { maxDelay: NaN },
      { maxRetryAfter: -1 },
      { maxRetries: 1.5 },
      { stableAfter: -1 },
      { connectTimeout: 0 },
      { maxQueuedMessages: -1 },
      { maxQueuedBytes: Infinity },
    ]
  ) {
    assertThrows(make(options), RangeError, "Cannot use", JSON.stringify(options));
  }
  assertThrows(() => new ReconnectingConnection(undefined as unknown as () => never), TypeError);
});
