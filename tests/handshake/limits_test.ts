import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { defaultHeadLimits } from "../../src/handshake/limits.ts";
import { checkNumbers } from "../../src/protocol/engine_options.ts";

test("checkNumbers() gives the defaults where nothing is said", () => {
  assertEquals(checkNumbers({}, defaultHeadLimits), {
    maxHeaderLine: 8192,
    maxHeaders: 128,
    maxHeadSize: 32768,
  });
  assertEquals(checkNumbers({ maxHeaders: undefined }, defaultHeadLimits), defaultHeadLimits);
});

test("checkNumbers() takes what is given, and no other option with it", () => {
  const given = { maxHeaders: 0, maxHeadSize: 2 ** 40, protocols: ["chat"] };
  assertEquals(checkNumbers(given, defaultHeadLimits), {
    maxHeaderLine: 8192,
    maxHeaders: 0,
    maxHeadSize: 2 ** 40,
  });
});

test("checkNumbers() refuses a number that is no limit with a RangeError", () => {
  for (const value of [NaN, -1, 1.5, Infinity, -Infinity, 2 ** 53]) {
    assertThrows(
      () => checkNumbers({ maxHeaders: value }, defaultHeadLimits),
      RangeError,
      "Cannot use maxHeaders",
    );
  }
});

test("checkNumbers() refuses what is no number with a TypeError", () => {
  for (const value of ["1", null, 1n, {}]) {
    const given = { maxHeadSize: value as unknown as number };
    assertThrows(() => checkNumbers(given, defaultHeadLimits), TypeError, "Cannot use maxHeadSize");
  }
});
