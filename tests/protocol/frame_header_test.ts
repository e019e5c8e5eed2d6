import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { feed, feedFrames, fromPeer, roles } from "../kit/feed_engine.ts";
import { exampleKey, utf8 } from "../kit/frames.ts";
import { ToyCodec } from "../kit/toy_codec.ts";

const hello = utf8("Hello");

for (const role of roles) {
  test(`${role}: a frame with FIN and opcode 1 is a text message (§5.2)`, () => {
    assertEquals(feedFrames(role, [{ opcode: 1, payload: hello }]), {
      events: ["text Hello"],
      sent: [],
      reason: "",
    });
  });

  test(`${role}: a frame with FIN and opcode 2 is a binary message (§5.2)`, () => {
    assertEquals(feedFrames(role, [{ opcode: 2, payload: hello }]).events, ["binary 48656c6c6f"]);
  });

  test(`${role}: frames behind each other are messages in order (§5.2)`, () => {
    const frames = [{ opcode: 1, payload: utf8("one") }, { opcode: 2, payload: hello }, { opcode: 1 }, {
      opcode: 2,
    }];
    assertEquals(feedFrames(role, frames).events, ["text one", "binary 48656c6c6f", "text", "binary"]);
  });

  for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
    test(`${role}: opcode ${opcode} is reserved and fails with 1002 (§5.2)`, () => {
      const { events, sent, reason } = feedFrames(role, [{ opcode }]);
      assertEquals([events, sent, reason], [["fail 1002"], ["close 1002"], "reserved opcode"]);
    });
  }

  for (const rsv of [1, 2, 3, 4, 5, 6, 7]) {
    for (const opcode of [0, 1, 2, 8, 9, 10]) {
      test(`${role}: reserved bits ${rsv} of opcode ${opcode} fail with 1002 where no extension defines them (§5.2)`, () => {
        const before = opcode === 0 ? [{ opcode: 1, fin: false }] : [];
        const { events, reason } = feedFrames(role, [...before, { opcode, rsv }]);
        assertEquals([events, reason], [["fail 1002"], "reserved bit set"]);
      });
    }
  }

  for (const rsv of [1, 2, 3, 5, 6, 7]) {
    test(`${role}: reserved bits ${rsv} fail with 1002 where an extension defines RSV1 (§5.2)`, () => {
      const { events } = feedFrames(role, [{ opcode: 2, rsv }], { createCodec: () => new ToyCodec() });
      assertEquals(events, ["fail 1002"]);
    });
  }

  test(`${role}: a broken rule of the first two bytes fails before the rest of the header comes (§5.2)`, () => {
    const start = fromPeer(role, { opcode: 3, payload: new Uint8Array(70000) }).subarray(0, 2);
    assertEquals(feed(role, start).events, ["fail 1002"]);
  });

  test(`${role}: what came before a broken rule is delivered, what comes behind it is not (§7.1.7)`, () => {
    const { events, sent } = feedFrames(role, [
      { opcode: 1, payload: hello },
      { opcode: 9, payload: utf8("p") },
      { opcode: 5 },
      { opcode: 1, payload: hello },
      { opcode: 9 },
      { opcode: 8 },
    ]);
    assertEquals(events, ["text Hello", "ping 70", "fail 1002"]);
    assertEquals(sent, ["pong 70", "close 1002"]);
  });
}

test("server: a frame that is not masked fails with 1002 (§5.1)", () => {
  for (const opcode of [1, 2, 8, 9, 10]) {
    const { events, sent, reason } = feedFrames("server", [{ opcode, payload: utf8("12"), key: undefined }]);
    assertEquals([events, sent, reason], [["fail 1002"], ["close 1002"], "unmasked frame"]);
  }
});

test("client: a masked frame fails with 1002 (§5.1)", () => {
  for (const opcode of [1, 2, 8, 9, 10]) {
    const { events, sent, reason } = feedFrames("client", [{ opcode, payload: utf8("12"), key: exampleKey }]);
    assertEquals([events, sent, reason], [["fail 1002"], ["close 1002"], "masked frame"]);
  }
});
