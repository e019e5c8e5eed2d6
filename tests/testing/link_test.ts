import { test } from "node:test";
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { createLink, createManualClock, type LinkOptions, randomSizes } from "../../src/testing/mod.ts";
import { createRandomBytes } from "../kit/random.ts";

function open(options?: LinkOptions): {
  reader: ReadableStreamDefaultReader<Uint8Array>;
  writer: WritableStreamDefaultWriter<Uint8Array>;
} {
  const { readable, writable } = createLink(options);
  const [reader, writer] = [readable.getReader(), writable.getWriter()];
  for (const promise of [reader.closed, writer.closed, writer.ready]) promise.catch(() => {});
  return { reader, writer };
}

/** The lengths of all chunks until the end. */
async function readLengths(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<number[]> {
  const lengths: number[] = [];
  for (let result; !(result = await reader.read()).done;) lengths.push(result.value.length);
  return lengths;
}

/** Whether a promise is still pending after all that is due has been done. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  promise.then(() => pending = false, () => pending = false);
  await new Promise((resolve) => setTimeout(resolve, 5));
  return pending;
}

test("createLink() hands chunks on as they were written, copied", async () => {
  const { reader, writer } = open();
  const chunk = new Uint8Array([1, 2, 3]);
  await writer.write(chunk);
  chunk.fill(9);
  await writer.write(new Uint8Array(2));
  await writer.close();
  assertEquals((await reader.read()).value, new Uint8Array([1, 2, 3]));
  assertEquals(await readLengths(reader), [2]);
});

test("createLink() takes an option that is undefined as one that is not given", async () => {
  const options: Record<keyof LinkOptions, undefined> = {
    chunkSizes: undefined,
    emptyChunks: undefined,
    capacity: undefined,
    delay: undefined,
    clock: undefined,
    stallAfter: undefined,
    endAfter: undefined,
    failReadAt: undefined,
    failWriteAt: undefined,
  };
  const { reader, writer } = open(options);
  await writer.write(Uint8Array.of(1, 2));
  await writer.close();
  assertEquals(await readLengths(reader), [2]);
});

test("createLink() tears and joins to one size", async () => {
  const { reader, writer } = open({ chunkSizes: 4 });
  for (const length of [3, 3, 5]) await writer.write(new Uint8Array(length));
  await writer.close();
  assertEquals(await readLengths(reader), [4, 4, 3]);
});

test("createLink() tears and joins to a list of sizes, and then as written", async () => {
  const { reader, writer } = open({ chunkSizes: [1, 4] });
  for (const length of [3, 3, 5]) await writer.write(new Uint8Array(length));
  await writer.close();
  assertEquals(await readLengths(reader), [1, 4, 1, 5]);
});

test("createLink() keeps every byte under sizes at random, the same ones for the same seed", async () => {
  const bytes = createRandomBytes(20_000, 1);
  const runs: string[] = [];
  for (let run = 0; run < 2; run++) {
    const { reader, writer } = open({ chunkSizes: randomSizes(7, 500) });
    await writer.write(bytes);
    const closed = writer.close();
    const received: number[] = [];
    const lengths: number[] = [];
    for (let result; !(result = await reader.read()).done;) {
      received.push(...result.value);
      lengths.push(result.value.length);
    }
    await closed;
    assertEquals(new Uint8Array(received), bytes);
    assert(lengths.length > 40);
    runs.push(lengths.join());
  }
  assertEquals(runs[0], runs[1]);
});

test("createLink() puts an empty chunk before each that has bytes", async () => {
  const { reader, writer } = open({ chunkSizes: 2, emptyChunks: true });
  await writer.write(new Uint8Array(3));
  await writer.close();
  assertEquals((await readLengths(reader)).filter((_, index) => index < 4), [0, 2, 0, 1]);
});

test("createLink() keeps a write pending while more than its capacity waits", async () => {
  const { reader, writer } = open({ capacity: 10 });
  await writer.write(new Uint8Array(10));
  const written = writer.write(new Uint8Array(1));
  assert(await isPending(written));
  await reader.read();
  await written;
});

test("createLink() keeps a write pending until it is read where the capacity is 0", async () => {
  const { reader, writer } = open({ capacity: 0 });
  const written = writer.write(new Uint8Array(1));
  assert(await isPending(written));
  await reader.read();
  await written;
});

test("createLink() delays each chunk by its clock", async () => {
  const clock = createManualClock();
  const { reader, writer } = open({ delay: 100, clock });
  await writer.write(new Uint8Array(1));
  const read = reader.read();
  assert(await isPending(read));
  clock.advance(99);
  assert(await isPending(read));
  clock.advance(1);
  assertEquals((await read).value, new Uint8Array(1));
});

test("createLink() stalls after so many bytes, and keeps the end to itself", async () => {
  const { reader, writer } = open({ stallAfter: 3 });
  await writer.write(new Uint8Array(5));
  await writer.close();
  assertEquals((await reader.read()).value, new Uint8Array(3));
  const read = reader.read();
  assert(await isPending(read));
  await reader.cancel();
  assertEquals((await read).done, true);
});

test("createLink() ends after so many bytes and takes what else is written", async () => {
  const { reader, writer } = open({ endAfter: 3, capacity: 4 });
  const written = [writer.write(new Uint8Array(5)), writer.write(new Uint8Array(5))];
  assertEquals(await readLengths(reader), [3]);
  await Promise.all(written);
  await writer.write(new Uint8Array(100));
  await writer.close();
});

test("createLink() is at its end at once where it ends after no byte", async () => {
  const { reader } = open({ endAfter: 0 });
  assertEquals(await readLengths(reader), []);
});

test("createLink() fails the n-th read, and whoever writes", async () => {
  const { reader, writer } = open({ failReadAt: 2 });
  await writer.write(new Uint8Array(1));
  await reader.read();
  await assertRejects(() => reader.read(), Error, "Read 2");
  await assertRejects(() => writer.write(new Uint8Array(1)), Error, "Read 2");
});

test("createLink() fails the n-th write, and the reader behind what was written before", async () => {
  const { reader, writer } = open({ failWriteAt: 2 });
  await writer.write(new Uint8Array(1));
  await assertRejects(() => writer.write(new Uint8Array(1)), Error, "Write 2");
  assertEquals((await reader.read()).value, new Uint8Array(1));
  await assertRejects(() => reader.read(), Error, "Write 2");
});

test("createLink() fails a waiting read with the reason of an abort", async () => {
  const { reader, writer } = open();
  const read = reader.read();
  const reason = new Error("enough");
  const aborted = writer.abort(reason);
  assertStrictEquals(await read.catch((error) => error), reason);
  await aborted;
});

test("createLink() fails a waiting write with the reason of a cancellation", async () => {
  const { reader, writer } = open({ capacity: 0 });
  const reason = new Error("enough");
  const written = writer.write(new Uint8Array(1)).catch((error) => error);
  await reader.cancel(reason);
  await written;
  assertStrictEquals(await writer.write(new Uint8Array(1)).catch((error) => error), reason);
});

test("createLink() refuses options that mean nothing", () => {
  for (
    const name of ["capacity", "delay", "stallAfter", "endAfter", "failReadAt", "failWriteAt", "chunkSizes"]
  ) {
    for (const value of [-1, NaN, 1.5, Infinity]) {
      assertThrows(() => createLink({ [name]: value }), RangeError, name);
    }
    for (const value of ["9", 9n, {}, null]) {
      assertThrows(() => createLink({ [name]: value }), TypeError, name);
    }
  }
  for (const name of ["failReadAt", "failWriteAt", "chunkSizes"]) {
    assertThrows(() => createLink({ [name]: 0 }), RangeError, name);
  }
  for (
    const [value, kind] of [[0, RangeError], [NaN, RangeError], ["1", TypeError], [undefined, TypeError]]
  ) {
    assertThrows(
      () => createLink({ chunkSizes: [1, value as number] }),
      kind as ErrorConstructor,
      "chunkSizes",
    );
  }
  for (const name of ["emptyChunks", "clock"]) {
    for (const value of [1, "true", {}, null]) {
      assertThrows(() => createLink({ [name]: value }), TypeError, name);
    }
  }
});

test("createLink() fails on both sides at a size that means nothing, or at one that is not to be had", async () => {
  const failing = function* () {
    yield 2;
    throw new RangeError("no more chunkSizes");
  };
  for (const sizes of [new Set([2, -3]), new Set([2, NaN]), failing()]) {
    const { reader, writer } = open({ chunkSizes: sizes });
    await writer.write(new Uint8Array(5));
    assertEquals((await reader.read()).value?.length, 2);
    await assertRejects(() => reader.read(), RangeError, "chunkSizes");
    await assertRejects(() => writer.write(new Uint8Array(1)), RangeError, "chunkSizes");
  }
});

test("randomSizes() stays within its bounds and reaches them", () => {
  const seen = new Set<number>();
  let count = 0;
  for (const size of randomSizes(3, 4)) {
    seen.add(size);
    if (++count === 1000) break;
  }
  assertEquals([...seen].sort(), [1, 2, 3, 4]);
  for (const maximum of [0, 1.5, NaN]) assertThrows(() => randomSizes(1, maximum), RangeError);
  for (const seed of [-1, 1.5, NaN]) assertThrows(() => randomSizes(seed, 9), RangeError);
  for (const value of ["9", undefined]) {
    assertThrows(() => randomSizes(value as unknown as number, 9), TypeError);
    assertThrows(() => randomSizes(1, value as unknown as number), TypeError);
  }
});
