import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { describeOutput, roles } from "../kit/feed_engine.ts";
import { concat, decodeFrames, sameBytes, utf8 } from "../kit/frames.ts";
import { createRandomBytes } from "../kit/random.ts";
import { ToyCodec } from "../kit/toy_codec.ts";

for (const role of roles) {
  test(`${role}: pieces are the fragments of one message (§5.4)`, () => {
    const engine = new WebSocketEngine({ role });
    engine.sendPiece("text", utf8("Hel"), false);
    engine.sendPiece("text", utf8("lo"), true);
    engine.sendPiece("binary", utf8("x"), true);
    assertEquals(describeOutput(role, engine.takeOutput()), [
      "text and more Hel",
      "continuation 6c6f",
      "binary 78",
    ]);
    assertEquals([engine.counts.messagesSent, engine.counts.framesSent], [2, 3]);
  });

  test(`${role}: empty pieces are sent only where they end a message (§5.4)`, () => {
    const engine = new WebSocketEngine({ role });
    const empty = new Uint8Array();
    engine.sendPiece("text", empty, false);
    engine.sendPiece("text", utf8("a"), false);
    engine.sendPiece("text", empty, false);
    engine.sendPiece("text", empty, true);
    engine.sendPiece("binary", empty, false);
    engine.sendPiece("binary", empty, true);
    assertEquals(describeOutput(role, engine.takeOutput()), ["text and more a", "continuation", "binary"]);
  });

  test(`${role}: control frames go between pieces, other messages do not (§5.4)`, () => {
    const engine = new WebSocketEngine({ role });
    engine.sendPiece("text", utf8("a"), false);
    engine.ping();
    assertThrows(() => engine.send("Hello"), TypeError, "Cannot send: a message in pieces is not finished");
    assertThrows(() => engine.sendPiece("binary", utf8("b"), true), TypeError, "of the other type");
    engine.pong();
    engine.sendPiece("text", utf8("b"), true);
    engine.send("Hello");
    assertEquals(describeOutput(role, engine.takeOutput()), [
      "text and more a",
      "ping",
      "pong",
      "continuation 62",
      "text Hello",
    ]);
  });

  test(`${role}: a Close may come in the middle of pieces, and no piece behind it (§5.5.1)`, () => {
    const engine = new WebSocketEngine({ role });
    engine.sendPiece("text", utf8("a"), false);
    engine.close(1001);
    assertThrows(
      () => engine.sendPiece("text", utf8("b"), true),
      TypeError,
      "Cannot send: the connection is closing",
    );
    assertEquals(describeOutput(role, engine.takeOutput()), ["text and more a", "close 1001"]);
  });

  test(`${role}: pieces of any size are the message, and the caller's bytes stay as they are (§5.4)`, () => {
    const engine = new WebSocketEngine({ role });
    const payload = createRandomBytes(300_000, 1);
    const sent = payload.slice();
    const sizes = [0, 1, 47, 48, 125, 126, 16369, 16370, 65535, 65536, 100_000];
    let at = 0;
    for (const size of sizes) engine.sendPiece("binary", sent.subarray(at, at += size), false);
    engine.sendPiece("binary", sent.subarray(at), true);
    const frames = decodeFrames(concat(engine.takeOutput()));
    assertEquals(frames.length, sizes.length);
    assertEquals(sameBytes(concat(frames.map((frame) => frame.payload)), payload), true);
    assertEquals(sameBytes(sent, payload), true);
  });

  test(`${role}: pieces go through the codec, RSV1 on the first frame only (RFC 7692 §6.1)`, () => {
    const codec = new ToyCodec();
    const engine = new WebSocketEngine({ role, codec });
    engine.sendPiece("text", new Uint8Array(), false);
    engine.sendPiece("text", utf8("a"), false);
    engine.sendPiece("text", utf8("b"), false, { compress: false });
    engine.sendPiece("text", new Uint8Array(), true);
    engine.sendPiece("text", utf8("c"), false, { compress: false });
    engine.sendPiece("text", utf8("d"), true, { compress: true });
    assertEquals(describeOutput(role, engine.takeOutput()), [
      "text rsv4 and more \x01a",
      "continuation and more 0162",
      "continuation",
      "text and more c",
      "continuation 64",
    ]);
    assertEquals(codec.asked, [undefined, undefined]);
  });
}
