import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { TokenBucket } from "../../src/hub/token_bucket.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";

test("a bucket gives its burst at once, and then so many a second", () => {
  const clock = createManualClock();
  const bucket = new TokenBucket(10, 3, clock);
  assertEquals([1, 2, 3, 4].map(() => bucket.take(0)), [2, 1, 0, 0]);
  clock.advance(200);
  assertEquals([1, 2, 3].map(() => bucket.take(0)), [1, 0, 0]);
  clock.advance(1_000_000);
  assertEquals(bucket.take(0), 2);
});

test("who takes from an empty bucket gets into debt, as far as it goes", () => {
  const clock = createManualClock();
  const bucket = new TokenBucket(1, 1, clock);
  assertEquals([1, 2, 3, 4, 5].map(() => bucket.take(2)), [0, -1, -2, -2, -2]);
  clock.advance(3000);
  assertEquals([bucket.take(2), bucket.take(2)], [0, -1]);
});

test("what is dear takes what there is, and nobody gets into debt by that", () => {
  const clock = createManualClock();
  const bucket = new TokenBucket(1, 10, clock);
  bucket.charge(3);
  assertEquals(bucket.take(5), 6);
  bucket.charge(20);
  assertEquals([bucket.take(5), bucket.take(5)], [-1, -2]);
  bucket.charge(1);
  clock.advance(2000);
  assertEquals(bucket.take(5), -1);
});
