import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { History } from "../../src/deflate/history.ts";
import { countAllocations } from "../kit/count_allocations.ts";
import { concat, sameBytes } from "../kit/frames.ts";
import { fuzz } from "../kit/fuzz.ts";

test("History is the last bytes that were pushed, the oldest first (RFC 7692 §7.1.2)", () => {
  fuzz(60, (chance) => {
    const windowBits = chance.pick([8, 9, 12]);
    const history = new History(windowBits);
    let expected: Uint8Array = new Uint8Array();
    for (let count = 0; count < 40; count++) {
      const bytes = chance.bytes(chance.integer(chance.pick([0, 1, 50, 255, 256, 257, 1000, 5000])));
      history.push(bytes);
      expected = concat([expected, bytes]).slice(-(1 << windowBits));
      assertEquals(history.length, expected.length);
      assert(sameBytes(history.read(), expected));
      const target = new Uint8Array(expected.length + 10);
      history.copyTo(target, 7);
      assert(sameBytes(target.subarray(7, 7 + expected.length), expected));
    }
    history.clear();
    assertEquals([history.length, history.read().length], [0, 0]);
    history.push(Uint8Array.of(1, 2));
    assertEquals(Array.from(history.read()), [1, 2]);
  });
});

test("History grows with what it holds, and no further than the window", () => {
  const allocated = countAllocations(() => new History(15).push(new Uint8Array(new ArrayBuffer(100))));
  assertEquals(allocated, 256);
  const piece = new Uint8Array(1000);
  const history = new History(12);
  const all = countAllocations(() => {
    for (let count = 0; count < 1000; count++) history.push(piece);
  });
  assert(all <= 3 * 4096, `${all} bytes`);
});
