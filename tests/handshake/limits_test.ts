import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { defaultHeadLimits, resolveLimits } from "../../src/handshake/limits.ts";

test("resolveLimits() gives the defaults where nothing is said", () => {
  assertEquals(resolveLimits(defaultHeadLimits), {
    maxHeaderLine: 8192,
    maxHeaders: 128,
    maxHeadSize: 32768,
  });
  assertEquals(resolveLimits(defaultHeadLimits, { maxHeaders: undefined }), defaultHeadLimits);
});

test("resolveLimits() takes what is given, and no other option with it", () => {
  const given = { maxHeaders: 0, maxHeadSize: 2 ** 40, protocols: ["chat"] };
  assertEquals(resolveLimits(defaultHeadLimits, given), {
    maxHeaderLine: 8192,
    maxHeaders: 0,
    maxHeadSize: 2 ** 40,
  });
});

test("resolveLimits() refuses a number that is no limit with a RangeError", () => {
  for (const value of [NaN, -1, 1.5, Infinity, -Infinity, 2 ** 53]) {
    assertThrows(
      () => resolveLimits(defaultHeadLimits, { maxHeaders: value }),
      RangeError,
      "Cannot use maxHeaders",
    );
  }
});

test("resolveLimits() refuses what is no number with a TypeError", () => {
  for (const value of ["1", null, 1n, {}]) {
    const given = { maxHeadSize: value as unknown as number };
    assertThrows(() => resolveLimits(defaultHeadLimits, given), TypeError, "Cannot use maxHeadSize");
  }
});
