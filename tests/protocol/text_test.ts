import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { encodeText, encodeTextInto } from "../../src/protocol/text.ts";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { roles } from "../kit/feed_engine.ts";
import { concat, decodeFrames, toHex, utf8 } from "../kit/frames.ts";

for (const role of roles) {
  test(`${role}: texts are sent as UTF-8, whatever their length and their characters (§5.6)`, () => {
    for (const character of ["x", "\x7f", "\x80", "κ", "€", "😀"]) {
      for (
        const count of [
          0,
          1,
          31,
          32,
          33,
          41,
          42,
          43,
          62,
          63,
          64,
          65,
          125,
          126,
          127,
          4000,
          5456,
          5457,
          8000,
          21845,
          70000,
        ]
      ) {
        for (
          const text of [
            character.repeat(count),
            "x".repeat(count) + character,
            character + "x".repeat(count),
          ]
        ) {
          const engine = new WebSocketEngine({ role });
          engine.send("before");
          engine.send(text);
          engine.send("behind");
          const frames = decodeFrames(concat(engine.takeOutput()));
          assertEquals(
            frames.map((frame) => toHex(frame.payload)),
            ["before", text, "behind"].map((sent) => toHex(utf8(sent))),
          );
        }
      }
    }
  });

  test(`${role}: a lone surrogate is sent as U+FFFD (§5.6)`, () => {
    for (const half of ["\ud800", "\udbff", "\udc00", "\udfff"]) {
      for (const text of [half, `a${half}b`, half + half, "x".repeat(100) + half, half.repeat(6000)]) {
        for (const fragmentSize of [0, 2]) {
          const engine = new WebSocketEngine({ role, fragmentSize });
          engine.send(text);
          const payload = concat(decodeFrames(concat(engine.takeOutput())).map((frame) => frame.payload));
          assertEquals(
            new TextDecoder("utf-8", { fatal: true }).decode(payload),
            text.replaceAll(half, "\ufffd"),
          );
        }
      }
    }
  });
}

test("encodeTextInto() writes what encodeText() makes, where it is told to", () => {
  for (
    const text of [
      "",
      "x",
      "x".repeat(64),
      "x".repeat(65),
      "κ",
      "xκ",
      "x".repeat(63) + "κ",
      "\ud800",
      "😀".repeat(40),
    ]
  ) {
    const target = new Uint8Array(text.length * 3 + 7);
    const expected = encodeText(text);
    assertEquals(encodeTextInto(text, target, 5), expected.length);
    assertEquals(target.slice(5, 5 + expected.length), expected);
    assertEquals(target.slice(0, 5), new Uint8Array(5));
  }
});
