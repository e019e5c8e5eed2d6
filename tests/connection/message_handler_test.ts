import { test } from "node:test";
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { join } from "../kit/frame_lines.ts";
import { HeldConnection, settle } from "../kit/held_connection.ts";

test("onMessage is called with each message and the connection, in order", async () => {
  const calls: unknown[] = [];
  const held = new HeldConnection({
    onMessage: (message, connection) => void calls.push([message, connection]),
  });
  held.peerSends("text", "a");
  held.peerSends("binary", Uint8Array.of(1));
  await settle();
  assertEquals(calls.map((call) => (call as unknown[])[0]), ["a", Uint8Array.of(1)]);
  for (const call of calls) assertStrictEquals((call as unknown[])[1], held.connection);
});

test("onMessage is not called before the creator has the connection in hand", async () => {
  const held: HeldConnection = new HeldConnection({
    head: new HeldConnection().encode("text", "early"),
    onMessage: (message) => {
      assertEquals(held.connection.readyState, "open");
      calls.push(message);
    },
  });
  const calls: unknown[] = [];
  await settle();
  assertEquals(calls, ["early"]);
});

test("onMessage without promises keeps the transport flowing", async () => {
  let count = 0;
  const held = new HeldConnection({ onMessage: () => count++ });
  for (let index = 0; index < 1000; index++) held.peerSends("text", "x".repeat(1000));
  await settle();
  assertEquals(count, 1000);
  assertEquals(held.transport.paused, false);
});

test("a message waits for the promise of the one before", async () => {
  const log: string[] = [];
  const held = new HeldConnection({
    async onMessage(message) {
      log.push(`begin ${message}`);
      await settle();
      log.push(`end ${message}`);
    },
  });
  held.transport.deliver(join(...["a", "b", "c"].map((text) => held.encode("text", text))));
  while (log.length < 6) await settle();
  assertEquals(log, ["begin a", "end a", "begin b", "end b", "begin c", "end c"]);
});

test("promises and plain results may take turns", async () => {
  const log: unknown[] = [];
  const held = new HeldConnection({
    onMessage(message) {
      log.push(message);
      return Number(message) % 3 === 0 ? settle() : undefined;
    },
  });
  for (let index = 0; index < 50; index++) held.peerSends("text", `${index}`);
  while (log.length < 50) await settle();
  assertEquals(log, Array.from({ length: 50 }, (_, index) => `${index}`));
});

test("messages before the Close reach a handler that was busy when the connection ended", async () => {
  let release!: () => void;
  const log: unknown[] = [];
  const held = new HeldConnection({
    onMessage(message) {
      log.push(message);
      return message === "a" ? new Promise<void>((resolve) => release = resolve) : undefined;
    },
  });
  for (const text of ["a", "b", "c"]) held.peerSends("text", text);
  held.peerCloses(1000);
  held.transport.deliverEnd();
  assertEquals((await held.connection.closed).wasClean, true);
  release();
  await settle();
  assertEquals(log, ["a", "b", "c"]);
});

test("no message reaches a handler after abort()", async () => {
  let release!: () => void;
  const log: unknown[] = [];
  const held = new HeldConnection({
    onMessage(message) {
      log.push(message);
      return new Promise<void>((resolve) => release = resolve);
    },
  });
  for (const text of ["a", "b", "c"]) held.peerSends("text", text);
  await settle();
  held.connection.abort();
  release();
  await settle();
  assertEquals(log, ["a"]);
  held.assertGone();
});

test("abort() in a handler ends the delivery of what came in the same chunk", async () => {
  const log: unknown[] = [];
  const held = new HeldConnection({
    onMessage(message, connection) {
      log.push(message);
      connection.abort();
    },
  });
  held.transport.deliver(join(...["a", "b", "c"].map((text) => held.encode("text", text))));
  await settle();
  assertEquals(log, ["a"]);
  held.assertGone();
});

test("close() in a handler passes over what comes after it", async () => {
  const log: unknown[] = [];
  const held = new HeldConnection({
    onMessage(message, connection) {
      log.push(message);
      void connection.close();
    },
  });
  held.transport.deliver(join(...["a", "b", "c"].map((text) => held.encode("text", text))));
  await settle();
  assertEquals(log, ["a"]);
  assertEquals(held.sent(), ["close 1000"]);
});

for (
  const [how, onMessage] of Object.entries({
    throws() {
      throw new Error("broken");
    },
    rejects: () => Promise.reject(new Error("broken")),
    "rejects later": () => settle().then(() => Promise.reject(new Error("broken"))),
  })
) {
  test(`a handler that ${how} closes the connection with 1011 (RFC 6455 §7.4.1)`, async () => {
    let calls = 0;
    const held = new HeldConnection({
      onMessage() {
        calls++;
        return onMessage();
      },
    });
    // In one chunk: what follows is read all the same, or the peer's Close would be lost.
    const frames = ["a", "b", "c"].map((text) => held.encode("text", text));
    held.transport.deliver(join(...frames, held.encode("ping", "p"), held.encode("text", "d").slice(0, 7)));
    while (held.connection.readyState === "open") await settle();
    held.transport.deliver(held.encode("text", "d").slice(7));
    assertEquals(held.sent().filter((frame) => frame !== "pong p"), ["close 1011"]);
    held.peerCloses(1011);
    held.transport.deliverEnd();
    const { error, ...info } = await held.connection.closed;
    assertEquals(info, { closeCode: 1011, reason: "", wasClean: true });
    assertEquals((error as Error).message, "broken");
    assertEquals(calls, 1);
    held.assertGone();
  });
}

test("a handler that throws at a message that had waited closes the connection too", async () => {
  const held = new HeldConnection({
    onMessage(message) {
      if (message === "b") throw new Error("broken");
      return settle();
    },
  });
  for (const text of ["a", "b", "c"]) held.peerSends("text", text);
  while (held.connection.readyState === "open") await settle();
  assertEquals(held.sent(), ["close 1011"]);
});

test("what was sent before the handler failed goes out before the Close, and nothing after", async () => {
  const held = new HeldConnection({
    onMessage(_, connection) {
      void connection.send("before");
      throw new Error("broken");
    },
  });
  held.peerSends("text", "a");
  await settle();
  assertEquals(held.sent(), ["text before", "close 1011"]);
  const error = await held.connection.send("after").catch((error) => error);
  assertEquals([error.name, error.closeCode, error.cause.message], ["WebSocketError", 1011, "broken"]);
});

test("closed tells at once of a transport that dies while the handler's promise is pending", async () => {
  let reject!: (error: unknown) => void;
  const held = new HeldConnection({ onMessage: () => new Promise((_, fail) => reject = fail) });
  held.peerSends("text", "a");
  await settle();
  held.transport.fail(new Error("reset"));
  const { closeCode, error } = await held.connection.closed;
  assertEquals([closeCode, (error as Error).message], [1006, "reset"]);
  reject(new Error("too late to matter"));
  await settle();
  held.assertGone();
});

test("a handler that calls receive() is told that the way is taken", async () => {
  const held = new HeldConnection({
    onMessage: (_, connection) => assertRejects(() => connection.receive(), TypeError),
  });
  held.peerSends("text", "a");
  await settle();
  assertEquals(held.connection.readyState, "open");
});

test("replies to messages that came in one chunk leave in one write", async () => {
  const held = new HeldConnection({ onMessage: (message, connection) => void connection.send(message) });
  held.transport.deliver(join(...Array.from({ length: 10 }, (_, index) => held.encode("text", `${index}`))));
  await settle();
  assertEquals(held.sent(), Array.from({ length: 10 }, (_, index) => `text ${index}`));
  assertEquals(held.transport.writes, 1);
});

test("a handler may do anything to its connection, at any message", async () => {
  const acts: ((held: HeldConnection) => unknown)[] = [
    (held) => held.connection.close(),
    (held) => held.connection.abort(),
    (held) => held.connection.close().then(() => held.connection.abort()),
    (held) => held.connection.send(new Uint8Array(100_000)),
    (held) => held.connection.sendStream("text", ["a", "b"]),
    (held) => held.connection.writable.getWriter().close(),
    (held) => held.connection[Symbol.asyncDispose](),
    (held) => {
      held.connection.abort();
      throw new Error("and that");
    },
    (held) => {
      void held.connection.close();
      return Promise.reject(new Error("and that"));
    },
  ];
  for (const act of acts) {
    for (const isAwaited of [false, true]) {
      for (const at of [0, 1, 4]) {
        let count = 0;
        const held: HeldConnection = new HeldConnection({
          onMessage() {
            if (count++ !== at) return isAwaited ? settle() : undefined;
            const result = act(held);
            return isAwaited ? result : void Promise.resolve(result).catch(() => {});
          },
        });
        held.transport.deliver(join(...Array(5).fill(held.encode("text", "a")), held.encode("ping")));
        for (let turn = 0; turn < 6; turn++) await settle();
        held.peerCloses(1000);
        held.transport.deliverEnd();
        await held.connection.closed;
        await settle();
        held.assertGone();
        const lines = held.sent();
        const closes = lines.flatMap((line, index) => line.startsWith("close") ? [index] : []);
        assertEquals(closes, closes.length === 0 ? [] : [lines.length - 1]);
      }
    }
  }
});

test("a message larger than the mark reaches a handler, however it arrives", async () => {
  for (const receiveHighWaterMark of [0, 1, 65536]) {
    const sizes: number[] = [];
    const held = new HeldConnection({
      receiveHighWaterMark,
      onMessage: (message) => void sizes.push(message.length),
    });
    const frame = held.encode("binary", new Uint8Array(300_000));
    for (let at = 0; at < frame.length; at += 10_000) held.transport.deliver(frame.slice(at, at + 10_000));
    await settle();
    assertEquals(sizes, [300_000]);
  }
});
