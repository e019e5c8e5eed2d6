import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { decodeScratch, decodeText, scratch } from "../../src/protocol/text.ts";
import { Utf8Validator } from "../../src/protocol/utf8_validator.ts";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { describeOutput, feed, feedFrames, fromPeer, roles } from "../kit/feed_engine.ts";
import { concat, hex, toHex, utf8 } from "../kit/frames.ts";

/** Bytes, and how many of them can be read before no text can go on like this. */
const impossible: readonly (readonly [string, number])[] = [
  ["80", 1],
  ["bf", 1],
  ["c0af", 1],
  ["c1bf", 1],
  ["e080af", 2],
  ["e09fbf", 2],
  ["eda080", 2],
  ["edbfbf", 2],
  ["f08080af", 2],
  ["f08fbfbf", 2],
  ["f4908080", 2],
  ["f5808080", 1],
  ["fe", 1],
  ["ff", 1],
  ["c241", 2],
  ["e28241", 3],
  ["e241ac", 2],
  ["f09f9841", 4],
  ["c2c2", 2],
];
const unfinished = ["c2", "e2", "e282", "ed9f", "f0", "f09f", "f09f98", "f48fbf"];
const sound = [
  "00",
  "7f",
  "c280",
  "dfbf",
  "e0a080",
  "ed9fbf",
  "ee8080",
  "efbbbf",
  "efbfbd",
  "efbfbe",
  "efbfbf",
  "f0908080",
  "f48fbfbf",
];
/** Around the lengths at which texts are decoded in another way. */
const paddings = [0, 3, 14, 15, 16, 17, 30, 31, 32, 33, 509, 511, 512, 513];
const fewPaddings = [0, 3, 15, 33];

for (const role of roles) {
  test(`${role}: sound UTF-8 is delivered exactly, whatever stands before it (§5.6)`, () => {
    for (const digits of sound) {
      for (const padding of paddings) {
        const payload = concat([utf8("x".repeat(padding)), hex(digits)]);
        const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(payload);
        if (padding < 40) {
          assertEquals(feedFrames(role, [{ opcode: 1, payload }]).events, [`text ${text}`.trimEnd()]);
        }
        const engine = new WebSocketEngine({ role });
        engine.receive(fromPeer(role, { opcode: 1, payload }));
        assertEquals(engine.next(), { type: "message", data: text });
      }
    }
  });

  test(`${role}: U+FFFD is a character like any other (§5.6)`, () => {
    const { events } = feedFrames(role, [{ opcode: 1, payload: utf8("a\ufffdb") }, {
      opcode: 1,
      payload: utf8("\ufffd"),
    }]);
    assertEquals(events, ["text a\ufffdb", "text \ufffd"]);
  });

  test(`${role}: bytes that no text can have fail with 1007 (§8.1)`, () => {
    for (const [digits] of impossible) {
      for (const padding of fewPaddings) {
        const payload = concat([utf8("x".repeat(padding)), hex(digits), utf8("y")]);
        const { events, sent, reason } = feedFrames(role, [{ opcode: 1, payload }, { opcode: 1 }]);
        assertEquals([events, sent, reason], [["fail 1007"], ["close 1007"], "text is no UTF-8"]);
      }
    }
  });

  test(`${role}: a text that ends inside a code point fails with 1007 (§8.1)`, () => {
    for (const digits of unfinished) {
      for (const padding of fewPaddings) {
        const payload = concat([utf8("x".repeat(padding)), hex(digits)]);
        assertEquals(feedFrames(role, [{ opcode: 1, payload }]).events, ["fail 1007"]);
        const parts = [{ opcode: 1, fin: false, payload }, { opcode: 0 }];
        assertEquals(feedFrames(role, parts).events, ["fail 1007"]);
      }
    }
  });

  test(`${role}: a text fails at its first impossible byte, in a frame and a message that have not ended (§8.1)`, () => {
    for (const [digits, position] of impossible) {
      for (const fin of [false, true]) {
        const payload = concat([utf8("κόσμε"), hex(digits), new Uint8Array(300)]);
        const bytes = fromPeer(role, { opcode: 1, fin, payload });
        const end = bytes.length - payload.length + utf8("κόσμε").length + position;
        assertEquals(feed(role, bytes.subarray(0, end - 1)).events, []);
        assertEquals(feed(role, bytes.subarray(0, end)).events, ["fail 1007"]);
      }
    }
  });

  test(`${role}: a code point may be cut by fragments and control frames anywhere (§5.4, §8.1)`, () => {
    const payload = utf8("aκ€😀");
    for (let one = 0; one <= payload.length; one++) {
      for (let two = one; two <= payload.length; two++) {
        const { events } = feedFrames(role, [
          { opcode: 1, fin: false, payload: payload.subarray(0, one) },
          { opcode: 9 },
          { opcode: 0, fin: false, payload: payload.subarray(one, two) },
          { opcode: 0, payload: payload.subarray(two) },
        ]);
        assertEquals(events, ["ping", "text aκ€😀"]);
      }
    }
  });

  test(`${role}: a code point is not continued by the next message (§8.1)`, () => {
    const { events } = feedFrames(role, [{ opcode: 1, payload: hex("e282") }, {
      opcode: 1,
      payload: hex("ac"),
    }]);
    assertEquals(events, ["fail 1007"]);
  });

  test(`${role}: binary may be anything (§5.6)`, () => {
    for (const [digits] of impossible) {
      const payload = hex(digits);
      const parts = [{ opcode: 2, fin: false, payload }, { opcode: 0, payload }];
      const { events } = feedFrames(role, [{ opcode: 2, payload }, ...parts]);
      assertEquals(events, [`binary ${digits}`, `binary ${digits}${digits}`]);
    }
  });

  test(`${role}: a BOM is sent and received as it stands (§5.6)`, () => {
    const engine = new WebSocketEngine({ role });
    engine.send("\ufeff\ufeffx");
    assertEquals(describeOutput(role, engine.takeOutput()), ["text \ufeff\ufeffx"]);
    assertEquals(feedFrames(role, [{ opcode: 1, payload: utf8("\ufeff\ufeffx") }]).events, [
      "text \ufeff\ufeffx",
    ]);
  });
}

test("Utf8Validator takes every scalar value and no surrogate, byte by byte (RFC 3629 §3)", () => {
  const validator = new Utf8Validator();
  for (let point = 0; point <= 0x10ffff; point += point < 0x11000 ? 1 : 251) {
    if (point >= 0xd800 && point < 0xe000) continue;
    const bytes = utf8(String.fromCodePoint(point));
    for (const [at, byte] of bytes.entries()) {
      if (!validator.push(Uint8Array.of(byte)) || validator.complete !== (at === bytes.length - 1)) {
        throw new Error(`U+${point.toString(16)} at ${at}`);
      }
    }
  }
  for (let point = 0xd800; point < 0xe000; point++) {
    assert(!new Utf8Validator().push(Uint8Array.of(0xed, 0x80 | (point >> 6) & 0x3f, 0x80 | point & 0x3f)));
  }
});

test("Utf8Validator judges what follows a code point that it has seen the end of (RFC 3629 §4)", () => {
  const validator = new Utf8Validator();
  for (const digits of [...sound, ...sound]) assert(validator.push(hex(digits)));
  // After each first byte that narrows what may follow, the next code point may be anything again.
  for (const digits of ["e0a080", "ed9fbf", "f0908080", "f48fbfbf"]) {
    assert(validator.push(hex(digits + "e18080eebfbff1bfbfbf")));
    assert(validator.complete);
  }
  assert(validator.push(new Uint8Array()) && validator.complete);
});

test("decodeText() and decodeScratch() agree with each other and know U+FFFD from a mistake", () => {
  for (const digits of [...sound, ...unfinished, ...impossible.map(([digits]) => digits)]) {
    for (const padding of paddings) {
      for (const before of ["x", "\ufffd"]) {
        const bytes = concat([utf8(before.repeat(padding)), hex(digits)]);
        const text = decodeText(bytes);
        assertEquals(text === undefined, !sound.includes(digits));
        if (text !== undefined) assertEquals(toHex(utf8(text)), toHex(bytes));
        scratch.set(bytes);
        assertEquals(decodeScratch(bytes.length, false), text);
      }
    }
  }
});
