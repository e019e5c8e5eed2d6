import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { prepareMessage } from "@weft/websocket";
import { createManualClock } from "@weft/websocket/testing";
import { type Flusher, FlushSchedule } from "../../src/connection/flush_schedule.ts";
import { type HeldConnection, settle, spin, stateOf } from "../kit/held_connection.ts";
import { createRestingCrowd, publish, whereRest } from "../kit/resting_crowd.ts";

/** A schedule, and those who note when they write, each of which takes its time. */
class Scene {
  readonly clock = createManualClock();
  readonly schedule = new FlushSchedule(this.clock);
  written: string[] = [];

  flusher(name: string, milliseconds = 0): Flusher {
    return {
      endTurn: () => {
        this.clock.advance(milliseconds);
        this.written.push(name);
      },
    };
  }

  /** A turn in which so many write. */
  async write(count: number, milliseconds: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      this.schedule.atEndOfTurn(this.flusher("one of many", milliseconds / count));
    }
    await spin(2);
    this.written = [];
  }
}

test("those who have something to write do so at the end of the turn, in the order in which they said so", async () => {
  const scene = new Scene();
  for (const name of ["one", "two", "three"]) scene.schedule.atEndOfTurn(scene.flusher(name));
  assertEquals(scene.written, []);
  await spin(2);
  assertEquals(scene.written, ["one", "two", "three"]);
});

test("who throws when he writes takes nobody else along", async () => {
  const scene = new Scene();
  const { queueMicrotask } = globalThis;
  const turns: (() => void)[] = [];
  globalThis.queueMicrotask = (turn) => turns.push(turn);
  try {
    scene.schedule.atEndOfTurn({
      endTurn() {
        throw new Error("broken");
      },
    });
    for (const name of ["two", "three"]) scene.schedule.atEndOfTurn(scene.flusher(name));
    assertThrows(() => turns.shift()!(), Error, "broken");
    assertEquals(scene.written, []);
    turns.shift()!();
  } finally {
    globalThis.queueMicrotask = queueMicrotask;
  }
  assertEquals(scene.written, ["two", "three"]);
  await spin(2);
});

test("when writing to many has taken long, what goes to many rests for half that time, 10 ms at most", async () => {
  for (const [took, rest] of [[2, 1], [8, 4], [20, 10], [1000, 10]] as const) {
    const scene = new Scene();
    await scene.write(64, took);
    assert(scene.schedule.resting, `${took} ms`);
    scene.schedule.atEndOfRest(scene.flusher("a member"));
    scene.schedule.atEndOfRest(scene.flusher("another"));
    scene.schedule.atEndOfTurn(scene.flusher("a reply"));
    await spin(2);
    assertEquals(scene.written, ["a reply"]);
    scene.clock.advance(rest - 0.01);
    await spin(2);
    assertEquals(scene.written, ["a reply"]);
    scene.clock.advance(0.01);
    await spin(2);
    assertEquals(scene.written, ["a reply", "a member", "another"]);
    assertEquals(scene.schedule.resting, false);
    assertEquals(scene.clock.pending, 0);
  }
});

test("nothing rests where few were written to, or many in no time", async () => {
  for (const [count, took] of [[63, 1000], [1, 1000], [64, 1.9], [10_000, 0]] as const) {
    const scene = new Scene();
    await scene.write(count, took);
    assertEquals(scene.schedule.resting, false, `${count} in ${took} ms`);
    assertEquals(scene.clock.pending, 0);
  }
});

test("many that write meanwhile make the rest no longer, and those who rested begin another", async () => {
  const scene = new Scene();
  await scene.write(64, 10);
  scene.clock.advance(1);
  await scene.write(64, 2);
  for (let index = 0; index < 64; index++) scene.schedule.atEndOfRest(scene.flusher("a member", 1 / 16));
  scene.clock.advance(2);
  assertEquals(scene.schedule.resting, false);
  await spin(2);
  assertEquals([scene.written.length, scene.schedule.resting], [64, true]);
});

test(
  "while messages to many rest, others leave with what has gathered before them, and 8 KiB wait no longer",
  whereRest,
  async () => {
    const members = await createRestingCrowd();
    const [ann, ben, cy] = members as [HeldConnection, HeldConnection, HeldConnection];
    await publish("one", members);
    await publish("two", members);
    await ben.connection.send("for Ben");
    const large = "x".repeat(8100);
    for (let count = 0; count < 2; count++) void cy.connection.send(prepareMessage(large));
    await spin(4);
    assertEquals(ann.sent(), []);
    assertEquals(ben.sent(), ["text one", "text two", "text for Ben"]);
    assertEquals(cy.sent(), ["text one", "text two", `text ${large}`, `text ${large}`]);

    while (ann.transport.writes === 1) await settle();
    assertEquals([ann.sent(), ben.sent(), cy.sent()], [["text one", "text two"], [], []]);
    assertEquals(members.map(({ transport }) => transport.writes), members.map(() => 2));
    for (const { connection } of members) connection.abort();
  },
);

test(
  "what rests leaves in time, although a test has faked the timers when the rest began",
  whereRest,
  async () => {
    const { setTimeout } = globalThis;
    const resting = createRestingCrowd();
    globalThis.setTimeout = (() => 0) as unknown as typeof setTimeout;
    const members = await resting.finally(() => globalThis.setTimeout = setTimeout);
    await publish("one", members);
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (const member of members) {
      assertEquals(member.sent(), ["text one"]);
      member.connection.abort();
    }
  },
);

test(
  "who closes while messages rest sends them before the Close, whose peer ends gets them, and who aborts sends them not at all",
  whereRest,
  async () => {
    const members = await createRestingCrowd();
    const [closing, left, aborted] = members as [HeldConnection, HeldConnection, HeldConnection];
    await publish("one", members);
    void closing.connection.close();
    left.transport.deliverEnd();
    aborted.connection.abort();
    assertEquals([closing.sent(), left.sent(), aborted.sent()], [
      ["text one", "close 1000"],
      ["text one"],
      [],
    ]);
    for (const { connection } of members) connection.abort();
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (const member of members) {
      assertEquals(member.sent(), []);
      member.assertGone();
    }
  },
);

test(
  "a message to many that finds its connection resting counts as queued until it leaves",
  whereRest,
  async () => {
    const members = await createRestingCrowd();
    const [{ connection }] = members as [HeldConnection];
    await publish("x".repeat(100), members);
    assertEquals(connection.bufferedAmount, 102);
    while (connection.bufferedAmount > 0) await settle();
    for (const { connection } of members) connection.abort();
  },
);

test(
  "what rests refuses no message, and is waited for by nobody who asked to be told at once",
  whereRest,
  async () => {
    const members = await createRestingCrowd({ maxSendQueue: 100, sendHighWaterMark: 50 });
    const [ann, ben, cy] = members as [HeldConnection, HeldConnection, HeldConnection];
    await publish("one", members);
    assertEquals(ann.connection.restingAmount, 5);
    const long = "x".repeat(100);
    await ann.connection.send(long);
    void ben.connection.send(prepareMessage(long));
    assertEquals(await stateOf(cy.connection.send(prepareMessage(long))), "resolved");
    for (const member of [ann, ben, cy]) assertEquals(member.sent(), ["text one", `text ${long}`]);
    for (const { connection } of members) connection.abort();
  },
);
