import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { feed, feedFrames, fromPeer, roles } from "../kit/feed_engine.ts";
import { type FrameFields, sameBytes, toHex, utf8 } from "../kit/frames.ts";
import { createRandomBytes } from "../kit/random.ts";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";

const hel = utf8("Hel");
const lo = utf8("lo");

/** A message in fragments of so many bytes. */
function fragments(opcode: number, payload: Uint8Array, size: number): FrameFields[] {
  const frames: FrameFields[] = [];
  for (let at = 0; at < payload.length; at += size) {
    const fin = at + size >= payload.length;
    frames.push({ opcode: at === 0 ? opcode : 0, fin, payload: payload.subarray(at, at + size) });
  }
  return frames;
}

for (const role of roles) {
  test(`${role}: fragments are one message of the first one's type (§5.4)`, () => {
    const text = [{ opcode: 1, fin: false, payload: hel }, { opcode: 0, payload: lo }];
    const binary = [{ opcode: 2, fin: false, payload: hel }, { opcode: 0, payload: lo }];
    const { events, sent } = feedFrames(role, [...text, ...binary, ...text]);
    assertEquals([events, sent], [["text Hello", "binary 48656c6c6f", "text Hello"], []]);
  });

  test(`${role}: any fragment may be empty (§5.4)`, () => {
    const empty = { opcode: 0, fin: false };
    const frames = [
      { opcode: 1, fin: false },
      empty,
      { opcode: 0 },
      { opcode: 1, fin: false },
      empty,
      { opcode: 0, fin: false, payload: hel },
      empty,
      { opcode: 0, fin: false, payload: lo },
      { opcode: 0 },
      { opcode: 2, fin: false, payload: hel },
      { opcode: 0 },
      { opcode: 2, fin: false },
      { opcode: 0, payload: lo },
    ];
    assertEquals(feedFrames(role, frames).events, ["text", "text Hello", "binary 48656c", "binary 6c6f"]);
  });

  test(`${role}: a message of one frame may follow one in fragments and the reverse (§5.4)`, () => {
    const whole = { opcode: 1, payload: utf8("Hello") };
    const parts = [{ opcode: 2, fin: false, payload: hel }, { opcode: 0, payload: lo }];
    assertEquals(feedFrames(role, [whole, ...parts, whole, whole, ...parts]).events, [
      "text Hello",
      "binary 48656c6c6f",
      "text Hello",
      "text Hello",
      "binary 48656c6c6f",
    ]);
  });

  for (const size of [1, 2, 3, 125, 126, 127, 260]) {
    test(`${role}: fragments of ${size} bytes make the same message (§5.4)`, () => {
      const payload = createRandomBytes(260, size);
      assertEquals(feedFrames(role, fragments(2, payload, size)).events, [`binary ${toHex(payload)}`]);
    });
  }

  for (const size of [65535, 65536, 100000]) {
    test(`${role}: fragments of ${size} bytes make the same message of 1 MiB (§5.4)`, () => {
      const payload = createRandomBytes(1024 * 1024, size);
      const bytes = fromPeer(role, ...fragments(2, payload, size));
      for (const chunkSize of [bytes.length, 65536, 16384, 1447]) {
        const engine = new WebSocketEngine({ role });
        let message: unknown;
        for (let at = 0; at < bytes.length; at += chunkSize) {
          engine.receive(bytes.subarray(at, at + chunkSize));
          for (let event; (event = engine.next()) !== undefined;) {
            message = event.type === "message" && event.data;
          }
        }
        assertEquals(message instanceof Uint8Array && sameBytes(message, payload), true);
      }
    });
  }

  for (const fin of [false, true]) {
    test(`${role}: a continuation with FIN ${fin} and nothing to continue fails with 1002 (§5.4)`, () => {
      const { events, sent, reason } = feedFrames(role, [{ opcode: 0, fin, payload: hel }]);
      assertEquals([events, sent, reason], [["fail 1002"], ["close 1002"], "nothing to continue"]);
    });

    test(`${role}: a continuation with FIN ${fin} behind a whole message fails with 1002 (§5.4)`, () => {
      const parts = [{ opcode: 1, fin: false, payload: hel }, { opcode: 0, payload: lo }];
      const { events } = feedFrames(role, [...parts, { opcode: 0, fin, payload: hel }]);
      assertEquals(events, ["text Hello", "fail 1002"]);
      assertEquals(feedFrames(role, [{ opcode: 2 }, { opcode: 0, fin }]).events, ["binary", "fail 1002"]);
    });

    for (const opcode of [1, 2]) {
      test(`${role}: a data frame of opcode ${opcode} with FIN ${fin} inside a message fails with 1002 (§5.4)`, () => {
        for (const first of [1, 2]) {
          const frames = [{ opcode: first, fin: false, payload: hel }, { opcode, fin, payload: lo }];
          const { events, sent, reason } = feedFrames(role, frames);
          assertEquals([events, sent, reason], [
            ["fail 1002"],
            ["close 1002"],
            "message inside a fragmented message",
          ]);
        }
      });
    }
  }

  test(`${role}: a message that has not ended is not told (§5.4)`, () => {
    const bytes = fromPeer(role, { opcode: 1, fin: false, payload: hel }, { opcode: 0, payload: lo });
    assertEquals(feed(role, bytes.subarray(0, bytes.length - 1)).events, []);
  });

  test(`${role}: control frames may come between fragments and between the bytes of none (§5.4)`, () => {
    const frames = [
      { opcode: 9, payload: utf8("1") },
      { opcode: 1, fin: false, payload: hel },
      { opcode: 9, payload: utf8("2") },
      { opcode: 10, payload: utf8("3") },
      { opcode: 0, fin: false },
      { opcode: 9 },
      { opcode: 0, payload: lo },
      { opcode: 9, payload: utf8("4") },
    ];
    const { events, sent } = feedFrames(role, frames);
    assertEquals(events, ["ping 31", "ping 32", "pong 33", "ping", "text Hello", "ping 34"]);
    assertEquals(sent, ["pong 31", "pong 32", "pong", "pong 34"]);
  });
}
