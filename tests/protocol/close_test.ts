import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { feed, feedFrames, fromPeer, roles } from "../kit/feed_engine.ts";
import { concat, hex, utf8 } from "../kit/frames.ts";

const received = [
  1000,
  1001,
  1002,
  1003,
  1007,
  1008,
  1009,
  1010,
  1011,
  1012,
  1013,
  1014,
  3000,
  3999,
  4000,
  4999,
];
const refused = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535];

/** The payload of a Close. */
function closePayload(code: number, reason: string | Uint8Array = ""): Uint8Array {
  const bytes = typeof reason === "string" ? utf8(reason) : reason;
  return concat([Uint8Array.of(code >> 8, code), bytes]);
}

for (const role of roles) {
  test(`${role}: an empty Close is told as 1005 and answered by an empty Close (§5.5.1, §7.1.5)`, () => {
    assertEquals(feedFrames(role, [{ opcode: 8 }]), { events: ["close 1005"], sent: ["close"], reason: "" });
  });

  test(`${role}: a Close of one byte fails with 1002 (§5.5.1)`, () => {
    const { events, sent, reason } = feedFrames(role, [{ opcode: 8, payload: Uint8Array.of(3) }]);
    assertEquals([events, sent, reason], [["fail 1002"], ["close 1002"], "close payload of one byte"]);
  });

  for (const code of received) {
    test(`${role}: a Close with ${code} is told and echoed (§5.5.1, §7.4)`, () => {
      const { events, sent } = feedFrames(role, [{ opcode: 8, payload: closePayload(code) }]);
      assertEquals([events, sent], [[`close ${code}`], [`close ${code}`]]);
    });
  }

  for (const code of refused) {
    test(`${role}: a Close with ${code} fails with 1002 (§7.4)`, () => {
      const { events, sent, reason } = feedFrames(role, [{ opcode: 8, payload: closePayload(code, "bye") }]);
      assertEquals([events, sent, reason], [["fail 1002"], ["close 1002"], `invalid close code ${code}`]);
    });
  }

  test(`${role}: a Close may hold a reason of up to 123 bytes, which is not echoed (§5.5.1)`, () => {
    for (const reason of ["b", "bye", "κόσμε", "\ufeffx", "x".repeat(40), "x".repeat(123)]) {
      const { events, sent } = feedFrames(role, [{ opcode: 8, payload: closePayload(1001, reason) }]);
      assertEquals([events, sent], [[`close 1001 ${reason}`], ["close 1001"]]);
    }
  });

  test(`${role}: a Close with a reason of 124 bytes fails with 1002 (§5.5)`, () => {
    const { events } = feedFrames(role, [{ opcode: 8, payload: closePayload(1000, "x".repeat(124)) }]);
    assertEquals(events, ["fail 1002"]);
  });

  for (const reason of ["eda080", "e282", "ff", "6162c0af"]) {
    test(`${role}: a Close with the reason ${reason}, which is no UTF-8, fails with 1007 (§5.5.1, §8.1)`, () => {
      const { events, sent } = feedFrames(role, [{ opcode: 8, payload: closePayload(1000, hex(reason)) }]);
      assertEquals([events, sent], [["fail 1007"], ["close 1007"]]);
    });
  }

  test(`${role}: nothing behind a Close is read, sound or not (§1.4, §5.5.1)`, () => {
    const close = { opcode: 8, payload: closePayload(1000, "bye") };
    for (
      const behind of [{ opcode: 1, payload: utf8("Hello") }, close, { opcode: 9 }, { opcode: 3 }, {
        opcode: 1,
        rsv: 7,
      }]
    ) {
      const { events, sent } = feedFrames(role, [
        { opcode: 1, payload: utf8("Hello") },
        close,
        behind,
        behind,
      ]);
      assertEquals([events, sent], [["text Hello", "close 1000 bye"], ["close 1000"]]);
    }
  });

  test(`${role}: a Close inside a fragmented message is answered, and the message dropped (§5.5.1)`, () => {
    const { events, sent } = feedFrames(role, [
      { opcode: 1, fin: false, payload: utf8("Hel") },
      { opcode: 8, payload: closePayload(1000) },
      { opcode: 0, payload: utf8("lo") },
    ]);
    assertEquals([events, sent], [["close 1000"], ["close 1000"]]);
  });

  test(`${role}: a Ping that came before the Close is answered before it (§5.5.2)`, () => {
    const { sent } = feedFrames(role, [{ opcode: 9, payload: utf8("p") }, { opcode: 8 }]);
    assertEquals(sent, ["pong 70", "close"]);
  });

  test(`${role}: the peer's answer to our Close is told and not answered (§5.5.1)`, () => {
    const { events, sent } = feedFrames(role, [{ opcode: 8, payload: closePayload(1001) }], {
      prepare: (engine) => engine.close(1000),
    });
    assertEquals([events, sent], [["close 1001"], ["close 1000"]]);
  });

  test(`${role}: behind our Close, data is passed over and the rest goes on (§5.5.1)`, () => {
    const { events, sent } = feedFrames(role, [
      { opcode: 1, payload: utf8("Hello") },
      { opcode: 1, payload: hex("ff") },
      { opcode: 2, fin: false, payload: new Uint8Array(300) },
      { opcode: 9, payload: utf8("p") },
      { opcode: 0, fin: false },
      { opcode: 0, payload: new Uint8Array(300) },
      { opcode: 8 },
    ], { prepare: (engine) => engine.close(1000), maxMessageSize: 100, maxFragments: 1 });
    assertEquals([events, sent], [["ping 70", "close 1005"], ["close 1000"]]);
  });

  test(`${role}: behind our Close, a broken rule is told and not answered by another Close (§7.1.7)`, () => {
    for (const frames of [[{ opcode: 3 }], [{ opcode: 0 }], [{ opcode: 8, payload: Uint8Array.of(3) }]]) {
      const { events, sent } = feedFrames(role, frames, { prepare: (engine) => engine.close(1000) });
      assertEquals([events, sent], [["fail 1002"], ["close 1000"]]);
    }
  });

  test(`${role}: what was collected of a message is let go by close() (§5.5.1)`, () => {
    const engine = new WebSocketEngine({ role });
    engine.receive(fromPeer(role, { opcode: 2, fin: false, payload: new Uint8Array(5000) }));
    assertEquals(engine.next(), undefined);
    assertEquals(engine.collectedBytes, 5000);
    engine.close();
    assertEquals(engine.collectedBytes, 0);
    const bytes = fromPeer(role, { opcode: 0, payload: new Uint8Array(5000) }, { opcode: 8 });
    engine.receive(bytes.subarray(0, 3000));
    assertEquals([engine.next(), engine.collectedBytes], [undefined, 0]);
    engine.receive(bytes.subarray(3000));
    assertEquals(engine.next()?.type, "close");
  });

  test(`${role}: close() in the middle of a frame passes over the rest of it (§5.5.1)`, () => {
    const bytes = fromPeer(role, { opcode: 1, payload: utf8("x".repeat(200)) }, { opcode: 9 }, { opcode: 8 });
    for (let at = 0; at < bytes.length; at++) {
      const engine = new WebSocketEngine({ role });
      const told: string[] = [];
      engine.receive(bytes.subarray(0, at));
      for (let event; (event = engine.next()) !== undefined;) told.push(event.type);
      engine.close();
      engine.receive(bytes.subarray(at));
      for (let event; (event = engine.next()) !== undefined;) told.push(event.type);
      assertEquals(told.filter((type) => type !== "message"), ["ping", "close"]);
    }
  });

  test(`${role}: the engine says what has happened (§7.1.3, §7.1.4)`, () => {
    const closing = new WebSocketEngine({ role });
    closing.receive(fromPeer(role, { opcode: 8 }));
    closing.next();
    assertEquals([closing.closeSent, closing.closeReceived, closing.error], [true, true, undefined]);
    const failing = new WebSocketEngine({ role });
    failing.receive(fromPeer(role, { opcode: 3 }));
    failing.next();
    assertEquals([failing.closeSent, failing.closeReceived], [true, false]);
    assertEquals([failing.error?.closeCode, failing.error?.name], [1002, "ProtocolError"]);
    for (const engine of [closing, failing]) {
      engine.receive(fromPeer(role, { opcode: 1 }));
      assertEquals([engine.next(), engine.unreadBytes, engine.next()], [undefined, 0, undefined]);
    }
  });

  test(`${role}: a Close that ends within any byte is no Close (§7.1.5)`, () => {
    const bytes = fromPeer(role, { opcode: 8, payload: closePayload(1000, "bye") });
    for (let at = 0; at < bytes.length; at++) assertEquals(feed(role, bytes.subarray(0, at)).events, []);
  });
}
