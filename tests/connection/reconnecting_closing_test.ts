import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { WebSocketCloseInfo } from "../../src/connection/close_info.ts";
import { isRecoverable } from "../../src/connection/is_recoverable.ts";
import { HandshakeError } from "../../src/handshake/handshake_error.ts";
import { FlakyNetwork } from "../kit/flaky_network.ts";
import { settle } from "../kit/held_connection.ts";

test("a terminal close code is the end, told as the connection told it", async () => {
  for (const closeCode of [1000, 1003, 1008, 1009]) {
    const network = new FlakyNetwork();
    const server = await network.accept();
    await server.send("last words");
    await server.close({ closeCode, reason: "enough" });
    assertEquals(await network.client.closed, { closeCode, reason: "enough", wasClean: true });
    assertEquals(network.ends, [[closeCode, undefined]]);
    assertEquals(network.attempts.length, 1);
    assertEquals(await network.client.receive(), "last words");
    await network.assertGone();
  }
});

test("a refusal for good is the end, with the HandshakeError", async () => {
  const network = new FlakyNetwork();
  const error = new HandshakeError("Cannot connect: 403", {
    status: 403,
    statusText: "",
    headers: new Headers(),
  });
  await network.refuse(error);
  assertEquals((await network.client.closed).error, error);
  await network.assertGone();
});

test("shouldReconnect overrides what is terminal", async () => {
  const seen: WebSocketCloseInfo[] = [];
  const network = new FlakyNetwork({
    shouldReconnect(info) {
      seen.push(info);
      return info.closeCode === 1000 || (info.closeCode !== 4001 && isRecoverable(info));
    },
  });
  await network.drop(await network.accept(), 1000);
  await network.pass(500);
  await network.drop(await network.accept(), 4001);
  assertEquals((await network.client.closed).closeCode, 4001);
  assertEquals(seen.map(({ closeCode }) => closeCode), [1000, 4001]);
  await network.assertGone();
});

test("close() with a connection sends all that was given, and closes with the code", async () => {
  const network = new FlakyNetwork();
  void network.client.send("early");
  const server = await network.accept();
  void network.client.send("late");
  const closing = network.client.close({ closeCode: 4000, reason: "done" });
  assertEquals(network.client.readyState, "closing");
  assertEquals([await server.receive(), await server.receive()], ["early", "late"]);
  assertEquals(await closing, { closeCode: 4000, reason: "", wasClean: true });
  assertEquals((await server.closed).reason, "done");
  assertEquals(await network.client.close(), await closing);
  await network.assertGone();
});

test("close() during an attempt aborts it, and tears down what comes of it", async () => {
  const network = new FlakyNetwork();
  await settle();
  const closing = network.client.close();
  assertEquals(network.attempts[0]!.signal.aborted, true);
  const { closeCode, wasClean, error } = await closing;
  assertEquals([closeCode, wasClean, (error as Error).name], [1006, false, "AbortError"]);
  const server = await network.accept();
  assertEquals((await server.closed).closeCode, 1006);
  await network.assertGone();
});

test("close() before the first attempt, and while waiting for the next, connects no more", async () => {
  const early = new FlakyNetwork();
  await early.client.close();
  assertEquals(early.attempts.length, 0);
  await early.assertGone();

  const waiting = new FlakyNetwork();
  await waiting.refuse();
  assertEquals(waiting.clock.pending, 1);
  await waiting.client.close();
  assertEquals(waiting.attempts.length, 1);
  await waiting.assertGone();
});

test("close() during onOpen tears the connection down", async () => {
  const network = new FlakyNetwork({ onOpen: () => new Promise(() => {}) });
  const server = await network.accept();
  await network.client.close();
  assertEquals((await server.closed).closeCode, 1006);
  await network.assertGone();
});

test("close() refuses codes and reasons that cannot be sent, and goes on", async () => {
  const network = new FlakyNetwork();
  const server = await network.accept();
  const { client } = network;
  await assertRejects(() => client.close({ closeCode: 1006 }), RangeError);
  await assertRejects(() => client.close({ reason: "x".repeat(124) }), RangeError);
  await assertRejects(() => client.close({ closeCode: "1000" as unknown as number }), TypeError);
  await client.send("still here");
  assertEquals(await server.receive(), "still here");
  await network.drop(server);
  await network.pass(500);
  assertEquals(network.attempts.length, 2);
  await client.close();
  await network.assertGone();
});

test("close() rejects as the connection's own does, and goes on", async () => {
  const network = new FlakyNetwork({
    onOpen(connection) {
      const { close } = connection;
      connection.close = (info) =>
        info?.closeCode === 1001 ? Promise.reject(new RangeError("not here")) : close.call(connection, info);
    },
  });
  const server = await network.accept();
  await assertRejects(() => network.client.close({ closeCode: 1001 }), RangeError, "not here");
  assertEquals(network.client.readyState, "open");
  await network.drop(server);
  await network.pass(500);
  assertEquals(network.attempts.length, 2);
  await network.accept();
  assertEquals((await network.client.close()).closeCode, 1000);
  await network.assertGone();
});

test("abort() and the signal tear it down at any time, with the reason", async () => {
  const reason = new Error("enough");
  const moments: ((network: FlakyNetwork) => unknown)[] = [
    () => {},
    () => settle(),
    (network) => network.accept(),
    (network) => network.refuse(),
    async (network) => void network.client.close(void await network.accept()),
  ];
  for (const reach of moments) {
    for (const bySignal of [false, true]) {
      const controller = new AbortController();
      const network = new FlakyNetwork({ signal: controller.signal });
      await reach(network);
      if (bySignal) controller.abort(reason);
      else network.client.abort(reason);
      const { closeCode, error } = await network.client.closed;
      assert(closeCode === 1006 ? error === reason : closeCode === 1000);
      await network.assertGone();
    }
  }
});

test("a signal that was aborted before allows no attempt", async () => {
  const network = new FlakyNetwork({ signal: AbortSignal.abort("no") });
  assertEquals((await network.client.closed).error, "no");
  assertEquals(network.attempts.length, 0);
  await network.assertGone();
});

test("what onDisconnect or shouldReconnect throws is the end", async () => {
  const error = new Error("thrown");
  const fail = () => {
    throw error;
  };
  for (const options of [{ onDisconnect: fail }, { shouldReconnect: fail }]) {
    const network = new FlakyNetwork(options);
    await network.refuse();
    assertEquals((await network.client.closed).error, error);
    await network.assertGone();
  }
});

test("what a promise of onDisconnect rejects with is the end, whenever it does", async () => {
  const error = new Error("rejected");
  for (const moment of ["at once", "in the next attempt", "in onOpen", "with a connection"]) {
    let fail: () => void = () => {};
    const network = new FlakyNetwork({
      onDisconnect: (_, delay) =>
        delay === undefined ? undefined : new Promise((_, reject) => fail = () => reject(error)),
      onOpen: () => moment === "in onOpen" ? new Promise(() => {}) : undefined,
    });
    await network.refuse();
    if (moment !== "at once") await network.pass(500);
    const server = moment === "at once" || moment === "in the next attempt"
      ? undefined
      : await network.accept();
    fail();
    const { closeCode, error: told } = await network.client.closed;
    assertEquals([closeCode, told], [moment === "with a connection" ? 1011 : 1006, error]);
    if (server !== undefined) assertEquals((await server.closed).closeCode, closeCode);
    await network.assertGone();
  }
});

test("what a promise of onDisconnect rejects with at the final end is told by closed", async () => {
  const error = new Error("rejected");
  const network = new FlakyNetwork({ maxRetries: 0, onDisconnect: () => Promise.reject(error) });
  await network.refuse(new Error("refused"));
  assertEquals((await network.client.closed).error, error);
  await network.assertGone();

  let fail: (error: Error) => void = () => {};
  const late = new FlakyNetwork({ onDisconnect: () => new Promise((_, reject) => fail = reject) });
  const server = await late.accept();
  await late.drop(server, 1000);
  assertEquals(late.client.readyState, "closing");
  fail(error);
  assertEquals(await late.client.closed, { closeCode: 1000, reason: "", wasClean: true, error });
  await late.assertGone();
});

test("a promise of onDisconnect holds no attempt back, and the end no longer than connectTimeout", async () => {
  const network = new FlakyNetwork({ connectTimeout: 2000, onDisconnect: () => new Promise(() => {}) });
  await network.refuse();
  await network.pass(500);
  assertEquals(network.attempts.length, 2);
  network.client.abort();
  await network.pass(1999);
  assertEquals(network.client.readyState, "closing");
  await network.pass(1);
  await network.assertGone();
});

test("a promise of onDisconnect that rejects when all is over changes nothing", async () => {
  const fails: ((error: Error) => void)[] = [];
  const network = new FlakyNetwork({ onDisconnect: () => new Promise((_, reject) => fails.push(reject)) });
  await network.refuse();
  network.client.abort("enough");
  await network.pass(10_000);
  for (const fail of fails) fail(new Error("late"));
  assertEquals((await network.client.closed).error, "enough");
  await network.assertGone();
});

test("await using closes it", async () => {
  const network = new FlakyNetwork();
  const server = await network.accept();
  {
    await using client = network.client;
    await client.send("Hello");
  }
  assertEquals(await server.receive(), "Hello");
  await network.assertGone();
});
