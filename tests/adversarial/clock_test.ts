import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import type { Clock } from "../../src/connection/clock.ts";
import { createManualClock, type ManualClock } from "../../src/testing/manual_clock.ts";
import { decodeFrames } from "../kit/frames.ts";
import { HeldConnection, settle } from "../kit/held_connection.ts";

const minute = 60_000;

/** The peer answers every Ping, if it does; says how many there were. */
async function answerPings(held: HeldConnection): Promise<number> {
  await settle();
  const pings = decodeFrames(held.transport.read()).filter(({ opcode }) => opcode === 9);
  for (const { payload } of pings) held.peerSends("pong", payload);
  await settle();
  return pings.length;
}

/** Timers of this clock, and whatever time. */
function readBy(timers: ManualClock, now: () => number): Clock {
  return { now, after: (milliseconds, run) => timers.after(milliseconds, run) };
}

for (
  const [kind, jump] of [["jumps back", -3_600_000], ["jumps ahead", 3_600_000], ["stands still", 0]] as const
) {
  test(`a clock that ${kind} ends no connection whose peer answers, and keeps none whose peer does not`, async () => {
    const timers = createManualClock();
    let now = 0;
    const held = new HeldConnection({
      clock: readBy(timers, () => now),
      pingInterval: 1000,
      pingTimeout: 1000,
    });
    for (let round = 0; round < 20; round++) {
      now += jump;
      const trip = held.connection.ping();
      timers.advance(1000);
      assertEquals(await answerPings(held), 2);
      assertEquals(await trip, 0);
      // It does so while a Ping is under way, too.
      const late = held.connection.ping();
      await settle();
      now += jump;
      assertEquals(await answerPings(held), 1);
      assert(Number.isFinite(await late));
      assertEquals(held.connection.readyState, "open");
    }
    timers.advance(1000);
    timers.advance(1100);
    assertEquals((await held.connection.closed).closeCode, 1006);
    assertEquals(timers.pending, 0);
  });
}

test("timers that fire once a minute, as in a page behind others, end no connection whose peer answers", async () => {
  const time = createManualClock();
  const clock: Clock = {
    now: () => time.now(),
    after: (milliseconds, run) =>
      time.after(Math.ceil((time.now() + milliseconds) / minute) * minute - time.now(), run),
  };
  const held = new HeldConnection({ clock });
  let pings = 0;
  for (let passed = 0; passed < 60 * minute; passed += minute) {
    time.advance(minute);
    pings += await answerPings(held);
  }
  assertEquals([held.connection.readyState, pings], ["open", 60]);
  // Who is silent is found out some minutes later.
  time.advance(3 * minute);
  assertEquals((await held.connection.closed).closeCode, 1006);
  assertEquals(time.pending, 0);
});

test("a closing handshake ends in time by a clock that jumps back", async () => {
  const timers = createManualClock();
  let now = 0;
  const held = new HeldConnection({ clock: readBy(timers, () => now), closeTimeout: 5000 });
  const closed = held.connection.close();
  now -= 3_600_000;
  timers.advance(5000);
  assertEquals((await closed).closeCode, 1006);
  assertEquals(timers.pending, 0);
});
