import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { feed, fromPeer, roles } from "../kit/feed_engine.ts";
import { type FrameFields, sameBytes } from "../kit/frames.ts";
import { createRandomBytes } from "../kit/random.ts";
import { wire } from "../kit/wire.ts";

const failing: readonly (readonly [string, string, readonly string[]])[] = [
  ["a last fragment of nothing", "80 85 * 48656c6c6f", []],
  ["a fragment of nothing", "00 85 * 48656c6c6f", []],
  ["a whole text inside a fragmented one", "01 83 * 48656c + 81 82 * 6c6f", []],
  ["a first fragment of binary inside a fragmented text", "01 83 * 48656c + 02 82 * 6c6f", []],
  ["a first fragment of text inside a fragmented text", "01 83 * 48656c + 01 82 * 6c6f", []],
  ["a last fragment behind a whole message", "81 85 * 48656c6c6f + 80 81 * 78", ["text Hello"]],
];

for (const role of roles) {
  for (const [name, frames, before] of failing) {
    test(`${role}: ${name} fails with 1002 (§5.4)`, () => {
      const { events, sent } = feed(role, wire(role, frames));
      assertEquals([events, sent], [[...before, "fail 1002"], ["close 1002"]]);
    });
  }

  test(`${role}: three empty fragments are one empty text (§5.4)`, () => {
    assertEquals(feed(role, wire(role, "01 80 * + 00 80 * + 80 80 *")).events, ["text"]);
  });

  test(`${role}: a Ping between fragments is answered before the message is complete (§5.4, §5.5.2)`, () => {
    const bytes = wire(role, "01 83 * 48656c + 89 81 * 70 + 80 82 * 6c6f");
    assertEquals(feed(role, bytes), { events: ["ping 70", "text Hello"], sent: ["pong 70"], reason: "" });
    assertEquals(feed(role, bytes.subarray(0, -2)), { events: ["ping 70"], sent: ["pong 70"], reason: "" });
  });

  test(`${role}: a Close between fragments closes, and what comes behind it is passed over (§5.5.1)`, () => {
    const bytes = wire(role, "01 83 * 48656c + 88 82 * 03e8 + 80 82 * 6c6f");
    assertEquals(feed(role, bytes), { events: ["close 1000"], sent: ["close 1000"], reason: "" });
  });

  test(`${role}: a first fragment that nothing follows is no message (§7.1.5)`, () => {
    assertEquals(feed(role, wire(role, "01 83 * 48656c")), { events: [], sent: [], reason: "" });
  });

  for (
    const [size, total] of [[1, 10_000], [2, 20_000], [125, 1048576], [126, 1048576], [
      65536,
      4194304,
    ]] as const
  ) {
    test(`${role}: ${total} bytes in fragments of ${size} are the message that they would be whole (§5.4)`, () => {
      const payload = createRandomBytes(total, size);
      const frames: FrameFields[] = [];
      for (let at = 0; at < total; at += size) {
        frames.push({
          opcode: at === 0 ? 2 : 0,
          fin: at + size >= total,
          payload: payload.subarray(at, at + size),
        });
      }
      const engine = new WebSocketEngine({ role, maxMessageSize: total, maxFragments: frames.length });
      const bytes = fromPeer(role, ...frames);
      let message: unknown;
      for (let at = 0; at < bytes.length; at += 65536) {
        engine.receive(bytes.subarray(at, at + 65536));
        for (let event; (event = engine.next()) !== undefined;) {
          message = event.type === "message" && event.data;
        }
      }
      assertEquals(message instanceof Uint8Array && sameBytes(message, payload), true);
    });
  }
}
