import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { describeEvents, describeOutput, feed, feedFrames, fromPeer, roles } from "../kit/feed_engine.ts";
import { encodeFrame, exampleKey, toHex, utf8 } from "../kit/frames.ts";
import { createRandomBytes } from "../kit/random.ts";

for (const role of roles) {
  for (const length of [0, 1, 47, 48, 64, 124, 125]) {
    test(`${role}: a Ping of ${length} bytes is answered by a Pong with the same (§5.5.2)`, () => {
      const payload = createRandomBytes(length, length);
      const { events, sent } = feedFrames(role, [{ opcode: 9, payload }]);
      assertEquals(events, [`ping ${toHex(payload)}`.trimEnd()]);
      assertEquals(sent, [`pong ${toHex(payload)}`.trimEnd()]);
    });

    test(`${role}: a Pong of ${length} bytes is told and not answered (§5.5.3)`, () => {
      const payload = createRandomBytes(length, length);
      const { events, sent } = feedFrames(role, [{ opcode: 10, payload }, { opcode: 10, payload }]);
      assertEquals([events, sent], [Array(2).fill(`pong ${toHex(payload)}`.trimEnd()), []]);
    });
  }

  for (const opcode of [8, 9, 10]) {
    test(`${role}: a control frame of opcode ${opcode} without FIN fails with 1002 (§5.5)`, () => {
      for (const payload of [new Uint8Array(), utf8("p")]) {
        const { events, sent, reason } = feedFrames(role, [{ opcode, fin: false, payload }]);
        assertEquals([events, sent, reason], [["fail 1002"], ["close 1002"], "fragmented control frame"]);
      }
    });

    test(`${role}: a control frame of opcode ${opcode} longer than 125 bytes fails with 1002 on its second byte (§5.5)`, () => {
      for (const length of [126, 127, 65535, 65536]) {
        const bytes = fromPeer(role, { opcode, payload: new Uint8Array(length) }).subarray(0, 2);
        const { events, reason } = feed(role, bytes);
        assertEquals([events, reason], [["fail 1002"], "control frame longer than 125 bytes"]);
      }
    });

    test(`${role}: a control frame of opcode ${opcode} with a longer form of length fails with 1002 whatever it says (§5.5)`, () => {
      for (const lengthBytes of [2, 8] as const) {
        const key = role === "server" ? exampleKey : undefined;
        const bytes = encodeFrame({ opcode, key, payload: utf8("Hello") }, lengthBytes);
        assertEquals(feed(role, bytes).events, ["fail 1002"]);
      }
    });
  }

  test(`${role}: ping() and pong() send control frames of at most 125 bytes (§5.5)`, () => {
    const engine = new WebSocketEngine({ role });
    engine.ping();
    engine.ping(utf8("1"));
    engine.ping(createRandomBytes(125, 1));
    engine.pong();
    engine.pong(createRandomBytes(125, 2));
    const long = new Uint8Array(126);
    assertThrows(() => engine.ping(long), RangeError, "Cannot send: a control frame of more than 125 bytes");
    assertThrows(() => engine.pong(long), RangeError, "Cannot send: a control frame of more than 125 bytes");
    const sent = describeOutput(role, engine.takeOutput());
    const [full, fuller] = [createRandomBytes(125, 1), createRandomBytes(125, 2)];
    assertEquals(sent, ["ping", "ping 31", `ping ${toHex(full)}`, "pong", `pong ${toHex(fuller)}`]);
  });

  test(`${role}: 100 000 Pongs that nobody asked for leave nothing behind (§5.5.3)`, () => {
    const bytes = fromPeer(role, ...Array(1000).fill({ opcode: 10, payload: createRandomBytes(125, 1) }));
    const engine = new WebSocketEngine({ role });
    for (let round = 0; round < 100; round++) {
      engine.receive(bytes);
      let count = 0;
      while (engine.next() !== undefined) count++;
      assertEquals(count, 1000);
    }
    assertEquals([engine.queuedBytes, engine.collectedBytes, engine.unreadBytes], [0, 0, 0]);
  });

  test(`${role}: pings of a peer that does not read leave some 1 KiB of Pongs, the newest one last (§5.5.3)`, () => {
    const engine = new WebSocketEngine({ role });
    engine.congested = true;
    const payload = new Uint8Array(125);
    const view = new DataView(payload.buffer);
    for (let count = 1; count <= 100_000; count++) {
      view.setUint32(0, count);
      engine.receive(
        encodeFrame({ opcode: 9, payload, key: role === "server" ? exampleKey.subarray() : undefined }),
      );
      assertEquals(describeEvents([engine.next()!]).length, 1);
      if (engine.queuedBytes > 1400) throw new Error(`${engine.queuedBytes} bytes wait`);
      if (count === 20) count = 99_900;
    }
    engine.congested = false;
    const sent = describeOutput(role, engine.takeOutput());
    // The first ones in order, then the newest.
    const numbers = sent.map((line) => parseInt(line.slice(5, 13), 16));
    assertEquals(numbers.slice(0, 3), [1, 2, 3]);
    assertEquals(numbers.at(-1), 100_000);
    assertEquals(sent.length < 12, true);
    assertEquals(engine.queuedBytes, 0);
  });

  test(`${role}: the payload that a Ping was told with is the application's (§5.5.2)`, () => {
    for (const congested of [false, true]) {
      const engine = new WebSocketEngine({ role });
      engine.congested = congested;
      const expected: string[] = [];
      for (let count = 0; count < (congested ? 40 : 3); count++) {
        engine.receive(fromPeer(role, { opcode: 9, payload: new Uint8Array(100).fill(count) }));
        const event = engine.next();
        if (event?.type !== "ping") throw new Error("no ping");
        event.payload.fill(0xff);
        expected.push(`pong ${toHex(new Uint8Array(100).fill(count))}`);
      }
      const sent = describeOutput(role, engine.takeOutput());
      assertEquals(sent.at(-1), expected.at(-1));
      assertEquals(sent.slice(0, 3), expected.slice(0, 3));
    }
  });

  test(`${role}: empty payloads are no object that others have too (§5.5)`, () => {
    const engine = new WebSocketEngine({ role });
    engine.receive(
      fromPeer(role, { opcode: 9 }, { opcode: 10 }, { opcode: 2 }, { opcode: 2, fin: false }, { opcode: 0 }),
    );
    const buffers = new Set<ArrayBuffer>();
    for (let event; (event = engine.next()) !== undefined;) {
      if (event.type === "ping" || event.type === "pong") buffers.add(event.payload.buffer);
      else if (event.type === "message" && typeof event.data !== "string") buffers.add(event.data.buffer);
    }
    assertEquals(buffers.size, 4);
  });

  test(`${role}: a Ping behind our Close is told and needs no answer (§5.5.1, §5.5.2)`, () => {
    const { events, sent } = feedFrames(role, [{ opcode: 9, payload: utf8("p") }, { opcode: 10 }], {
      prepare: (engine) => engine.close(1000),
    });
    assertEquals([events, sent], [["ping 70", "pong"], ["close 1000"]]);
  });
}
