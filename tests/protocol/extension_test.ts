import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { describeOutput, feedFrames, fromPeer, roles } from "../kit/feed_engine.ts";
import { hex, toHex, utf8 } from "../kit/frames.ts";
import { ToyCodec } from "../kit/toy_codec.ts";

const createCodec = () => new ToyCodec();
/** "Hello" with the toy's counts. */
const hello = hex("01 48 01 65 02 6c 01 6f");

for (const role of roles) {
  test(`${role}: a message marked with RSV1 goes through the codec (RFC 7692 §6.2)`, () => {
    const { events, sent } = feedFrames(role, [{ opcode: 1, rsv: 4, payload: hello }, {
      opcode: 2,
      rsv: 4,
      payload: hello,
    }], { createCodec });
    assertEquals([events, sent], [["text Hello", "binary 48656c6c6f"], []]);
  });

  test(`${role}: a message without RSV1 does not (RFC 7692 §6.2)`, () => {
    const frames = [
      { opcode: 2, payload: hello },
      { opcode: 1, rsv: 4, payload: hello },
      { opcode: 2, fin: false, payload: hello },
      { opcode: 0 },
      { opcode: 1, payload: utf8("Hello") },
    ];
    assertEquals(feedFrames(role, frames, { createCodec }).events, [
      `binary ${toHex(hello)}`,
      "text Hello",
      `binary ${toHex(hello)}`,
      "text Hello",
    ]);
  });

  test(`${role}: an empty message may be marked with RSV1 (RFC 7692 §7.2.3.6)`, () => {
    const frames = [{ opcode: 1, rsv: 4 }, { opcode: 2, rsv: 4, fin: false }, { opcode: 0 }];
    assertEquals(feedFrames(role, frames, { createCodec }).events, ["text", "binary"]);
  });

  test(`${role}: RSV1 of the first fragment holds for all, wherever they are cut (RFC 7692 §6.1)`, () => {
    for (let at = 0; at <= hello.length; at++) {
      const { events } = feedFrames(role, [
        { opcode: 1, rsv: 4, fin: false, payload: hello.subarray(0, at) },
        { opcode: 9 },
        { opcode: 0, fin: false },
        { opcode: 0, payload: hello.subarray(at) },
        { opcode: 1, payload: utf8("Hello") },
      ], { createCodec });
      assertEquals(events, ["ping", "text Hello", "text Hello"]);
    }
  });

  test(`${role}: RSV1 on a continuation or a control frame fails with 1002 (RFC 7692 §6.1)`, () => {
    for (const start of [[{ opcode: 1, rsv: 4, fin: false, payload: hello }], [{ opcode: 1, fin: false }]]) {
      for (const opcode of [0, 8, 9, 10]) {
        const { events, reason } = feedFrames(role, [...start, { opcode, rsv: 4 }], { createCodec });
        assertEquals([events, reason], [["fail 1002"], "reserved bit set"]);
      }
    }
  });

  test(`${role}: what is decoded is judged as UTF-8, at its first impossible byte (§8.1)`, () => {
    for (const payload of ["01ff", "01e2018201ac01ff", "01e20141"]) {
      for (const fin of [false, true]) {
        const { events } = feedFrames(role, [{ opcode: 1, rsv: 4, fin, payload: hex(payload + "0141") }], {
          createCodec,
        });
        assertEquals(events, ["fail 1007"]);
      }
    }
    const { events } = feedFrames(role, [{ opcode: 1, rsv: 4, payload: hex("01e20182") }], { createCodec });
    assertEquals(events, ["fail 1007"]);
  });

  test(`${role}: an error of the codec fails with its code (RFC 7692 §7.2)`, () => {
    const { events, sent, reason } = feedFrames(role, [{ opcode: 2, rsv: 4, payload: hex("0148 01") }], {
      createCodec,
    });
    assertEquals([events, sent, reason], [["fail 1007"], ["close 1007"], "a count without a byte"]);
  });

  test(`${role}: the limit holds for what is decoded, over all fragments and in each message (RFC 7692 §8)`, () => {
    const options = { createCodec, maxMessageSize: 100 };
    const parts = (last: string) => [
      { opcode: 2, rsv: 4, fin: false, payload: hex("3c00") },
      { opcode: 0, payload: hex(last) },
    ];
    const whole = `binary ${"00".repeat(100)}`;
    const { events } = feedFrames(role, [...parts("2800"), ...parts("2800"), {
      opcode: 2,
      rsv: 4,
      payload: hex("6400"),
    }], options);
    assertEquals(events, [whole, whole, whole]);
    assertEquals(feedFrames(role, parts("2900"), options).events, ["fail 1009"]);
    assertEquals(feedFrames(role, [{ opcode: 2, rsv: 4, payload: hex("6500") }], options).events, [
      "fail 1009",
    ]);
  });

  test(`${role}: the limit holds for what is on the wire too (§10.4)`, () => {
    const options = { createCodec, maxMessageSize: 7 };
    assertEquals(feedFrames(role, [{ opcode: 1, rsv: 4, payload: hello }], options).events, ["fail 1009"]);
  });

  test(`${role}: long decoded pieces make the same message`, () => {
    const count = 300;
    const payload = hex("ff41".repeat(count));
    const engine = new WebSocketEngine({ role, codec: new ToyCodec() });
    // More than 64 KiB at once, and less.
    const frames = [
      { opcode: 1, rsv: 4, fin: false, payload },
      { opcode: 0, fin: false, payload: hello },
      { opcode: 0, fin: false, payload },
      { opcode: 0, payload: hello },
    ];
    engine.receive(fromPeer(role, ...frames));
    const long = "A".repeat(255 * count);
    assertEquals(engine.next(), { type: "message", data: `${long}Hello${long}Hello` });
  });

  test(`${role}: data is passed over and not decoded behind close() (§5.5.1)`, () => {
    const { events } = feedFrames(role, [{ opcode: 2, rsv: 4, payload: hex("01") }, { opcode: 8 }], {
      createCodec,
      prepare: (engine) => engine.close(),
    });
    assertEquals(events, ["close 1005"]);
  });

  test(`${role}: send() asks the codec whether it encodes a message of that length (RFC 7692 §6.1)`, () => {
    const codec = new ToyCodec();
    const engine = new WebSocketEngine({ role, codec });
    engine.send("a");
    engine.send("bc", { compress: false });
    engine.send(utf8("abc"), { compress: true });
    engine.send(utf8("d"), { compress: false });
    engine.send("", {});
    assertEquals(codec.asked, [1, 2, 3, 1, 0]);
    assertEquals(describeOutput(role, engine.takeOutput()), [
      "text rsv4 \x01a",
      "text bc",
      "binary rsv4 016101620163",
      "binary 64",
      "text rsv4",
    ]);
  });

  test(`${role}: an encoded message in fragments has RSV1 on the first one (RFC 7692 §6.1)`, () => {
    const engine = new WebSocketEngine({ role, codec: new ToyCodec(), fragmentSize: 3 });
    engine.send("abc");
    engine.send("abc", { compress: false });
    engine.ping();
    assertEquals(describeOutput(role, engine.takeOutput()), [
      "text rsv4 and more \x01a\x01",
      "continuation 620163",
      "text abc",
      "ping",
    ]);
  });

  test(`${role}: a tap sees RSV1, and dispose() closes the codec (RFC 7692 §6)`, () => {
    const codec = new ToyCodec();
    const seen: boolean[] = [];
    const engine = new WebSocketEngine({ role, codec, onFrame: (frame) => seen.push(frame.rsv1) });
    engine.send("a");
    engine.send("a", { compress: false });
    engine.receive(fromPeer(role, { opcode: 1, rsv: 4, payload: hello }, { opcode: 1 }));
    engine.next();
    engine.next();
    assertEquals(seen, [true, false, true, false]);
    engine.dispose();
    assertEquals(codec.closed, 1);
  });
}

test("an error of the codec that is no ProtocolError is the caller's to see", () => {
  class BrokenCodec extends ToyCodec {
    override decode(): never {
      throw new TypeError("broken");
    }
  }
  const engine = new WebSocketEngine({ role: "client", codec: new BrokenCodec() });
  engine.receive(fromPeer("client", { opcode: 1, rsv: 4, payload: hello }));
  let error: unknown;
  try {
    engine.next();
  } catch (thrown) {
    error = thrown;
  }
  assertEquals(error instanceof TypeError, true);
});
