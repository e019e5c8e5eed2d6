import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { describeOutput, feed, feedFrames, fromPeer, roles } from "../kit/feed_engine.ts";
import { concat, hex, utf8 } from "../kit/frames.ts";
import { wire } from "../kit/wire.ts";

const wrong =
  "c0af e080af f08080af c1bf e09fbf f08fbfbf eda080 edbfbf eda080edb080 f4908080 f5808080 f888808080 fc8480808080 fe ff 80 bf c2 e282 f09f98 c080"
    .split(" ");
const right = "00 7f c280 dfbf e0a080 ed9fbf ee8080 efbbbf efbfbe efbfbf efbfbd f0908080 f48fbfbf".split(" ");

/** A whole frame with a payload in digits. */
function frame(first: string, payload: string): string {
  return `${first} ${(0x80 | payload.length / 2).toString(16)} * ${payload}`;
}

/** The three and four bytes of a code point, surrogates too, which `TextEncoder` would not write. */
function encodePoint(point: number): Uint8Array {
  const tail = (shift: number) => 0x80 | (point >> shift) & 0x3f;
  if (point < 0x80) return Uint8Array.of(point);
  if (point < 0x800) return Uint8Array.of(0xc0 | point >> 6, tail(0));
  if (point < 0x10000) return Uint8Array.of(0xe0 | point >> 12, tail(6), tail(0));
  return Uint8Array.of(0xf0 | point >> 18, tail(12), tail(6), tail(0));
}

for (const role of roles) {
  for (const payload of wrong) {
    test(`${role}: the text ${payload} fails with 1007 and is not delivered (§8.1)`, () => {
      const outcome = feed(role, wire(role, `${frame("81", payload)} + 81 85 * 48656c6c6f`));
      assertEquals(outcome, { events: ["fail 1007"], sent: ["close 1007"], reason: "text is no UTF-8" });
    });
  }

  test(`${role}: the bounds of UTF-8 are delivered byte by byte, the BOM too (§5.6)`, () => {
    for (const payload of right) {
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(hex(payload));
      const engine = new WebSocketEngine({ role });
      engine.receive(wire(role, frame("81", payload)));
      assertEquals(engine.next(), { type: "message", data: text });
      assertEquals(feed(role, wire(role, frame("81", payload))).events, [`text ${text}`.trimEnd()]);
    }
  });

  test(`${role}: a code point may be cut by a fragment's end (§5.4, §8.1)`, () => {
    assertEquals(feed(role, wire(role, "01 82 * e282 + 80 81 * ac")).events, ["text €"]);
  });

  test(`${role}: a text that ends inside a code point fails with 1007 at FIN (§8.1)`, () => {
    const bytes = wire(role, "01 84 * 616263e2 + 80 81 * 82");
    assertEquals(feed(role, bytes).events, ["fail 1007"]);
    assertEquals(feed(role, bytes.subarray(0, bytes.length - 1)).events, []);
  });

  test(`${role}: binary is not validated (§5.6)`, () => {
    assertEquals(feed(role, wire(role, "82 82 * fffe")).events, ["binary fffe"]);
  });

  test(`${role}: each beginning of κόσμε is sound exactly where a letter ends, in two and three fragments (§8.1)`, () => {
    const payload = hex("cebae1bdb9cf83cebcceb5");
    const ends = [2, 5, 7, 9, 11];
    for (let length = 1; length <= payload.length; length++) {
      const text = payload.subarray(0, length);
      const expected = ends.includes(length) ? [`text ${new TextDecoder().decode(text)}`] : ["fail 1007"];
      assertEquals(feedFrames(role, [{ opcode: 1, payload: text }]).events, expected);
      for (let one = 0; one <= length; one++) {
        const first = { opcode: 1, fin: false, payload: text.subarray(0, one) };
        assertEquals(feedFrames(role, [first, { opcode: 0, payload: text.subarray(one) }]).events, expected);
        for (let two = one; two <= length; two += 3) {
          const engine = new WebSocketEngine({ role });
          engine.receive(fromPeer(role, first, { opcode: 0, fin: false, payload: text.subarray(one, two) }, {
            opcode: 0,
            payload: text.subarray(two),
          }));
          const event = engine.next();
          assertEquals(event?.type, expected[0] === "fail 1007" ? "error" : "message");
        }
      }
    }
  });

  test(`${role}: every scalar value passes one byte a fragment, every surrogate fails with 1007 (RFC 3629 §3)`, () => {
    const engine = new WebSocketEngine({ role, maxFragments: 1_000_000 });
    const points = [0x10000, 0x10ffff, 0x3ffff, 0x40000, 0xfffff, 0x100000];
    for (let point = 0; point < 0x10000; point++) if (point < 0xd800 || point > 0xdfff) points.push(point);
    let expected = "";
    engine.receive(fromPeer(role, { opcode: 1, fin: false }));
    assertEquals(engine.next(), undefined);
    for (const point of points) {
      expected += String.fromCodePoint(point);
      for (const byte of encodePoint(point)) {
        const header = role === "server" ? [0x00, 0x81, 0, 0, 0, 0] : [0x00, 0x01];
        engine.receive(Uint8Array.of(...header, byte));
        if (engine.next() !== undefined) throw new Error(`U+${point.toString(16)} failed`);
      }
    }
    engine.receive(fromPeer(role, { opcode: 0 }));
    const event = engine.next();
    assertEquals(event?.type === "message" && event.data === expected, true);
    for (let point = 0xd800; point <= 0xdfff; point++) {
      const failing = new WebSocketEngine({ role });
      failing.receive(fromPeer(role, { opcode: 1, fin: false, payload: encodePoint(point) }));
      if (failing.next()?.type !== "error" || failing.error?.closeCode !== 1007) {
        throw new Error(point.toString(16));
      }
    }
  });

  test(`${role}: a lone surrogate is sent as U+FFFD, never as what is no UTF-8 (§5.6)`, () => {
    const engine = new WebSocketEngine({ role });
    for (const text of ["\ud800", "\udc00x", "x\ud83d"]) engine.send(text);
    assertEquals(describeOutput(role, engine.takeOutput()), ["text \ufffd", "text \ufffdx", "text x\ufffd"]);
    const pair = new WebSocketEngine({ role });
    pair.send("\ud83d\ude00");
    assertEquals(concat(pair.takeOutput()).length, utf8("😀").length + (role === "client" ? 6 : 2));
  });
}
