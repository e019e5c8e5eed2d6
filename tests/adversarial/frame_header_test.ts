import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { feed, roles } from "../kit/feed_engine.ts";
import { concat, encodeFrame, hex, sameBytes, toHex } from "../kit/frames.ts";
import { createRandomBytes } from "../kit/random.ts";
import { wire } from "../kit/wire.ts";

test("server: the masked example of RFC 6455 §5.7 is Hello", () => {
  assertEquals(feed("server", hex("818537fa213d7f9f4d5158")).events, ["text Hello"]);
});

test("client: the unmasked example of RFC 6455 §5.7 is Hello", () => {
  assertEquals(feed("client", hex("810548656c6c6f")).events, ["text Hello"]);
});

test("server: an unmasked frame fails with 1002 (§5.1)", () => {
  assertEquals(feed("server", hex("810548656c6c6f")), {
    events: ["fail 1002"],
    sent: ["close 1002"],
    reason: "unmasked frame",
  });
});

test("client: a masked frame fails with 1002 (§5.1)", () => {
  const outcome = feed("client", hex("818537fa213d7f9f4d5158"));
  assertEquals(outcome, { events: ["fail 1002"], sent: ["close 1002"], reason: "masked frame" });
});

for (const role of roles) {
  for (const first of ["c1", "a1", "91", "f1"]) {
    test(`${role}: reserved bits in ${first} fail with 1002 before the payload is read (§5.2)`, () => {
      assertEquals(feed(role, wire(role, `${first} 85 * 48656c6c6f`)).events, ["fail 1002"]);
      assertEquals(feed(role, wire(role, `${first} 85`)).events, ["fail 1002"]);
    });
  }

  for (const opcode of ["3", "4", "5", "6", "7", "b", "c", "d", "e", "f"]) {
    test(`${role}: the reserved opcode ${opcode} fails with 1002 after two bytes (§5.2)`, () => {
      for (const fin of ["0", "8"]) {
        assertEquals(feed(role, wire(role, `${fin}${opcode} 80`)).events, ["fail 1002"]);
        assertEquals(feed(role, wire(role, `${fin}${opcode} 80 *`)).events, ["fail 1002"]);
      }
    });
  }

  test(`${role}: a length that is not minimally encoded fails with 1002 (§5.2)`, () => {
    for (
      const length of [
        "fe 0005",
        "ff 0000000000000005",
        "fe 0000",
        "fe 007d",
        "ff 000000000000007e",
        "ff 000000000000ffff",
      ]
    ) {
      assertEquals(feed(role, wire(role, `81 ${length} * 48656c6c6f`)).events, ["fail 1002"]);
    }
  });

  test(`${role}: a length with its most significant bit set fails with 1002 on its last byte (§5.2)`, () => {
    for (const length of ["8000000000000000", "ffffffffffffffff"]) {
      const bytes = wire(role, `82 ff ${length}`);
      assertEquals(feed(role, bytes).events, ["fail 1002"]);
      assertEquals(feed(role, bytes.subarray(0, 9)).events, []);
    }
  });

  for (
    const length of [
      "7fffffffffffffff",
      "0020000000000000",
      "0000000100000000",
      "0000000080000000",
      "0000000000100001",
    ]
  ) {
    test(`${role}: a length of ${length} fails with 1009 on its last byte, and nothing is allocated (§10.4)`, () => {
      const bytes = wire(role, `82 ff ${length}`);
      assertEquals(feed(role, bytes), {
        events: ["fail 1009"],
        sent: ["close 1009"],
        reason: "message too big",
      });
      assertEquals(feed(role, bytes.subarray(0, 9)).events, []);
    });
  }

  test(`${role}: 10 000 empty texts in one chunk are 10 000 messages, one after the other (§5.2)`, () => {
    const engine = new WebSocketEngine({ role });
    engine.receive(concat(Array(10_000).fill(wire(role, "81 80 *"))));
    let count = 0;
    while (engine.next() !== undefined) count++;
    assertEquals([count, engine.counts.messagesReceived], [10_000, 10_000]);
  });

  test(`${role}: an unknown opcode behind a message leaves the message (§7.1.7)`, () => {
    const { events, sent } = feed(role, wire(role, "81 85 * 48656c6c6f + 83 80 * + 81 85 * 48656c6c6f"));
    assertEquals([events, sent], [["text Hello", "fail 1002"], ["close 1002"]]);
  });
}

test("server: masking keys of every kind, at every length and cut, leave the payload and the input whole (§5.3)", () => {
  for (const key of [hex("00000000"), hex("ffffffff"), createRandomBytes(4, 1)]) {
    for (let length = 0; length <= 40; length++) {
      const payload = createRandomBytes(length, length);
      const bytes = encodeFrame({ opcode: 2, payload, key });
      const before = bytes.slice();
      assertEquals(feed("server", bytes).events, [`binary ${toHex(payload)}`.trimEnd()]);
      assertEquals(sameBytes(bytes, before), true);
    }
  }
});
