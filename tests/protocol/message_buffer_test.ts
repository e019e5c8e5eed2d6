import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { MessageBuffer } from "../../src/protocol/message_buffer.ts";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { fromPeer, roles } from "../kit/feed_engine.ts";
import { sameBytes, utf8 } from "../kit/frames.ts";
import { createRandom, createRandomBytes } from "../kit/random.ts";

/** A buffer with an eye on what it holds. */
class WatchedBuffer {
  readonly buffer = new MessageBuffer();
  readonly #held = new Set<ArrayBuffer>();
  /** Bytes of all buffers that were filled since the last message. */
  held = 0;

  add(bytes: Uint8Array, more: number | undefined): void {
    for (let at = 0; at < bytes.length;) {
      const room = this.buffer.reserve(bytes.length - at, more === undefined ? undefined : more);
      assert(room.length > 0 && room.length <= bytes.length - at);
      room.set(bytes.subarray(at, at += room.length));
      this.#hold(room.buffer);
    }
  }

  append(bytes: Uint8Array<ArrayBuffer>): void {
    this.buffer.append(bytes);
  }

  #hold(buffer: ArrayBuffer): void {
    if (this.#held.has(buffer)) return;
    this.#held.add(buffer);
    this.held += buffer.byteLength;
  }
}

test("MessageBuffer gives the message away in a buffer of exactly its size", () => {
  for (
    const pieces of [[], [1], [127], [128], [129], [5, 5, 5], [1000], [1000, 1], [128, 128], [70000], [
      70000,
      70000,
    ], [65536, 3]]
  ) {
    for (const appends of [false, true]) {
      const watched = new WatchedBuffer();
      const total = pieces.reduce((sum, size) => sum + size, 0);
      const whole = Uint8Array.from(createRandomBytes(total, 3));
      let at = 0;
      for (const size of pieces) {
        const piece = whole.slice(at, at += size);
        if (appends) watched.append(piece);
        else watched.add(piece, undefined);
      }
      assertEquals(watched.buffer.size, total);
      const taken = watched.buffer.take();
      assert(sameBytes(taken, whole));
      assertEquals(taken.buffer.byteLength, total);
      assertEquals(watched.buffer.size, 0);
      assertEquals(watched.buffer.take().length, 0);
    }
  }
});

test("MessageBuffer holds what has arrived and a tenth, however small the pieces are (§10.4)", () => {
  for (const size of [1, 2, 7, 100, 1000, 4096, 16384, 65536]) {
    for (const total of [1000, 50_000, 1_000_000]) {
      const watched = new WatchedBuffer();
      const piece = new Uint8Array(size);
      for (let sum = 0; sum < total; sum += size) {
        watched.add(piece, undefined);
        const { held, buffer } = watched;
        assert(held <= 128 + buffer.size * 1.1, `${held} bytes held of ${buffer.size}`);
      }
    }
  }
});

test("MessageBuffer does not hold what is only known to come, but for a rest that is small (§10.4)", () => {
  for (const more of [0, 1, 127, 128, 129, 16384, 32768, 32769, 2 ** 32, 2 ** 53 - 1]) {
    for (const size of [1, 128, 1000, 32768, 65536]) {
      const watched = new WatchedBuffer();
      watched.add(new Uint8Array(size), more);
      assert(
        watched.held <= size + Math.min(more, 128 + Math.min(size, 32768)),
        `${watched.held} bytes held of ${size}`,
      );
    }
  }
});

test("MessageBuffer does not join a message that one chunk hardly missed", () => {
  const watched = new WatchedBuffer();
  const first = new Uint8Array(60000).fill(1);
  const rest = new Uint8Array(5536).fill(2);
  watched.add(first, rest.length);
  watched.add(rest, 0);
  assertEquals(watched.held, 65536);
  const taken = watched.buffer.take();
  assertEquals([taken.length, taken[59999], taken[60000]], [65536, 1, 2]);
});

test("MessageBuffer copies what is appended, and gives it on in memory of its size", () => {
  const large = new Uint8Array(70000).fill(1);
  const buffer = new MessageBuffer();
  buffer.append(large);
  assert(buffer.take().buffer !== large.buffer);
  buffer.append(large.subarray(0, 66000));
  const taken = buffer.take();
  assertEquals([taken.length, taken.buffer.byteLength], [66000, 66000]);
  buffer.append(Uint8Array.of(1, 2));
  buffer.append(large);
  buffer.append(Uint8Array.of(3));
  const joined = buffer.take();
  assertEquals([joined.length, joined[0], joined[1], joined[2], joined[70001], joined[70002]], [
    70003,
    1,
    2,
    1,
    1,
    3,
  ]);
});

test("MessageBuffer forgets what clear() is called on", () => {
  const watched = new WatchedBuffer();
  watched.add(new Uint8Array(5000).fill(1), undefined);
  watched.buffer.clear();
  assertEquals(watched.buffer.size, 0);
  watched.add(utf8("Hello"), undefined);
  assertEquals(watched.buffer.take(), Uint8Array.from(utf8("Hello")));
});

test("MessageBuffer keeps any pieces of any messages apart", () => {
  const random = createRandom(7);
  const watched = new WatchedBuffer();
  for (let round = 0; round < 300; round++) {
    const whole = createRandomBytes(Math.floor(random() ** 3 * 200_000), round);
    for (let at = 0; at < whole.length;) {
      const end = Math.min(whole.length, at + 1 + Math.floor(random() ** 4 * 100_000));
      const piece = Uint8Array.from(whole.subarray(at, end));
      if (random() < 0.3) watched.append(piece);
      else watched.add(piece, random() < 0.5 ? undefined : whole.length - end);
      at = end;
    }
    const taken = watched.buffer.take();
    assert(sameBytes(taken, whole));
    assertEquals(taken.buffer.byteLength, whole.length);
  }
});

for (const role of roles) {
  test(`${role}: collectedBytes tells what is held of a message, and holds it once (§10.4)`, () => {
    const engine = new WebSocketEngine({ role });
    const bytes = fromPeer(role, { opcode: 2, payload: new Uint8Array(10000) });
    const header = bytes.length - 10000;
    for (let at = 0; at < bytes.length - 1; at++) {
      engine.receive(bytes.subarray(at, at + 1));
      assertEquals(engine.next(), undefined);
      assertEquals(engine.collectedBytes, Math.max(0, at + 1 - header));
    }
    engine.receive(bytes.subarray(-1));
    assertEquals(engine.next()?.type, "message");
    assertEquals(engine.collectedBytes, 0);
  });

  test(`${role}: what was collected is let go when the connection fails or the peer closes (§7.1.7)`, () => {
    for (const opcode of [3, 8]) {
      const engine = new WebSocketEngine({ role });
      engine.receive(
        fromPeer(role, { opcode: 2, fin: false, payload: new Uint8Array(5000) }, { opcode }, { opcode: 1 }),
      );
      assert(engine.next() !== undefined);
      assertEquals([engine.collectedBytes, engine.unreadBytes], [0, 0]);
    }
  });
}
