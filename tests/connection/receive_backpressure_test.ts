import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { join } from "../kit/frame_lines.ts";
import { HeldConnection, settle } from "../kit/held_connection.ts";

/** Delivers so many messages of so many bytes, each its own chunk. */
function flood(held: HeldConnection, count: number, size: number): void {
  for (let index = 0; index < count; index++) held.peerSends("binary", new Uint8Array(size).fill(index));
}

/** Takes messages until one does not come at once. */
async function drain(held: HeldConnection, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const message = await held.connection.receive() as Uint8Array;
    assertEquals(message[0], index % 256);
  }
}

test("16 unread messages stop the reading of the transport", async () => {
  const held = new HeldConnection();
  flood(held, 40, 10);
  await settle();
  assertEquals(held.transport.paused, true);
  assertEquals(held.transport.waiting, 24 * 16);
  await drain(held, 40);
  assertEquals(held.transport.paused, false);
});

test("64 KiB unread stop the reading of the transport", async () => {
  const held = new HeldConnection();
  flood(held, 40, 16384);
  await settle();
  assertEquals(held.transport.paused, true);
  assertEquals(held.transport.waiting, 36 * (16384 + 8));
  await drain(held, 40);
});

test("one message larger than the mark still goes through", async () => {
  for (const receiveHighWaterMark of [0, 1, 65536]) {
    const held = new HeldConnection({ receiveHighWaterMark });
    flood(held, 3, 200_000);
    await settle();
    assertEquals(held.transport.paused, true);
    await drain(held, 3);
    assertEquals(await Promise.race([held.connection.receive(), settle()]), undefined);
  }
});

test("a message that is still arriving counts, and nobody asking for it stops the reading", async () => {
  const held = new HeldConnection();
  const frame = held.encode("binary", new Uint8Array(300_000));
  for (let at = 0; at < frame.length; at += 10_000) held.transport.deliver(frame.slice(at, at + 10_000));
  await settle();
  assertEquals(held.transport.paused, true);
  assert(held.transport.waiting >= 300_000 - 65536 - 10_000);
  assertEquals((await held.connection.receive() as Uint8Array).length, 300_000);
});

test("messages that came in one chunk behind the mark wait inside, and none is lost", async () => {
  for (const receiveHighWaterMark of [0, 1, 100, 65536]) {
    const held = new HeldConnection({ receiveHighWaterMark });
    const frames = Array.from(
      { length: 100 },
      (_, index) => held.encode("binary", new Uint8Array(10).fill(index)),
    );
    held.transport.deliver(join(...frames));
    await settle();
    assertEquals(held.transport.paused, true);
    await drain(held, 100);
    assertEquals(held.transport.paused, false);
  }
});

test("the peer's Close behind messages that wait is answered once they are read, and none is lost (RFC 6455 §5.5.1)", async () => {
  const held = new HeldConnection();
  flood(held, 100, 10);
  held.peerCloses(1000, "done");
  held.transport.deliverEnd();
  await settle();
  assertEquals(held.connection.readyState, "open");
  await drain(held, 100);
  assertEquals(await held.connection.receive(), undefined);
  assertEquals(await held.connection.closed, { closeCode: 1000, reason: "done", wasClean: true });
  assertEquals(held.sent(), ["close 1000"]);
});

test("an end behind messages that wait loses none of them", async () => {
  const held = new HeldConnection();
  flood(held, 100, 10);
  held.transport.deliverEnd();
  await settle();
  assertEquals(held.connection.readyState, "open");
  await drain(held, 100);
  assertEquals(await held.connection.receive(), undefined);
  assertEquals((await held.connection.closed).closeCode, 1006);
});

test("pings are answered while the application is idle, up to the mark (RFC 6455 §5.5.2)", async () => {
  const held = new HeldConnection();
  flood(held, 15, 10);
  held.peerSends("ping", "are you there?");
  await settle();
  assertEquals(held.sent(), ["pong are you there?"]);
});

test("a Close is answered while the application is idle, up to the mark", async () => {
  const held = new HeldConnection();
  flood(held, 15, 10);
  held.peerCloses(1001);
  await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals(held.sent(), ["close 1001"]);
  await drain(held, 15);
});

test("a closing connection reads on, for the sake of the peer's Close", async () => {
  const held = new HeldConnection();
  flood(held, 100, 10);
  await settle();
  assertEquals(held.transport.paused, true);
  const closed = held.connection.close();
  flood(held, 100, 70_000);
  held.peerCloses(1000);
  held.transport.deliverEnd();
  assertEquals((await closed).wasClean, true);
  assertEquals(held.transport.waiting, 0);
});

test("a pending promise of the message handler holds the transport back in the same way", async () => {
  const pending: (() => void)[] = [];
  const handled: number[] = [];
  const held = new HeldConnection({
    onMessage(message) {
      handled.push((message as Uint8Array)[0]!);
      return new Promise<void>((resolve) => pending.push(resolve));
    },
  });
  flood(held, 40, 10);
  await settle();
  assertEquals(handled, [0]);
  assertEquals(held.transport.paused, true);
  assertEquals(held.transport.waiting, (40 - 1 - 16) * 16);
  for (let index = 1; index < 40; index++) {
    pending.shift()!();
    await settle();
    assertEquals(handled.length, index + 1);
  }
  assertEquals(handled, Array.from({ length: 40 }, (_, index) => index));
});

test("reading goes on once half is read, of messages and of bytes", async () => {
  const byCount = new HeldConnection();
  flood(byCount, 40, 10);
  await settle();
  for (let left = 16; left > 8; left--) {
    assertEquals(byCount.transport.paused, true);
    const before = byCount.transport.waiting;
    await byCount.connection.receive();
    if (left > 9) assertEquals(byCount.transport.waiting, before);
  }
  assertEquals(byCount.transport.waiting, (40 - 24) * 16);

  const byBytes = new HeldConnection();
  flood(byBytes, 40, 16_384);
  await settle();
  await byBytes.connection.receive();
  await settle();
  assertEquals(byBytes.transport.waiting, 36 * (16_384 + 8));
  await byBytes.connection.receive();
  await settle();
  assertEquals(byBytes.transport.waiting, 34 * (16_384 + 8));
});
