import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { describeOutput, roles } from "../kit/feed_engine.ts";
import { concat, decodeFrames, sameBytes, utf8 } from "../kit/frames.ts";
import { createRandomBytes } from "../kit/random.ts";

for (const role of roles) {
  test(`${role}: messages longer than fragmentSize are sent in fragments of it, the last one with FIN (§5.4)`, () => {
    const engine = new WebSocketEngine({ role, fragmentSize: 2 });
    for (const text of ["", "a", "ab", "abc", "abcd", "abcde"]) engine.send(text);
    assertEquals(describeOutput(role, engine.takeOutput()), [
      "text",
      "text a",
      "text ab",
      "text and more ab",
      "continuation 63",
      "text and more ab",
      "continuation 6364",
      "text and more ab",
      "continuation and more 6364",
      "continuation 65",
    ]);
    engine.send(utf8("abc"));
    assertEquals(describeOutput(role, engine.takeOutput()), ["binary and more 6162", "continuation 63"]);
  });

  test(`${role}: fragmentSize is off by default, and what send() is told overrides the option (§5.4)`, () => {
    const off = new WebSocketEngine({ role });
    off.send("x".repeat(100_000));
    off.send("abc", { fragmentSize: 2 });
    off.send("abc", { fragmentSize: undefined });
    assertEquals(describeOutput(role, off.takeOutput()).slice(1), [
      "text and more ab",
      "continuation 63",
      "text abc",
    ]);
    const on = new WebSocketEngine({ role, fragmentSize: 1 });
    on.send("abc", { fragmentSize: 0 });
    on.send("ab");
    assertEquals(describeOutput(role, on.takeOutput()), ["text abc", "text and more a", "continuation 62"]);
  });

  test(`${role}: a code point may be cut by fragmentSize (§5.4)`, () => {
    const engine = new WebSocketEngine({ role, fragmentSize: 1 });
    engine.send("€");
    const frames = decodeFrames(concat(engine.takeOutput()));
    assertEquals(frames.map((frame) => [...frame.payload]), [[0xe2], [0x82], [0xac]]);
  });

  test(`${role}: control frames are never sent in fragments (§5.5)`, () => {
    const engine = new WebSocketEngine({ role, fragmentSize: 2 });
    engine.ping(utf8("ping"));
    engine.close(1000, "bye");
    assertEquals(describeOutput(role, engine.takeOutput()), ["ping 70696e67", "close 1000"]);
  });

  for (const fragmentSize of [125, 126, 16369, 16370, 16371, 65535, 65536, 100_000]) {
    test(`${role}: fragments of ${fragmentSize} bytes are the message, and the caller's bytes stay as they are (§5.4)`, () => {
      const payload = createRandomBytes(200_000, fragmentSize);
      const sent = payload.slice();
      const text = "κόσμε😀".repeat(8000);
      const engine = new WebSocketEngine({ role, fragmentSize });
      engine.send(sent);
      const binary = engine.takeOutput();
      engine.send(text);
      for (const [output, expected] of [[binary, payload], [engine.takeOutput(), utf8(text)]] as const) {
        const frames = decodeFrames(concat(output));
        assertEquals(frames.length, Math.ceil(expected.length / fragmentSize));
        assertEquals(frames.every((frame, at) => (frame.opcode === 0) === (at > 0)), true);
        assertEquals(frames.every((frame, at) => frame.fin === (at === frames.length - 1)), true);
        assertEquals(sameBytes(concat(frames.map((frame) => frame.payload)), expected), true);
      }
      assertEquals(sameBytes(sent, payload), true);
    });
  }

  test(`${role}: send() throws for a fragmentSize that means nothing, and queues nothing`, () => {
    const engine = new WebSocketEngine({ role });
    for (const fragmentSize of [-1, 0.5, NaN, Infinity]) {
      assertThrows(() => engine.send("abc", { fragmentSize }), RangeError, "Cannot use fragmentSize");
    }
    assertEquals([engine.queuedBytes, engine.counts.messagesSent], [0, 0]);
  });
}

for (const role of roles) {
  test(`${role}: the pieces of a message are cut by fragmentSize too, and FIN ends the last one alone (§5.4)`, () => {
    const engine = new WebSocketEngine({ role, fragmentSize: 2 });
    engine.sendPiece("text", utf8("abc"), false);
    engine.sendPiece("text", utf8("de"), true);
    engine.sendPiece("text", utf8("fgh"), true, { fragmentSize: 0 });
    engine.sendPiece("text", utf8("i"), false);
    engine.sendPiece("text", utf8(""), true);
    assertEquals(describeOutput(role, engine.takeOutput()), [
      "text and more ab",
      "continuation and more 63",
      "continuation 6465",
      "text fgh",
      "text and more i",
      "continuation",
    ]);
    assertThrows(() => engine.sendPiece("text", utf8("j"), true, { fragmentSize: -1 }), RangeError);
    assertEquals(engine.takeOutput(), []);
  });
}
