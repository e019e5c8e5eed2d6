import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { EngineOptions } from "../../src/protocol/engine_options.ts";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { feed, fromPeer, roles } from "../kit/feed_engine.ts";
import { concat, encodeFrame } from "../kit/frames.ts";
import { wire } from "../kit/wire.ts";

for (const role of roles) {
  test(`${role}: a message of the limit passes, one byte more fails with 1009 right at its header (§10.4)`, () => {
    const engine = new WebSocketEngine({ role });
    engine.receive(fromPeer(role, { opcode: 2, payload: new Uint8Array(1048576) }));
    assertEquals(engine.next()?.type, "message");
    assertEquals(feed(role, wire(role, "82 ff 0000000000100001")).events, ["fail 1009"]);
    assertEquals(feed(role, wire(role, "82 ff 0000000000100001 *")).events, ["fail 1009"]);
  });

  test(`${role}: two fragments that are too much together fail with 1009 at the second header (§10.4)`, () => {
    const engine = new WebSocketEngine({ role });
    engine.receive(fromPeer(role, { opcode: 2, fin: false, payload: new Uint8Array(700_000) }));
    assertEquals(engine.next(), undefined);
    engine.receive(wire(role, "80 ff 00000000000aae60"));
    assertEquals(engine.next()?.type, "error");
    assertEquals([engine.error?.closeCode, engine.collectedBytes], [1009, 0]);
  });

  for (const size of [0, 1]) {
    test(`${role}: fragments of ${size} bytes up to maxFragments are held in little, one more fails with 1008 (§10.4)`, () => {
      const maxFragments = 4096;
      const first = wire(role, size === 0 ? "01 80 *" : "01 81 * 78");
      const next = wire(role, size === 0 ? "00 80 *" : "00 81 * 78");
      const engine = new WebSocketEngine({ role, maxFragments });
      engine.receive(concat([first, ...Array(maxFragments - 1).fill(next)]));
      assertEquals(engine.next(), undefined);
      assertEquals(engine.collectedBytes, maxFragments * size);
      engine.receive(next);
      const event = engine.next();
      assertEquals(event?.type === "error" && event.error.closeCode, 1008);
      assertEquals(engine.collectedBytes, 0);
    });
  }

  test(`${role}: 1 MiB in chunks of one byte costs what its bytes cost (§10.4)`, () => {
    const payload = new Uint8Array(1048576).fill(0x41);
    const bytes = encodeFrame({ opcode: 1, payload, key: role === "server" ? new Uint8Array(4) : undefined });
    const engine = new WebSocketEngine({ role });
    let text: unknown;
    for (let at = 0; at < bytes.length; at++) {
      engine.receive(bytes.subarray(at, at + 1));
      const event = engine.next();
      if (event !== undefined) text = event.type === "message" && event.data;
    }
    assert(text === "A".repeat(1048576));
  });

  test(`${role}: 10 000 control frames and 10 000 tiny messages in one chunk come one by one (§10.4)`, () => {
    const bytes = concat(Array(10_000).fill(wire(role, "89 80 * + 82 81 * 78")));
    const engine = new WebSocketEngine({ role });
    engine.receive(bytes);
    // Whoever embeds the engine may stop after any of them.
    let unread = engine.unreadBytes;
    let count = 0;
    for (; engine.next() !== undefined; count++) {
      assert(engine.unreadBytes < unread);
      unread = engine.unreadBytes;
    }
    assertEquals([count, unread], [20_000, 0]);
  });
}

test("limits that are no limits are refused when they are given", () => {
  for (const name of ["maxMessageSize", "maxFragments"]) {
    for (const value of [-1, NaN, Infinity, 0.5]) {
      assertThrows(() => new WebSocketEngine({ role: "server", [name]: value }), RangeError);
    }
    assertThrows(
      () => new WebSocketEngine({ role: "server", [name]: "1" } as unknown as EngineOptions),
      TypeError,
    );
  }
  assertThrows(() => new WebSocketEngine({ role: "server", maxFragments: 0 }), RangeError);
  // Beyond 32 bits there is no wrap.
  const engine = new WebSocketEngine({ role: "client", maxMessageSize: 2 ** 32 + 5 });
  engine.receive(wire("client", "82 ff 0000000100000005"));
  assertEquals(engine.next(), undefined);
  engine.receive(new Uint8Array(10));
  assertEquals([engine.next(), engine.collectedBytes], [undefined, 10]);
});

test("a limit of 0 lets empty messages through and nothing else", () => {
  for (const role of roles) {
    assertEquals(feed(role, wire(role, "82 80 * + 81 80 * + 81 81 * 78"), { maxMessageSize: 0 }).events, [
      "binary",
      "text",
      "fail 1009",
    ]);
  }
});
