import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { describeOutput, feed, roles } from "../kit/feed_engine.ts";
import { concat, decodeFrames, hex } from "../kit/frames.ts";
import { wire } from "../kit/wire.ts";

const good = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];
const bad = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535];

for (const role of roles) {
  test(`${role}: an empty Close is answered by an empty one (§5.5.1, §7.1.5)`, () => {
    assertEquals(feed(role, wire(role, "88 80 *")), { events: ["close 1005"], sent: ["close"], reason: "" });
  });

  test(`${role}: a Close of one byte fails with 1002 (§5.5.1)`, () => {
    assertEquals(feed(role, wire(role, "88 81 * 03")).events, ["fail 1002"]);
  });

  test(`${role}: a Close with a code, and with a reason of 123 bytes, is answered with the code (§5.5.1)`, () => {
    assertEquals(feed(role, wire(role, "88 82 * 03e8")), {
      events: ["close 1000"],
      sent: ["close 1000"],
      reason: "",
    });
    const { events, sent } = feed(role, wire(role, `88 fd * 03e8 ${"78".repeat(123)}`));
    assertEquals([events, sent], [[`close 1000 ${"x".repeat(123)}`], ["close 1000"]]);
  });

  test(`${role}: a Close with a reason of 124 bytes fails with 1002 (§5.5)`, () => {
    assertEquals(feed(role, wire(role, `88 fe 007e * 03e8 ${"78".repeat(124)}`)).events, ["fail 1002"]);
  });

  test(`${role}: the codes that a peer may send are echoed (§7.4)`, () => {
    for (const code of good) {
      const { events, sent } = feed(role, wire(role, `88 82 * ${code.toString(16).padStart(4, "0")}`));
      assertEquals([events, sent], [[`close ${code}`], [`close ${code}`]]);
    }
  });

  test(`${role}: the codes that no peer may send fail with 1002 (§7.4)`, () => {
    for (const code of bad) {
      const { events, sent } = feed(role, wire(role, `88 82 * ${code.toString(16).padStart(4, "0")}`));
      assertEquals([events, sent], [["fail 1002"], ["close 1002"]]);
    }
  });

  test(`${role}: a reason that is no UTF-8 fails with 1007 (§5.5.1, §8.1)`, () => {
    assertEquals(feed(role, wire(role, "88 85 * 03e8 eda080")).events, ["fail 1007"]);
    assertEquals(feed(role, wire(role, "88 84 * 03e8 e282")).events, ["fail 1007"]);
  });

  test(`${role}: whatever comes behind a Close is passed over, with one answer and one event (§1.4, §5.5.1)`, () => {
    for (const behind of ["81 85 * 48656c6c6f", "88 82 * 03e9", "89 80 *", "ff ff ffffffffffffffff"]) {
      const outcome = feed(role, wire(role, `88 82 * 03e8 + ${behind} + ${behind}`));
      assertEquals(outcome, { events: ["close 1000"], sent: ["close 1000"], reason: "" });
    }
  });

  test(`${role}: 16 MiB of data behind our Close are passed over and not held (§7.1.1)`, () => {
    const engine = new WebSocketEngine({ role });
    engine.close(1000);
    engine.takeOutput();
    const first = wire(role, "02 ff 0000000001000000 *");
    engine.receive(first);
    const chunk = new Uint8Array(65536);
    for (let count = 0; count < 256; count++) {
      engine.receive(chunk);
      assertEquals(engine.next(), undefined);
      assertEquals([engine.collectedBytes, engine.unreadBytes, engine.queuedBytes], [0, 0, 0]);
    }
    engine.receive(wire(role, "80 80 * + 88 82 * 03e8"));
    assertEquals(engine.next()?.type, "close");
    assertEquals(engine.takeOutput(), []);
  });

  test(`${role}: what is cut off inside a header, a payload or a Close is told nothing of (§7.1.5)`, () => {
    for (const frames of ["81 fe 007e *", "81 85 * 4865", "88 84 * 03e8 62", "82 ff 0000"]) {
      assertEquals(feed(role, wire(role, frames)), { events: [], sent: [], reason: "" });
    }
  });

  test(`${role}: close() refuses what no Close may hold before anything is written (§7.4.1, §5.5)`, () => {
    const engine = new WebSocketEngine({ role });
    for (const code of [1005, 1006, 1015, 999, 5000]) assertThrows(() => engine.close(code), RangeError);
    assertThrows(() => engine.close(1000, "x".repeat(124)), RangeError);
    assertEquals([engine.takeOutput(), engine.closeSent], [[], false]);
    engine.close(1000, "\ud800");
    assertEquals(decodeFrames(concat(engine.takeOutput()))[0]!.payload, hex("03e8efbfbd"));
  });

  test(`${role}: a second close() does nothing, and send() behind it throws (§5.5.1)`, () => {
    const engine = new WebSocketEngine({ role });
    engine.close(1000);
    engine.close(1001);
    assertThrows(() => engine.send("late"), TypeError);
    assertEquals(describeOutput(role, engine.takeOutput()), ["close 1000"]);
    engine.close(1001);
    assertEquals(engine.takeOutput(), []);
  });

  test(`${role}: close() with 1 MiB queued goes out behind it (§5.5.1)`, () => {
    const engine = new WebSocketEngine({ role });
    for (let count = 0; count < 16; count++) engine.send(new Uint8Array(65536));
    engine.close(1000);
    const frames = decodeFrames(concat(engine.takeOutput()));
    assertEquals(frames.map((frame) => frame.opcode), [...Array(16).fill(2), 8]);
  });
}
