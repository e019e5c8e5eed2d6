import { test } from "node:test";
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { applyMask, createMaskingKey } from "../../src/protocol/mask.ts";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { feed } from "../kit/feed_engine.ts";
import { concat, decodeFrames, encodeFrame, hex, mask, sameBytes, toHex } from "../kit/frames.ts";
import { createRandomBytes } from "../kit/random.ts";

const keys = ["00000000", "ffffffff", "37fa213d", "80000001", "01020304", "0000ff00"];

test("applyMask() masks any length at any offset and phase as §5.3 has it", () => {
  for (const key of keys) {
    const octets = hex(key);
    const word = new DataView(octets.buffer).getInt32(0);
    for (let length = 0; length <= 300; length += length < 140 ? 1 : 37) {
      for (let phase = 0; phase < 4; phase++) {
        const payload = createRandomBytes(length + phase, length);
        const expected = mask(payload, octets).subarray(phase);
        for (let offset = 0; offset < 5; offset++) {
          const target = new Uint8Array(length + offset + 3).fill(0x58);
          applyMask(payload, phase, target, offset, length, word, phase);
          assert(sameBytes(target.subarray(offset, offset + length), expected));
          assert(target.subarray(0, offset).every((byte) => byte === 0x58), "nothing before is touched");
          assert(
            target.subarray(offset + length).every((byte) => byte === 0x58),
            "nothing behind is touched",
          );
          // In place, in the middle of a larger buffer.
          const place = new Uint8Array(offset + length + 9);
          const view = place.subarray(offset);
          view.set(payload.subarray(phase), 2);
          applyMask(view, 2, view, 2, length, word, phase);
          assert(sameBytes(view.subarray(2, 2 + length), expected));
        }
      }
    }
  }
});

test("server: every key unmasks every length (§5.3)", () => {
  for (const key of keys) {
    for (let length = 0; length <= 40; length++) {
      const payload = createRandomBytes(length, length + 1);
      const frame = encodeFrame({ opcode: 2, payload, key: hex(key) });
      assertEquals(feed("server", frame).events, [`binary ${toHex(payload)}`.trimEnd()]);
    }
  }
});

test("server: each frame has a key of its own, in any order of keys (§5.3)", () => {
  const payloads = keys.map((_, index) => createRandomBytes(70 + index, index));
  const bytes = concat(
    keys.map((key, at) => encodeFrame({ opcode: 2, payload: payloads[at]!, key: hex(key) })),
  );
  assertEquals(feed("server", bytes).events, payloads.map((payload) => `binary ${toHex(payload)}`));
});

test("client: every frame is masked with a key of its own, frames without payload too (§5.3)", () => {
  const client = new WebSocketEngine({ role: "client" });
  const count = 3000;
  for (let index = 0; index < count; index++) {
    switch (index % 4) {
      case 0:
        client.send("Hello");
        break;
      case 1:
        client.send(new Uint8Array());
        break;
      case 2:
        client.ping();
        break;
      default:
        client.sendPiece("text", new Uint8Array(), index % 8 === 7);
    }
    if (index % 4 === 3 && index % 8 !== 7) client.sendPiece("text", new Uint8Array(), true);
  }
  const drawn = decodeFrames(concat(client.takeOutput())).map((frame) => toHex(frame.key!));
  assertEquals(drawn.length, count);
  assert(new Set(drawn).size > count - 5, "keys repeat");
});

test("client: a payload is sent masked, whatever its length, and the caller's bytes stay as they are (§5.3)", () => {
  for (const length of [1, 47, 48, 127, 128, 16369, 16370, 16371, 70000]) {
    const client = new WebSocketEngine({ role: "client" });
    const payload = createRandomBytes(length, length);
    const sent = payload.slice();
    client.send(sent);
    client.send(sent, { fragmentSize: 17000 });
    client.sendPiece("binary", sent, true);
    assertEquals(toHex(sent), toHex(payload));
    const frames = decodeFrames(concat(client.takeOutput()));
    // Three times the message, once in fragments.
    assert(sameBytes(concat(frames.map((frame) => frame.payload)), concat([payload, payload, payload])));
  }
});

test("client: a payload in a pool of buffers, whose slice() is a view, stays as it is (§5.3)", () => {
  class PooledBytes extends Uint8Array<ArrayBuffer> {
    override slice(start?: number, end?: number): PooledBytes {
      return this.subarray(start, end) as PooledBytes;
    }
  }
  const payload = Uint8Array.from(createRandomBytes(20000, 1));
  const pooled = new PooledBytes(payload.slice().buffer);
  const client = new WebSocketEngine({ role: "client" });
  client.send(pooled);
  assertEquals(toHex(Uint8Array.from(pooled)), toHex(payload));
});

test("createMaskingKey() draws on crypto.getRandomValues() and not on Math.random() (§5.3, §10.3)", () => {
  const { random } = Math;
  Math.random = () => {
    throw new Error("Math.random() is no source of keys");
  };
  try {
    const keys = Array.from({ length: 2000 }, createMaskingKey);
    assert(new Set(keys).size > 1990);
    // Each octet takes all kinds of values.
    for (const shift of [0, 8, 16, 24]) assert(new Set(keys.map((key) => (key >>> shift) & 0xff)).size > 250);
    assertNotEquals(keys.findIndex((key) => key < 0), -1);
  } finally {
    Math.random = random;
  }
});
