import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { feed, feedFrames, fromPeer, roles } from "../kit/feed_engine.ts";
import { concat, encodeFrame, exampleKey, hex, utf8 } from "../kit/frames.ts";

/** The header of a frame that announces so many bytes, up to the last byte of the length. */
function announce(masked: boolean, first: number, length: bigint): Uint8Array {
  const header = new Uint8Array(10);
  header[0] = first;
  header[1] = masked ? 255 : 127;
  new DataView(header.buffer).setBigUint64(2, length);
  return header;
}

for (const role of roles) {
  test(`${role}: a message of maxMessageSize is delivered, one more byte fails with 1009 (§7.4.1, §10.4)`, () => {
    for (const maxMessageSize of [0, 1, 125, 126, 300]) {
      const payload = utf8("x".repeat(maxMessageSize));
      const options = { maxMessageSize };
      assertEquals(feedFrames(role, [{ opcode: 1, payload }], options).events, [
        `text ${"x".repeat(maxMessageSize)}`.trimEnd(),
      ]);
      const { events, sent, reason } = feedFrames(role, [{
        opcode: 1,
        payload: concat([payload, payload, hex("78")]),
      }], options);
      assertEquals([events, sent, reason], [["fail 1009"], ["close 1009"], "message too big"]);
      const key = role === "server" ? exampleKey : undefined;
      const long = encodeFrame({ opcode: 2, key, payload: new Uint8Array(maxMessageSize + 1) });
      // It fails at the last byte of the length, before the payload and the masking key come.
      const size = long.length - maxMessageSize - 1 - (role === "server" ? 4 : 0);
      assertEquals(feed(role, long.subarray(0, size), options).events, ["fail 1009"]);
      assertEquals(feed(role, long.subarray(0, size - 1), options).events, []);
    }
  });

  test(`${role}: the default of maxMessageSize is 1 MiB (§10.4)`, () => {
    const masked = role === "server";
    assertEquals(feed(role, announce(masked, 0x82, 1048576n)).events, []);
    assertEquals(feed(role, announce(masked, 0x82, 1048577n)).events, ["fail 1009"]);
    const engine = new WebSocketEngine({ role });
    engine.receive(fromPeer(role, { opcode: 2, payload: new Uint8Array(1048576) }));
    assertEquals(engine.next()?.type, "message");
  });

  for (const length of [2n ** 31n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n]) {
    test(`${role}: an announced length of ${length} fails with 1009 and costs nothing (§10.4)`, () => {
      for (const opcode of [1, 2]) {
        for (const fin of [0, 0x80]) {
          const { events, sent } = feed(role, announce(role === "server", fin | opcode, length));
          assertEquals([events, sent], [["fail 1009"], ["close 1009"]]);
        }
      }
    });
  }

  test(`${role}: where the limit allows 2^53 - 1 bytes, announcing them costs nothing (§10.4)`, () => {
    const maxMessageSize = Number.MAX_SAFE_INTEGER;
    for (const opcode of [0x81, 0x82, 0x01]) {
      const header = concat([
        announce(role === "server", opcode, 2n ** 53n - 1n),
        role === "server" ? exampleKey : new Uint8Array(),
      ]);
      assertEquals(feed(role, header, { maxMessageSize }).events, []);
      const engine = new WebSocketEngine({ role, maxMessageSize });
      engine.receive(concat([header, new Uint8Array(5000).fill(opcode === 0x82 ? 0 : 0x41)]));
      if (role === "client") assertEquals([engine.next(), engine.collectedBytes], [undefined, 5000]);
    }
    assertEquals(feed(role, announce(role === "server", 0x82, 2n ** 53n), { maxMessageSize }).events, [
      "fail 1009",
    ]);
  });

  test(`${role}: the limit counts all fragments and fails at the header that breaks it (§10.4)`, () => {
    const frames = [
      { opcode: 2, fin: false, payload: new Uint8Array(60) },
      { opcode: 9, payload: new Uint8Array(120) },
      { opcode: 0, fin: false, payload: new Uint8Array(40) },
      { opcode: 0, fin: false },
    ];
    const options = { maxMessageSize: 100 };
    const ping = `ping ${"00".repeat(120)}`;
    assertEquals(feedFrames(role, [...frames, { opcode: 0 }], options).events, [
      ping,
      `binary ${"00".repeat(100)}`,
    ]);
    const whole = fromPeer(role, ...frames, { opcode: 0, payload: new Uint8Array(1) });
    const end = whole.length - 1 - (role === "server" ? 4 : 0);
    assertEquals(feed(role, whole.subarray(0, end), options).events, [ping, "fail 1009"]);
  });

  test(`${role}: each message has the whole limit (§10.4)`, () => {
    const part = new Uint8Array(50);
    const split = [{ opcode: 2, fin: false, payload: part }, { opcode: 0, payload: part }];
    const whole = { opcode: 2, payload: new Uint8Array(100) };
    const { events } = feedFrames(role, [...split, whole, ...split, whole], { maxMessageSize: 100 });
    assertEquals(events, Array(4).fill(`binary ${"00".repeat(100)}`));
  });

  test(`${role}: control frames do not count (§10.4)`, () => {
    const ping = { opcode: 9, payload: utf8("p".repeat(100)) };
    const frames = [ping, { opcode: 1, fin: false, payload: utf8("x") }, ping, ping, {
      opcode: 0,
      payload: utf8("y"),
    }, ping];
    const { events } = feedFrames(role, frames, { maxMessageSize: 2, maxFragments: 2 });
    assertEquals(events.filter((line) => line.startsWith("text") || line.startsWith("fail")), ["text xy"]);
    assertEquals(events.length, 5);
  });

  test(`${role}: a message of maxFragments is delivered, one more frame fails with 1008, empty ones too (§10.4)`, () => {
    for (const payload of [new Uint8Array(), utf8("x")]) {
      for (const maxFragments of [1, 2, 5]) {
        const frames = Array.from(
          { length: maxFragments },
          (_, at) => ({ opcode: at === 0 ? 1 : 0, fin: false, payload }),
        );
        const ending = frames.map((frame, at) => at === maxFragments - 1 ? { ...frame, fin: true } : frame);
        const text = `text ${"x".repeat(payload.length * maxFragments)}`.trimEnd();
        // Each message has them all.
        assertEquals(feedFrames(role, [...ending, ...ending], { maxFragments }).events, [text, text]);
        for (const fin of [false, true]) {
          const { events, sent, reason } = feedFrames(role, [...frames, { opcode: 0, fin, payload }], {
            maxFragments,
          });
          assertEquals([events, sent, reason], [["fail 1008"], ["close 1008"], "too many fragments"]);
        }
      }
    }
  });

  test(`${role}: the default of maxFragments is 16 384 (§10.4)`, () => {
    const engine = new WebSocketEngine({ role });
    const first = fromPeer(role, { opcode: 1, fin: false });
    const next = fromPeer(role, { opcode: 0, fin: false });
    engine.receive(concat([first, ...Array(16383).fill(next)]));
    assertEquals(engine.next(), undefined);
    engine.receive(next);
    const event = engine.next();
    assertEquals(event?.type === "error" && event.error.closeCode, 1008);
  });
}
