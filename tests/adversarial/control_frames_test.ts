import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { describeOutput, feed, roles } from "../kit/feed_engine.ts";
import { concat } from "../kit/frames.ts";
import { ToyCodec } from "../kit/toy_codec.ts";
import { wire } from "../kit/wire.ts";

const filler = "fe".repeat(125);

for (const role of roles) {
  test(`${role}: a Ping of 125 bytes is answered with the same 125 (§5.5.2)`, () => {
    const { sent } = feed(role, wire(role, `89 fd * ${filler}`));
    assertEquals(sent, [`pong ${filler}`]);
  });

  test(`${role}: a Ping with a longer form of length fails with 1002 on its second byte (§5.5)`, () => {
    for (
      const ping of [`89 fe 007e * ${filler}fe`, "89 fe 0005 * 48656c6c6f", "89 ff 0000000000000001 * 70"]
    ) {
      assertEquals(feed(role, wire(role, ping)).events, ["fail 1002"]);
      assertEquals(feed(role, wire(role, ping).subarray(0, 2)).events, ["fail 1002"]);
    }
  });

  test(`${role}: a control frame without FIN fails with 1002 (§5.5)`, () => {
    for (const frame of ["09 81 * 70", "0a 81 * 70", "08 82 * 03e8"]) {
      assertEquals(feed(role, wire(role, frame)), {
        events: ["fail 1002"],
        sent: ["close 1002"],
        reason: "fragmented control frame",
      });
    }
  });

  test(`${role}: a control frame with RSV1 fails with 1002 where an extension defines RSV1 (RFC 7692 §6)`, () => {
    for (const frame of ["c9 81 * 70", "c8 82 * 03e8", "ca 80 *"]) {
      assertEquals(feed(role, wire(role, frame), { createCodec: () => new ToyCodec() }).events, [
        "fail 1002",
      ]);
    }
  });

  test(`${role}: Pongs that nobody asked for are not answered (§5.5.3)`, () => {
    assertEquals(feed(role, wire(role, "8a 81 * 78")), { events: ["pong 78"], sent: [], reason: "" });
    const engine = new WebSocketEngine({ role });
    engine.receive(concat(Array(1000).fill(wire(role, "8a 81 * 78"))));
    let count = 0;
    while (engine.next() !== undefined) count++;
    assertEquals([count, engine.takeOutput()], [1000, []]);
  });

  test(`${role}: 100 000 Pings of a peer that does not read leave less than 2 KiB (§5.5.3, §10.4)`, () => {
    const engine = new WebSocketEngine({ role });
    engine.send("stuck");
    engine.takeOutput();
    engine.congested = true;
    const bytes = concat(Array(1000).fill(wire(role, `89 fd * ${filler}`)));
    for (let round = 0; round < 100; round++) {
      engine.receive(bytes);
      while (engine.next() !== undefined);
      assert(engine.queuedBytes < 2048, `${engine.queuedBytes} bytes wait`);
    }
    engine.congested = false;
    const sent = describeOutput(role, engine.takeOutput());
    assertEquals(sent, Array(sent.length).fill(`pong ${filler}`));
  });

  test(`${role}: a Ping between our Close and the peer's is no error (§5.5.1, §5.5.2)`, () => {
    const bytes = wire(role, "89 81 * 70 + 88 82 * 03e8");
    const { events, sent } = feed(role, bytes, { prepare: (engine) => engine.close(1000) });
    assertEquals([events, sent], [["ping 70", "close 1000"], ["close 1000"]]);
  });
}
