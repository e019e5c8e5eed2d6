import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { createManualClock } from "../../src/testing/mod.ts";

test("createManualClock() stands still until it is advanced", () => {
  const clock = createManualClock();
  assertEquals(clock.now(), 0);
  clock.advance(1.5);
  clock.advance(0);
  assertEquals(clock.now(), 1.5);
});

test("advance() makes calls in the order of their times, those of one time in the order of asking", () => {
  const clock = createManualClock();
  const calls: [string, number][] = [];
  for (const [name, after] of [["c", 30], ["a", 10], ["d", 30], ["b", 20]] as const) {
    clock.after(after, () => calls.push([name, clock.now()]));
  }
  assertEquals(clock.pending, 4);
  clock.advance(29);
  assertEquals(calls, [["a", 10], ["b", 20]]);
  clock.advance(1);
  assertEquals(calls.slice(2), [["c", 30], ["d", 30]]);
  assertEquals(clock.pending, 0);
});

test("advance() makes calls that come up meanwhile", () => {
  const clock = createManualClock();
  const times: number[] = [];
  const tick = () => {
    times.push(clock.now());
    clock.after(10, tick);
  };
  clock.after(10, tick);
  clock.advance(35);
  assertEquals(times, [10, 20, 30]);
  assertEquals(clock.now(), 35);
});

test("after() gives a function that takes the call back, also from within another call", () => {
  const clock = createManualClock();
  const calls: string[] = [];
  const cancel = clock.after(10, () => calls.push("first"));
  const cancelLater = clock.after(20, () => calls.push("later"));
  clock.after(15, () => {
    calls.push("second");
    cancelLater();
  });
  cancel();
  cancel();
  clock.advance(100);
  assertEquals(calls, ["second"]);
});

test("advance() refuses to go back and to go on for ever, after() to wait for no time", () => {
  for (const milliseconds of [-1, NaN, Infinity, "9"]) {
    assertThrows(() => createManualClock().advance(milliseconds as number), RangeError);
  }
  const clock = createManualClock();
  assertThrows(() => clock.after(NaN, () => {}), RangeError);
  clock.after(-1, () => {});
  clock.advance(0);
  assertEquals(clock.pending, 0);
});
