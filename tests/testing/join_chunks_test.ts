import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { joinChunks } from "../../src/runtime/join_chunks.ts";
import { concat, sameBytes } from "../kit/frames.ts";
import { createRandom, createRandomBytes } from "../kit/random.ts";

test("joinChunks() joins small chunks that follow each other, and leaves large ones as they are", () => {
  const large = createRandomBytes(70_000, 1);
  const chunks = [
    Uint8Array.of(1),
    Uint8Array.of(2, 3),
    large,
    Uint8Array.of(4),
    large,
    Uint8Array.of(5),
    Uint8Array.of(),
  ];
  const joined = joinChunks(chunks);
  assertEquals(joined.map((chunk) => chunk.length), [3, 70_000, 1, 70_000, 1]);
  assertEquals([joined[1] === large, joined[2] === chunks[3]], [true, true]);
  assertEquals(joinChunks([]), []);
});

test("joinChunks() keeps every byte in order, whatever the sizes", () => {
  const random = createRandom(7);
  for (let round = 0; round < 200; round++) {
    const chunks = Array.from(
      { length: Math.floor(random() * 12) },
      (_, seed) => createRandomBytes(Math.floor(random() ** 3 * 9000), seed),
    );
    assertEquals(sameBytes(concat([...joinChunks(chunks)]), concat(chunks)), true);
  }
});
