import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { OutputQueue } from "../../src/protocol/output_queue.ts";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { describeOutput, fromPeer } from "../kit/feed_engine.ts";
import { concat, sameBytes, utf8 } from "../kit/frames.ts";
import { createRandom, createRandomBytes } from "../kit/random.ts";

/** Writes bytes as a frame is written: room first, which may be more than is used. */
function write(queue: OutputQueue, bytes: Uint8Array, spare = 14, frameEnds = true): void {
  const { bytes: room, offset } = queue.reserve(bytes.length + spare);
  room.set(bytes, offset);
  // What is reserved and not committed may be scribbled on.
  room.fill(0xee, offset + bytes.length, offset + bytes.length + spare);
  queue.commit(bytes.length, frameEnds);
}

/** Writes a header and appends a payload. */
function writeLarge(queue: OutputQueue, header: Uint8Array, payload: Uint8Array): void {
  write(queue, header, 0, false);
  queue.append(payload);
}

test("OutputQueue gives out what was written, in order, small pieces in one chunk", () => {
  const queue = new OutputQueue();
  write(queue, utf8("one"));
  write(queue, utf8("two"));
  const large = utf8("large");
  writeLarge(queue, utf8("header"), large);
  write(queue, utf8("three"));
  assertEquals([queue.size, queue.taken], [22, 0]);
  const chunks = queue.take(Infinity);
  assertEquals(chunks.map((chunk) => new TextDecoder().decode(chunk)), ["onetwoheader", "large", "three"]);
  assert(chunks[1]!.buffer === large.buffer);
  assertEquals([queue.size, queue.taken, queue.take(Infinity)], [0, 22, []]);
});

test("OutputQueue cuts only where a frame ends", () => {
  const queue = new OutputQueue();
  for (let count = 0; count < 3; count++) writeLarge(queue, utf8("head"), utf8("payload"));
  const texts = (limit: number) => queue.take(limit).map((chunk) => new TextDecoder().decode(chunk));
  assertEquals(texts(0), ["head", "payload"]);
  assertEquals([queue.size, queue.taken], [22, 11]);
  assertEquals(texts(4), ["head", "payload"]);
  write(queue, utf8("end"));
  assertEquals(texts(12), ["head", "payload", "end"]);
  assertEquals([queue.size, queue.taken], [0, 36]);
});

test("OutputQueue takes up to the limit, no more than it takes", () => {
  for (const [limit, count] of [[0, 1], [1, 1], [11, 1], [12, 2], [22, 2], [23, 3], [1000, 3]] as const) {
    const queue = new OutputQueue();
    for (let index = 0; index < 3; index++) writeLarge(queue, utf8("head"), utf8("payload"));
    assertEquals(queue.take(limit).length, 2 * count);
  }
});

test("OutputQueue writes on while others do, and everyone gets their own", () => {
  const one = new OutputQueue();
  const other = new OutputQueue();
  for (let count = 0; count < 10; count++) {
    write(one, utf8("1"));
    write(other, utf8("22"));
    if (count === 4) assertEquals(concat(one.take(Infinity)), utf8("11111"));
  }
  assertEquals(concat(one.take(Infinity)), utf8("11111"));
  assertEquals(concat(other.take(Infinity)), utf8("22".repeat(10)));
});

test("OutputQueue that is cleared in the middle harms nobody", () => {
  const one = new OutputQueue();
  const other = new OutputQueue();
  write(one, utf8("lost"));
  one.clear();
  assertEquals([one.size, one.take(Infinity)], [0, []]);
  write(other, utf8("kept"));
  one.clear();
  write(one, utf8("new"));
  other.reserve(10);
  assertEquals(concat(one.take(Infinity)), utf8("new"));
  assertEquals(concat(other.take(Infinity)), utf8("kept"));
});

test("OutputQueue with room reserved and nothing written gives out nothing", () => {
  const one = new OutputQueue();
  const other = new OutputQueue();
  one.reserve(100);
  other.reserve(100);
  one.reserve(16384);
  assertEquals([one.take(Infinity), other.take(Infinity)], [[], []]);
});

test("OutputQueue holds half a slab at once, many times over", () => {
  const queue = new OutputQueue();
  const parts = Array.from({ length: 20 }, (_, seed) => createRandomBytes(16000 + seed, seed));
  for (const part of parts) write(queue, part);
  assert(sameBytes(concat(queue.take(Infinity)), concat(parts)));
});

test("OutputQueue never writes to bytes that it has given out, nor gives the same ones to two", () => {
  const random = createRandom(11);
  const queues = Array.from({ length: 5 }, () => new OutputQueue());
  const expected = queues.map((): Uint8Array[] => []);
  const given: { readonly chunk: Uint8Array; readonly copy: Uint8Array; readonly by: number }[] = [];
  const results = queues.map((): Uint8Array[] => []);
  const take = (index: number, limit: number) => {
    for (const chunk of queues[index]!.take(limit)) {
      given.push({ chunk, copy: chunk.slice(), by: index });
      results[index]!.push(chunk.slice());
    }
  };
  for (let step = 0; step < 6000; step++) {
    const index = Math.floor(random() * queues.length);
    const queue = queues[index]!;
    const choice = random();
    if (choice < 0.7) {
      const bytes = createRandomBytes(Math.floor(random() ** 6 * 16000), step);
      write(queue, bytes, Math.floor(random() * 300));
      expected[index]!.push(bytes);
    } else if (choice < 0.8) {
      const [header, payload] = [createRandomBytes(10, step), createRandomBytes(200, step)];
      writeLarge(queue, header, payload);
      expected[index]!.push(header, payload);
    } else if (choice < 0.85) {
      queue.reserve(16384);
    } else {
      take(index, random() < 0.5 ? Infinity : random() * 40000);
    }
  }
  queues.forEach((_, index) => {
    take(index, Infinity);
    assert(sameBytes(concat(results[index]!), concat(expected[index]!)));
  });
  for (const { chunk, copy } of given) {
    assert(sameBytes(chunk, copy), "a chunk changed after it was given out");
  }
  // No two chunks share a byte.
  const ranges = new Map<ArrayBufferLike, [number, number][]>();
  for (const { chunk } of given) {
    const list = ranges.get(chunk.buffer) ?? [];
    list.push([chunk.byteOffset, chunk.byteOffset + chunk.length]);
    ranges.set(chunk.buffer, list);
  }
  for (const list of ranges.values()) {
    list.sort(([one], [other]) => one - other);
    list.forEach(([start], at) => assert(at === 0 || list[at - 1]![1] <= start, "two chunks overlap"));
  }
});

test("OutputQueue writes again to what has left, and to nothing else", () => {
  const random = createRandom(13);
  const queues = Array.from({ length: 4 }, () => new OutputQueue());
  const leaving = queues.map((): { readonly chunk: Uint8Array; readonly copy: Uint8Array }[] => []);
  const memory = new Set<ArrayBufferLike>();
  let written = 0;
  for (let step = 0; step < 20_000; step++) {
    const index = Math.floor(random() * queues.length);
    const queue = queues[index]!;
    if (random() < 0.7) {
      const bytes = createRandomBytes(Math.floor(random() ** 4 * 16000), step);
      written += bytes.length;
      write(queue, bytes);
      continue;
    }
    for (const { chunk, copy } of leaving[index]!.splice(0)) assert(sameBytes(chunk, copy), "overwritten");
    queue.confirm();
    for (const chunk of queue.take(20_000)) {
      leaving[index]!.push({ chunk, copy: chunk.slice() });
      memory.add(chunk.buffer);
    }
  }
  for (const queue of queues) queue.clear();
  assert(sizeOfAll(memory) < written / 4, `${sizeOfAll(memory)} bytes of memory for ${written}`);
});

/** The bytes of all these buffers. */
function sizeOfAll(memory: Iterable<ArrayBufferLike>): number {
  let size = 0;
  for (const { byteLength } of new Set(memory)) size += byteLength;
  return size;
}

test("OutputQueue that waits holds little more than its bytes, whoever else writes", () => {
  for (const length of [2, 62, 260, 5000]) {
    const waiting = Array.from({ length: 3 }, () => new OutputQueue());
    const busy = new OutputQueue();
    const expected: Uint8Array[] = [];
    for (let round = 0; round < 500; round++) {
      const bytes = createRandomBytes(length, round);
      expected.push(bytes);
      for (const queue of waiting) write(queue, bytes);
      for (let frame = 0; frame < 3; frame++) write(busy, createRandomBytes(8000, frame));
      busy.take(Infinity);
      busy.confirm();
    }
    for (const queue of waiting) {
      const { size } = queue;
      const chunks = queue.take(Infinity);
      const held = sizeOfAll(chunks.map((chunk) => chunk.buffer));
      assert(held <= 3 * size + 65536, `${held} bytes of memory for ${size} of ${length} each`);
      assert(sameBytes(concat(chunks), concat(expected)));
    }
  }
});

test("OutputQueue joins the small frames of a turn, whoever else writes between them", () => {
  const queues = Array.from({ length: 100 }, () => new OutputQueue());
  for (let round = 0; round < 10; round++) for (const queue of queues) write(queue, utf8(`${round}`));
  for (const queue of queues) assertEquals(queue.take(Infinity), [utf8("0123456789")]);
});

test("OutputQueue gives out any number of chunks at once", () => {
  const queue = new OutputQueue();
  for (let count = 0; count < 200_000; count++) queue.append(Uint8Array.of(count));
  assertEquals(queue.take(Infinity).length, 200_000);
});

test("engines that write, answer and let go in any order send what each of them was told to", () => {
  const random = createRandom(12);
  const engines = Array.from(
    { length: 6 },
    (_, at) => new WebSocketEngine({ role: at % 2 === 0 ? "server" : "client" }),
  );
  const output = engines.map((): Uint8Array[] => []);
  const expected = engines.map((): string[] => []);
  for (let step = 0; step < 4000; step++) {
    const index = Math.floor(random() * engines.length);
    const engine = engines[index]!;
    const choice = random();
    const text = step + "x".repeat(Math.floor(random() ** 8 * 20000));
    if (choice < 0.6) {
      engine.send(text);
      expected[index]!.push(`text ${text}`);
    } else if (choice < 0.8) {
      engine.receive(fromPeer(engine.role, { opcode: 9, payload: Uint8Array.of(step >> 8, step) }));
      engine.next();
      expected[index]!.push(`pong ${step.toString(16).padStart(4, "0")}`);
    } else {
      output[index]!.push(...engine.takeOutput(random() < 0.5 ? Infinity : 1000));
    }
  }
  // One goes away; the others are none the worse.
  engines[0]!.dispose();
  engines.slice(1).forEach((engine, at) => {
    output[at + 1]!.push(...engine.takeOutput());
    const lines = describeOutput(engine.role, output[at + 1]!);
    assert(lines.join("\n") === expected[at + 1]!.join("\n"), `engine ${at + 1} sent something else`);
  });
});
