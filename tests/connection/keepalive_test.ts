import { test } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import type { Clock } from "../../src/connection/clock.ts";
import { WebSocketError } from "../../src/connection/web_socket_error.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { decodeFrames } from "../kit/frames.ts";
import { HeldConnection, settle, spin } from "../kit/held_connection.ts";

/** Lets time pass, and the connection do its part in between. */
async function pass(held: HeldConnection, milliseconds: number): Promise<void> {
  await spin(20);
  held.clock.advance(milliseconds);
  await spin(20);
}

/** Answers every Ping that was sent; says how many there were. */
function answerPings(held: HeldConnection): number {
  const pings = decodeFrames(held.transport.read()).filter(({ opcode }) => opcode === 9);
  for (const { payload } of pings) held.peerSends("pong", payload);
  return pings.length;
}

test("a Ping goes out every pingInterval, and a peer that answers stays", async () => {
  const held = new HeldConnection({ pingInterval: 1000, pingTimeout: 1000 });
  for (let round = 0; round < 10; round++) {
    await pass(held, 999);
    assertEquals(answerPings(held), 0);
    await pass(held, 1);
    held.clock.advance(0);
    assertEquals(answerPings(held), 1);
  }
  assertEquals(held.connection.readyState, "open");
  assertEquals(held.connection.latency, 0);
});

test("the interval is kept, whether the timeout is shorter or longer", async () => {
  for (const pingTimeout of [0, 100, 1000, 5000]) {
    const held = new HeldConnection({ pingInterval: 1000, pingTimeout });
    let pings = 0;
    for (let time = 0; time < 20_000; time += 50) {
      await pass(held, 50);
      pings += answerPings(held);
    }
    assertEquals(pings, 20, `timeout ${pingTimeout}`);
  }
});

test("the default is a Ping every 20 s, and 20 s to answer", async () => {
  const held = new HeldConnection();
  await pass(held, 19_999);
  assertEquals(held.sent(), []);
  await pass(held, 1);
  assertEquals(held.sent().length, 1);
  await pass(held, 19_999);
  assertEquals(held.connection.readyState, "open");
  await pass(held, 101);
  assertEquals(held.connection.readyState, "closed");
});

test("a silent peer is given up pingTimeout after the Ping, with 1006, once (RFC 6455 §7.1.5)", async () => {
  for (const [pingInterval, pingTimeout] of [[1000, 300], [1000, 1000], [1000, 5000]] as const) {
    const held = new HeldConnection({ pingInterval, pingTimeout });
    await pass(held, pingInterval);
    await pass(held, pingTimeout - 1);
    assertEquals(held.connection.readyState, "open");
    // The answer may be there and not have been read: a moment more.
    await pass(held, 1 + 100);
    assertEquals(held.connection.readyState, "closed");
    const { closeCode, wasClean, error } = await held.connection.closed;
    assertEquals([closeCode, wasClean], [1006, false]);
    assertEquals((error as WebSocketError).message, "Cannot reach the peer: no answer to a ping");
    held.assertGone();
  }
});

test("anything at all from the peer is an answer", async () => {
  const held = new HeldConnection({ pingInterval: 1000, pingTimeout: 500, onMessage: () => {} });
  for (let round = 0; round < 20; round++) {
    await pass(held, 450);
    held.transport.deliver(held.encode("text", "a").slice(0, 3), held.encode("text", "a").slice(3));
  }
  assertEquals(held.connection.readyState, "open");
});

test("a peer that never answers a Ping but sends costs no memory for each", async () => {
  const held = new HeldConnection({ pingInterval: 1000, pingTimeout: 500, onMessage: () => {} });
  let first: Uint8Array | undefined;
  for (let round = 0; round < 50; round++) {
    await pass(held, 1000);
    first ??= decodeFrames(held.transport.read())[0]!.payload;
    held.peerSends("text", "a");
  }
  // The first Ping is forgotten: its answer is an unsolicited one.
  held.peerSends("pong", first!);
  assertEquals(held.connection.latency, undefined);
});

test("pingTimeout 0 never gives up", async () => {
  const held = new HeldConnection({ pingInterval: 1000, pingTimeout: 0 });
  for (let round = 0; round < 100; round++) await pass(held, 1000);
  assertEquals(held.connection.readyState, "open");
  assertEquals(held.sent().length, 100);
});

test("pingInterval 0 sends no Ping and has no timer", async () => {
  const held = new HeldConnection({ pingInterval: 0, pingTimeout: 10 });
  assertEquals(held.clock.pending, 0);
  await pass(held, 1_000_000);
  assertEquals(held.sent(), []);
  assertEquals(held.connection.readyState, "open");
});

test("an application that does not read is not mistaken for a peer that does not answer", async () => {
  const held = new HeldConnection({ pingInterval: 1000, pingTimeout: 300 });
  for (let index = 0; index < 100; index++) held.peerSends("text", `${index}`);
  await settle();
  assertEquals(held.transport.paused, true);
  for (let round = 0; round < 100; round++) await pass(held, 1000);
  assertEquals(held.connection.readyState, "open");
  // It reads again, and the peer is given its time from now on.
  for (let index = 0; index < 100; index++) assertEquals(await held.connection.receive(), `${index}`);
  held.peerSends("text", "still here");
  await pass(held, 300);
  assertEquals(held.connection.readyState, "open");
  await pass(held, 1000);
  await pass(held, 400);
  assertEquals(held.connection.readyState, "closed");
});

test("a peer that goes silent while nobody reads is given up once somebody does", async () => {
  const held = new HeldConnection({ pingInterval: 1000, pingTimeout: 300 });
  for (let index = 0; index < 16; index++) held.peerSends("text", `${index}`);
  await settle();
  for (let round = 0; round < 10; round++) await pass(held, 1000);
  assertEquals(held.connection.readyState, "open");
  for (let index = 0; index < 16; index++) await held.connection.receive();
  await pass(held, 1000);
  await pass(held, 400);
  await pass(held, 400);
  assertEquals(held.connection.readyState, "closed");
});

test("a timer that fires late does not judge before what has arrived is read", async () => {
  // The event loop was blocked for 30 s: the clock has moved on, and timers fire before the Pong that lies there is read.
  const clock = createManualClock();
  let blocked = 0;
  const late: Clock = {
    now: () => clock.now() + blocked,
    after: (milliseconds, run) => clock.after(milliseconds, run),
  };
  const held = new HeldConnection({ pingInterval: 1000, pingTimeout: 1000, clock: late });
  clock.advance(1000);
  await settle();
  const [ping] = decodeFrames(held.transport.read());
  blocked = 30_000;
  clock.advance(1000);
  held.peerSends("pong", ping!.payload);
  await settle();
  clock.advance(100);
  assertEquals(held.connection.readyState, "open");
  held.connection.abort();
  assertEquals(clock.pending, 0);
});

test("keepalive rests while closing, and leaves no timer behind", async () => {
  const held = new HeldConnection({ pingInterval: 1000, closeTimeout: 10_000 });
  await pass(held, 1000);
  held.transport.read();
  void held.connection.close();
  assertEquals(held.clock.pending, 1, "the close timer");
  await pass(held, 9_999);
  assertEquals(held.sent(), ["close 1000"]);
  held.peerCloses(1000);
  held.transport.deliverEnd();
  await held.connection.closed;
  held.assertGone();
});

test("the answer to a Ping of keepalive is measured as latency", async () => {
  const held = new HeldConnection({ pingInterval: 1000, pingTimeout: 1000 });
  await pass(held, 1000);
  const [ping] = decodeFrames(held.transport.read());
  held.clock.advance(40);
  held.peerSends("pong", ping!.payload);
  assertEquals(held.connection.latency, 40);
});

test("a ping() of the application that waits rejects when keepalive gives up", async () => {
  const held = new HeldConnection({ pingInterval: 1000, pingTimeout: 1000 });
  const trip = held.connection.ping();
  await pass(held, 1000);
  await pass(held, 1000);
  await pass(held, 100);
  const error = await assertRejects(() => trip, WebSocketError);
  assertEquals((error.cause as Error).message, "Cannot reach the peer: no answer to a ping");
});
