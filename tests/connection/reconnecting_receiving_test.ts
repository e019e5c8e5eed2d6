import { test } from "node:test";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { WebSocketError } from "../../src/connection/web_socket_error.ts";
import { FlakyNetwork } from "../kit/flaky_network.ts";
import { settle, stateOf } from "../kit/held_connection.ts";

/** A server that sends so many messages, and vanishes; the delay behind it passes. */
async function serveOnce(network: FlakyNetwork, ...messages: (string | Uint8Array)[]): Promise<void> {
  const server = await network.accept();
  for (const message of messages) void server.send(message).catch(() => {});
  await settle();
  await network.drop(server);
  await network.pass(500);
}

/** So many short messages. */
function count(messages: number): string[] {
  return Array.from({ length: messages }, (_, index) => `${index}`);
}

test("it comes back however often, where one message was received and nobody asks for another", async () => {
  const network = new FlakyNetwork({ stableAfter: 0 });
  const greeting = network.client.receive();
  await serveOnce(network, "greeting");
  assertEquals(await greeting, "greeting");
  for (let round = 2; round < 10; round++) {
    await serveOnce(network);
    assertEquals(network.attempts.length, round + 1);
  }
  const server = await network.accept();
  await network.client.send("here");
  assertEquals(await server.receive(), "here");
  network.client.abort();
  await network.assertGone();
});

test("a loop that sends in its body goes on over any number of connections that end meanwhile", async () => {
  const network = new FlakyNetwork({ stableAfter: 0 });
  const answered: unknown[] = [];
  let work: () => void = () => {};
  const reading = (async () => {
    for await (const message of network.client) {
      await new Promise<void>((resolve) => work = resolve);
      await network.client.send(`re: ${message}`);
      answered.push(message);
    }
  })();
  await serveOnce(network, "a", "b");
  for (const message of ["c", "d", "e"]) await serveOnce(network, message);
  for (let message = 0; message < 5; message++) {
    work();
    const server = await network.accept();
    assertEquals(await server.receive(), `re: ${"abcde"[message]}`);
    await settle();
    await network.drop(server, 1012);
    await network.pass(500);
  }
  assertEquals(answered, ["a", "b", "c", "d", "e"]);
  await network.client.close();
  await reading;
  await network.assertGone();
});

test("what connections leave unread is received in order, before what comes by the next", async () => {
  const network = new FlakyNetwork({ stableAfter: 0 });
  const { client } = network;
  const first = client.receive();
  await serveOnce(network, "a1", "a2", "a3");
  await serveOnce(network, "b1");
  await serveOnce(network, "c1", "c2");
  const server = await network.accept();
  await server.send("d1");
  const all = [first, ...Array.from({ length: 6 }, () => client.receive())];
  assertEquals(await Promise.all(all), ["a1", "a2", "a3", "b1", "c1", "c2", "d1"]);
  const pending = [client.receive(), client.receive()];
  await server.send("d2");
  await network.drop(server, 1012);
  await network.pass(500);
  assertEquals([await stateOf(pending[0]!), await stateOf(pending[1]!)], ["resolved", "pending"]);
  await serveOnce(network, "e1");
  assertEquals(await Promise.all(pending), ["d2", "e1"]);
  client.abort();
  await network.assertGone();
});

test("16 unread messages of ended connections hold the next attempt back, until one is read", async () => {
  const network = new FlakyNetwork({ stableAfter: 0 });
  const first = network.client.receive();
  await serveOnce(network, "first", ...count(8));
  await serveOnce(network, ...count(8));
  assertEquals([await first, network.attempts.length], ["first", 2]);
  await network.pass(60_000);
  assertEquals(network.attempts.length, 2);
  assertEquals(await network.client.receive(), "0");
  await settle();
  assertEquals(network.attempts.length, 3);
  network.client.abort();
  await network.assertGone();
});

test("64 KiB of unread bytes hold the next attempt back, but not for send(), refused or not, and retry()", async () => {
  const part = new Uint8Array(8192);
  for (const press of ["before", "later", "refused", "retry"]) {
    const whenOffline = press === "refused" ? "refuse" : "queue";
    const network = new FlakyNetwork({ stableAfter: 0, whenOffline });
    const { client } = network;
    const first = client.receive();
    await serveOnce(network, "first", part, part, part, part);
    const server = await network.accept();
    for (let index = 0; index < 4; index++) await server.send(part);
    await network.drop(server);
    if (press === "before") void client.send("pressing");
    await network.pass(500);
    assertEquals([await first, network.attempts.length], ["first", press === "before" ? 3 : 2]);
    if (press === "later" || press === "refused") void client.send("pressing");
    if (press === "retry") client.retry();
    await settle();
    assertEquals(network.attempts.length, 3);
    await network.refuse();
    await network.pass(1000);
    if (press === "retry") client.retry();
    const next = await network.accept();
    assertEquals(network.attempts.length, 4);
    if (press === "before" || press === "later") assertEquals(await next.receive(), "pressing");
    for (let index = 0; index < 8; index++) assertEquals(await client.receive(), part);
    client.abort();
    await network.assertGone();
  }
});

test("close(), abort() and the signal end it while an attempt is held back", async () => {
  for (const end of ["close", "abort", "signal"]) {
    const controller = new AbortController();
    const network = new FlakyNetwork({ stableAfter: 0, signal: controller.signal });
    const { client } = network;
    const first = client.receive();
    await serveOnce(network, "first", ...count(8));
    await serveOnce(network, ...count(8));
    assertEquals([await first, network.attempts.length], ["first", 2]);
    if (end === "close") void client.close();
    else if (end === "abort") client.abort();
    else controller.abort();
    await client.closed;
    const left = end === "close" ? [...count(8), ...count(8)] : [];
    for (const message of left) assertEquals(await client.receive(), message);
    await network.assertGone();
    assertEquals(network.attempts.length, 2);
  }
});

test("more than 16 MiB unread are the end where something is to be sent, lest they grow for ever", async () => {
  const large = new Uint8Array(1024 * 1024);
  const network = new FlakyNetwork({
    onOpen(connection) {
      let left = 17;
      connection.receive = () => Promise.resolve(left-- > 0 ? large : undefined);
    },
  });
  const { client } = network;
  const first = client.receive();
  await serveOnce(network);
  assertEquals([(await first)?.length, client.readyState], [large.length, "open"]);
  const sent = client.send("pressing");
  await assertRejects(() => sent, WebSocketError);
  const { closeCode, error } = await client.closed;
  assertEquals([closeCode, error instanceof RangeError], [1006, true]);
  for (let index = 0; index < 16; index++) assertEquals(await client.receive(), large);
  await network.assertGone();
});

test("where nobody receives, nothing of earlier connections is kept", async () => {
  const network = new FlakyNetwork({ stableAfter: 0 });
  for (let round = 0; round < 5; round++) await serveOnce(network, `${round}`);
  const server = await network.accept();
  await server.send("last");
  assertEquals(await network.client.receive(), "last");
  network.client.abort();
  await network.assertGone();
});

test("abort() forgets what was not read, of the connection there is and of those before", async () => {
  const network = new FlakyNetwork({ stableAfter: 0 });
  const first = network.client.receive();
  await serveOnce(network, "first", "unread");
  const server = await network.accept();
  await server.send("unread too");
  await settle();
  network.client.abort();
  assertEquals(await first, "first");
  await network.assertGone();
});

test("onMessage is called with the messages of all connections, and with this one", async () => {
  const received: unknown[] = [];
  const network: FlakyNetwork = new FlakyNetwork({
    stableAfter: 0,
    onMessage(message, connection) {
      assertEquals(connection, network.client);
      received.push(message);
      return connection.send(`re: ${message}`);
    },
  });
  for (const name of ["a", "b"]) {
    const server = await network.accept();
    await server.send(`${name}1`);
    await server.send(`${name}2`);
    assertEquals([await server.receive(), await server.receive()], [`re: ${name}1`, `re: ${name}2`]);
    await network.drop(server, 1012);
    await network.pass(500);
  }
  assertEquals(received, ["a1", "a2", "b1", "b2"]);
  await assertRejects(() => network.client.receive(), TypeError, "onMessage");
  await assertRejects(() => network.client.readable.getReader().read(), TypeError, "onMessage");
  assertThrows(() => network.client[Symbol.asyncIterator](), TypeError, "onMessage");
  assertEquals((await network.client.close()).closeCode, 1006);
});

test("a promise of onMessage holds the next message back, and so its sender", async () => {
  const received: unknown[] = [];
  let finish: () => void = () => {};
  const network = new FlakyNetwork({
    onMessage(message) {
      received.push(message);
      return new Promise<void>((resolve) => finish = resolve);
    },
  });
  const server = await network.accept();
  const sent = Array.from({ length: 100 }, () => server.send(new Uint8Array(16_384)));
  await settle();
  assertEquals([received.length, await stateOf(sent.at(-1)!)], [1, "pending"]);
  for (let round = 1; round < 100; round++) {
    finish();
    await settle();
    assertEquals(received.length, round + 1);
  }
  await Promise.all(sent);
  finish();
  await network.client.close();
});

test("what onMessage throws closes the connection with 1011, for good, and is told by closed", async () => {
  const error = new Error("thrown");
  const fail = () => {
    throw error;
  };
  for (const onMessage of [fail, () => Promise.reject(error)]) {
    const network = new FlakyNetwork({ onMessage });
    const server = await network.accept();
    await server.send("one");
    await server.send("two");
    assertEquals((await server.closed).closeCode, 1011);
    assertEquals(await network.client.closed, { closeCode: 1011, reason: "", wasClean: true, error });
    assertEquals(network.infos, [await network.client.closed]);
    assertEquals(network.clock.pending, 0);
  }
});

test("what onMessage throws between two connections is the end, and so where 1011 cannot be sent", async () => {
  const error = new Error("thrown");
  let fail: (error: Error) => void = () => {};
  const onMessage = () => new Promise((_, reject) => fail = reject);
  const between = new FlakyNetwork({ onMessage });
  await serveOnce(between, "one");
  fail(error);
  assertEquals((await between.client.closed).error, error);
  assertEquals((await (await between.accept()).closed).closeCode, 1006);

  const native = new FlakyNetwork({
    onMessage,
    onOpen(connection) {
      connection.close = () => Promise.reject(new RangeError("not here"));
    },
  });
  const server = await native.accept();
  await server.send("one");
  await settle();
  fail(error);
  assertEquals(await native.client.closed, { closeCode: 1006, reason: "", wasClean: false, error });
  assertEquals((await server.closed).closeCode, 1006);
});

test("a connection with a way to receive of its own: receive() rejects, and all else goes on", async () => {
  const network = new FlakyNetwork({ stableAfter: 0 });
  const received: unknown[] = [];
  for (let round = 0; round < 2; round++) {
    const server = await network.accept({ onMessage: (message) => received.push(message) });
    await server.send("to it");
    await assertRejects(() => network.client.receive(), TypeError, "onMessage");
    await network.client.send("still here");
    assertEquals(await server.receive(), "still here");
    await network.drop(server, 1012);
    await network.pass(500);
  }
  assertEquals(received, ["to it", "to it"]);
  const server = await network.accept();
  await server.send("at last");
  assertEquals(await network.client.receive(), "at last");
  network.client.abort();
  await network.assertGone();
});

test("onMessage over a connection with a way to receive of its own is the end, with the TypeError", async () => {
  const network = new FlakyNetwork({ onMessage() {} });
  const server = await network.accept({ onMessage() {} });
  assertEquals((await server.closed).closeCode, 1011);
  assert((await network.client.closed).error instanceof TypeError);
});
