import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { describeFrame, describeOutput, fromPeer, roles } from "../kit/feed_engine.ts";
import { concat, decodeFrames, toHex, utf8 } from "../kit/frames.ts";
import { createRandomBytes } from "../kit/random.ts";

for (const role of roles) {
  test(`${role}: output is in the order of the calls while it leaves at once (§5.4)`, () => {
    const engine = new WebSocketEngine({ role });
    engine.send("one");
    engine.receive(fromPeer(role, { opcode: 9, payload: utf8("2") }));
    engine.next();
    engine.send("three");
    engine.ping(utf8("4"));
    engine.send("five");
    assertEquals(describeOutput(role, engine.takeOutput()), [
      "text one",
      "pong 32",
      "text three",
      "ping 34",
      "text five",
    ]);
  });

  test(`${role}: what a turn wrote in small frames is one chunk`, () => {
    const engine = new WebSocketEngine({ role });
    for (let count = 0; count < 100; count++) engine.send("Hello");
    assertEquals(engine.takeOutput().length, 1);
    assertEquals(engine.takeOutput(), []);
  });

  test(`${role}: while nothing leaves, Pings and Pongs go ahead of the messages that wait, in their order (§5.4)`, () => {
    const engine = new WebSocketEngine({ role });
    engine.send("one");
    engine.send(new Uint8Array(20000));
    engine.congested = true;
    engine.send("three");
    engine.ping(utf8("p"));
    engine.receive(fromPeer(role, { opcode: 9, payload: utf8("q") }));
    engine.next();
    engine.pong(utf8("r"));
    engine.send("four");
    const lines = describeOutput(role, engine.takeOutput());
    assertEquals(lines.slice(0, 4), ["ping 70", "pong 71", "pong 72", "text one"]);
    assertEquals(lines.slice(5), ["text three", "text four"]);
    engine.congested = false;
    engine.send("five");
    engine.ping();
    assertEquals(describeOutput(role, engine.takeOutput()), ["text five", "ping"]);
  });

  test(`${role}: while nothing leaves, a control frame goes between the fragments of a message that waits (§5.4)`, () => {
    const engine = new WebSocketEngine({ role, fragmentSize: 20000 });
    engine.send(createRandomBytes(100_000, 1));
    const first = engine.takeOutput(1);
    assertEquals(describeOutput(role, first).length, 1);
    engine.congested = true;
    engine.receive(fromPeer(role, { opcode: 9, payload: utf8("p") }));
    engine.next();
    const rest = engine.takeOutput();
    const frames = decodeFrames(concat([...first, ...rest]));
    assertEquals(frames.map((frame) => frame.opcode), [2, 10, 0, 0, 0, 0]);
    assertEquals(frames.map((frame) => frame.fin), [false, true, false, false, false, true]);
    const payload = concat(frames.filter((frame) => frame.opcode !== 10).map((frame) => frame.payload));
    assertEquals(toHex(payload), toHex(createRandomBytes(100_000, 1)));
  });

  test(`${role}: while nothing leaves, a Close stays behind the messages, and Pings that came before ahead of them (§5.5.1)`, () => {
    const engine = new WebSocketEngine({ role });
    engine.congested = true;
    engine.send("one");
    engine.receive(fromPeer(role, { opcode: 9, payload: utf8("p") }, { opcode: 8 }));
    engine.next();
    engine.next();
    assertEquals(describeOutput(role, engine.takeOutput()), ["pong 70", "text one", "close"]);
  });

  test(`${role}: a Pong that gave way to newer ones is sent before a Close that came behind (§5.5.3)`, () => {
    const engine = new WebSocketEngine({ role });
    engine.congested = true;
    const pings = Array.from(
      { length: 40 },
      (_, at) => ({ opcode: 9, payload: new Uint8Array(100).fill(at) }),
    );
    engine.receive(fromPeer(role, ...pings, { opcode: 8 }));
    while (engine.next() !== undefined);
    const lines = describeOutput(role, engine.takeOutput());
    assertEquals(lines.at(-1), "close");
    assertEquals(lines.at(-2), `pong ${"27".repeat(100)}`);
    assertEquals([engine.queuedBytes, engine.takeOutput()], [0, []]);
  });

  test(`${role}: takeOutput(limit) takes whole frames, at least one, and no more than it takes to reach the limit`, () => {
    for (const limit of [0, 1, 20000, 20014, 20015, 50000, 1_000_000, Infinity]) {
      const engine = new WebSocketEngine({ role });
      for (let index = 0; index < 10; index++) engine.send(createRandomBytes(20000, index));
      const lines: string[] = [];
      while (engine.queuedBytes > 0) {
        const before = engine.queuedBytes;
        const chunks = engine.takeOutput(limit);
        const sizes = chunks.map((chunk) => chunk.length);
        const bytes = sizes.reduce((sum, size) => sum + size, 0);
        assertEquals(engine.queuedBytes, before - bytes);
        const frames = decodeFrames(concat(chunks));
        const withoutLast = bytes - bytes / frames.length;
        assertEquals(
          [frames.length === 1 || withoutLast < limit, bytes >= limit || engine.queuedBytes === 0],
          [true, true],
        );
        lines.push(...frames.map(describeFrame));
      }
      const expected = Array.from(
        { length: 10 },
        (_, index) => `binary ${toHex(createRandomBytes(20000, index))}`,
      );
      assertEquals(lines, expected);
    }
  });

  test(`${role}: queuedTotal and takenTotal tell when a message has been taken`, () => {
    const engine = new WebSocketEngine({ role });
    engine.send("one");
    const one = engine.queuedTotal;
    assertEquals([engine.takenTotal, engine.queuedBytes], [0, one]);
    engine.send(new Uint8Array(30000));
    const two = engine.queuedTotal;
    engine.send(new Uint8Array(30000));
    engine.takeOutput(one + 1);
    assertEquals(engine.takenTotal, two);
    engine.takeOutput();
    assertEquals(engine.takenTotal, engine.queuedTotal);
    assertEquals(engine.queuedBytes, 0);
  });

  test(`${role}: queuedBytes tells what waits, control frames too`, () => {
    const engine = new WebSocketEngine({ role });
    engine.congested = true;
    assertEquals(engine.queuedBytes, 0);
    engine.ping(new Uint8Array(10));
    const ping = 12 + (role === "client" ? 4 : 0);
    assertEquals([engine.queuedBytes, engine.queuedTotal], [ping, 0]);
    engine.send(new Uint8Array(10));
    assertEquals([engine.queuedBytes, engine.queuedTotal], [2 * ping, ping]);
    const bytes = engine.takeOutput().reduce((sum, chunk) => sum + chunk.length, 0);
    assertEquals([bytes, engine.queuedBytes], [2 * ping, 0]);
  });

  test(`${role}: dispose() lets go of everything`, () => {
    const engine = new WebSocketEngine({ role });
    engine.congested = true;
    engine.send("one");
    engine.send(new Uint8Array(20000));
    const pings = Array.from({ length: 40 }, () => ({ opcode: 9, payload: new Uint8Array(100) }));
    engine.receive(fromPeer(role, ...pings, { opcode: 1, fin: false, payload: utf8("x") }, { opcode: 9 }));
    for (let count = 0; count < 40; count++) engine.next();
    engine.dispose();
    assertEquals([engine.queuedBytes, engine.unreadBytes, engine.collectedBytes], [0, 0, 0]);
    assertEquals([engine.takeOutput(), engine.next()], [[], undefined]);
  });
}

test("a server's large payload is queued as the bytes it was given; send() and sendPiece() say so", () => {
  for (const length of [0, 16369, 16370, 16379, 16380, 16384, 70000]) {
    for (const fragmentSize of [0, 16369, 16370, 30000]) {
      const engine = new WebSocketEngine({ role: "server" });
      const payload = new Uint8Array(length);
      const sent = [engine.send(payload, { fragmentSize }), engine.sendPiece("binary", payload, true)];
      const [whole, piece] = sent.map((borrowed) => {
        const chunks = engine.takeOutput(0);
        // A message in fragments is taken one by one.
        for (let more; borrowed && (more = engine.takeOutput(0)).length > 0;) chunks.push(...more);
        return chunks;
      });
      const lends = whole!.concat(piece!).some((chunk) => chunk.buffer === payload.buffer);
      assertEquals(sent.includes(true), lends);
    }
  }
});

test("a client, a text and a compressed message never lend the bytes they were given", () => {
  const payload = new Uint8Array(70000);
  const client = new WebSocketEngine({ role: "client" });
  assertEquals([client.send(payload), client.sendPiece("binary", payload, true)], [false, false]);
  assertEquals([client.send(payload, { fragmentSize: 20000 }), client.send("x".repeat(70000))], [
    false,
    false,
  ]);
  assertEquals(client.takeOutput().some((chunk) => chunk.buffer === payload.buffer), false);
  const server = new WebSocketEngine({ role: "server" });
  assertEquals([server.send("x".repeat(70000)), server.send("κ".repeat(70000), { fragmentSize: 20000 })], [
    false,
    false,
  ]);
});
