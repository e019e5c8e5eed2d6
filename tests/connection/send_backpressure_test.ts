import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { WebSocketError } from "../../src/connection/web_socket_error.ts";
import { HeldConnection, settle, stateOf } from "../kit/held_connection.ts";
import { createRandom } from "../kit/random.ts";

test("send() resolves at once while no more than the mark waits", async () => {
  const held = new HeldConnection({ sendHighWaterMark: 1000 });
  held.transport.held = true;
  assertEquals(await stateOf(held.connection.send(new Uint8Array(996))), "resolved");
  assertEquals(held.connection.bufferedAmount, 1000);
  const above = held.connection.send(new Uint8Array(0));
  assertEquals(await stateOf(above), "pending");
  held.transport.take();
  assertEquals(await stateOf(above), "resolved");
});

test("send() resolves exactly when there is room again", async () => {
  const held = new HeldConnection({ sendHighWaterMark: 1000 });
  held.transport.held = true;
  const states: Promise<unknown>[] = [];
  const order: number[] = [];
  for (let index = 0; index < 10; index++) {
    // The first is on its way by itself; the others wait behind it.
    states.push(held.connection.send(new Uint8Array(396)).then(() => order.push(index)));
    if (index === 0) await settle();
  }
  await settle();
  assertEquals(held.connection.bufferedAmount, 4000);
  assertEquals(order, [0, 1]);
  held.transport.take();
  await settle();
  // 800 wait up to the third, and 1200 up to the fourth.
  assertEquals(order, [0, 1, 2]);
  held.transport.take();
  await settle();
  assertEquals(order, Array.from({ length: 10 }, (_, index) => index));
  assertEquals(held.connection.bufferedAmount, 0);
});

test("send() resolves once the rest fits under the mark, and not before", async () => {
  const held = new HeldConnection({ sendHighWaterMark: 100_000 });
  held.transport.held = true;
  const frame = 60_000;
  const settled: number[] = [];
  // Clients copy, so that room is all that counts.
  for (let index = 0; index < 6; index++) {
    held.connection.send("x".repeat(frame - 4)).then(() => settled.push(index));
  }
  await settle();
  while (held.connection.bufferedAmount > 0) {
    const fitting = [0, 1, 2, 3, 4, 5].filter((index) => {
      const left = held.connection.bufferedAmount - (5 - index) * frame;
      return left <= 100_000;
    });
    assertEquals(settled, fitting);
    held.transport.take();
    await settle();
  }
  assertEquals(settled.length, 6);
});

test("with a mark of 0 send() is pending until the transport has taken all", async () => {
  const held = new HeldConnection({ sendHighWaterMark: 0 });
  held.transport.held = true;
  const sent = held.connection.send("a");
  assertEquals(await stateOf(sent), "pending");
  held.transport.take();
  assertEquals(await stateOf(sent), "resolved");
  held.transport.held = false;
  assertEquals(await stateOf(held.connection.send("b")), "resolved");
});

test("one write is under way at a time", async () => {
  const held = new HeldConnection();
  held.transport.held = true;
  const random = createRandom(1);
  for (let turn = 0; turn < 200; turn++) {
    const choice = random();
    if (choice < 0.4) void held.connection.send("x".repeat(random() * 40_000));
    else if (choice < 0.5) void held.connection.send(new Uint8Array(random() * 100_000));
    else if (choice < 0.6) held.peerSends("ping", `${turn}`);
    else if (choice < 0.7) await settle();
    else held.transport.take();
  }
  while (held.connection.bufferedAmount > 0) {
    held.transport.take();
    await settle();
  }
  assertEquals(held.transport.violations, []);
});

test("bufferedAmount is what was accepted less what was taken, and 0 in the end", async () => {
  const held = new HeldConnection({ role: "client" });
  held.transport.held = true;
  void held.connection.send("a".repeat(100));
  assertEquals(held.connection.bufferedAmount, 106);
  await settle();
  assertEquals(held.connection.bufferedAmount, 106);
  void held.connection.send("ü");
  assertEquals(held.connection.bufferedAmount, 114);
  held.transport.take();
  assertEquals(held.connection.bufferedAmount, 8);
  held.transport.take();
  assertEquals(held.connection.bufferedAmount, 0);
  assertEquals(held.transport.isWriting, false);
});

test("bufferedAmount counts the messages that wait for one in pieces, in bytes", async () => {
  const held = new HeldConnection();
  let end!: () => void;
  const body = new ReadableStream<string>({ start: (controller) => void (end = () => controller.close()) });
  const streamed = held.connection.sendStream("text", body);
  void held.connection.send("grün");
  void held.connection.send(new Uint8Array(10));
  assertEquals(held.connection.bufferedAmount, 15);
  end();
  await streamed;
  await settle();
  assertEquals(held.connection.bufferedAmount, 0);
  assertEquals(held.sent(), ["text", "text grün", "binary " + "\0".repeat(10)]);
});

test("send() above maxSendQueue rejects with RangeError and queues nothing of the message", async () => {
  const held = new HeldConnection({ maxSendQueue: 1000 });
  held.transport.held = true;
  const first = held.connection.send("a".repeat(900));
  await settle();
  const before = held.connection.bufferedAmount;
  await assertRejects(() => held.connection.send("b".repeat(97)), RangeError);
  // Three bytes a unit: the text is longer than it looks.
  await assertRejects(() => held.connection.send("€".repeat(33)), RangeError);
  assertEquals(held.connection.bufferedAmount, before);
  await held.connection.send("€".repeat(30));
  held.transport.take();
  held.transport.take();
  await first;
  assertEquals(held.sent(), ["text " + "a".repeat(900), "text " + "€".repeat(30)]);
});

test("one message larger than maxSendQueue goes where nothing waits", async () => {
  const held = new HeldConnection({ maxSendQueue: 1000 });
  await held.connection.send("a".repeat(5000));
  await settle();
  assertEquals(held.sent().length, 1);
});

test("a peer that stops reading makes every send() pending, and its going makes them all reject", async () => {
  const held = new HeldConnection();
  held.transport.held = true;
  const sent = Array.from({ length: 20 }, () => held.connection.send(new Uint8Array(20_000)));
  const states = await Promise.all(sent.map(stateOf));
  assertEquals(states.filter((state) => state !== "pending"), []);
  held.transport.fail(new Error("reset"));
  for (const promise of sent) {
    const error = await assertRejects(() => promise, WebSocketError);
    assertEquals((error.cause as Error).message, "reset");
  }
  held.assertGone();
});

test("close() with much queued sends it first, then the Close (RFC 6455 §5.5.1)", async () => {
  const held = new HeldConnection();
  held.transport.held = true;
  for (let index = 0; index < 16; index++) void held.connection.send(new Uint8Array(65536));
  const closed = held.connection.close();
  while (held.transport.isWriting) {
    held.transport.take();
    await settle();
  }
  const kinds = held.sent().map((line) => line.slice(0, 10).split("\0")[0]);
  assertEquals(kinds, [...Array(16).fill("binary "), "close 1000"]);
  held.peerCloses(1000);
  held.transport.deliverEnd();
  assertEquals((await closed).wasClean, true);
});

test("awaiting send() in a loop holds no more than the mark and one message", async () => {
  const held = new HeldConnection();
  held.transport.held = true;
  let most = 0;
  let isDone = false;
  const sending = (async () => {
    for (let index = 0; index < 200; index++) {
      await held.connection.send("x".repeat(10_000));
      most = Math.max(most, held.connection.bufferedAmount);
    }
    isDone = true;
  })();
  while (!isDone) {
    held.transport.take();
    await settle();
  }
  await sending;
  assert(most <= 65536 + 10_004);
});

test("10 000 pings to a connection whose peer does not read cost one Pong and a little (RFC 6455 §5.5.3)", async () => {
  const held = new HeldConnection();
  held.transport.held = true;
  void held.connection.send("on its way");
  await settle();
  for (let index = 0; index < 10_000; index++) held.peerSends("ping", `${index}`.padStart(125, "."));
  assert(held.connection.bufferedAmount < 2048);
  held.transport.take();
  held.transport.take();
  await settle();
  const lines = held.sent();
  assertEquals(lines.at(-1), "pong " + "9999".padStart(125, "."));
  assert(lines.length < 12);
});
