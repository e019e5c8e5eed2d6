import { test } from "node:test";
import { assertEquals } from "@std/assert";
import type { ExtensionParameters } from "../../src/protocol/extension.ts";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { createServerCodec } from "../kit/deflate_samples.ts";
import { feed, type FeedOptions, fromPeer, roles } from "../kit/feed_engine.ts";
import { hex, toHex } from "../kit/frames.ts";
import { wire } from "../kit/wire.ts";

const noTakeover: ExtensionParameters = [["client_no_context_takeover", true]];

/** An engine whose peer may refer to earlier messages, or may not. */
function withDeflate(offer?: ExtensionParameters): FeedOptions {
  return { createCodec: () => createServerCodec({ sendWindowBits: 15 }, offer) };
}

/** Frames, and what is told of them. */
const told: readonly (readonly [name: string, frames: string, events: readonly string[]])[] = [
  ["a message", "c1 87 * f248cdc9c90700", ["text Hello"]],
  ["a message in two fragments", "41 83 * f248cd + 80 84 * c9c90700", ["text Hello"]],
  ["a message that refers to the one before", "c1 87 * f248cdc9c90700 + c1 85 * f200110000", [
    "text Hello",
    "text Hello",
  ]],
  ["a stored block", "c1 8b * 000500faff48656c6c6f00", ["text Hello"]],
  ["a block with BFINAL", "c1 88 * f348cdc9c9070000", ["text Hello"]],
  ["a message behind BFINAL", "c1 88 * f348cdc9c9070000 + c1 87 * f248cdc9c90700", [
    "text Hello",
    "text Hello",
  ]],
  [
    "a message behind BFINAL that refers to it",
    "c1 88 * f348cdc9c9070000 + c1 85 * f200110000",
    ["text Hello", "text Hello"],
  ],
  ["a block behind BFINAL in one message", "c1 8e * f348cdc9c90700f248cdc9c90700", ["text HelloHello"]],
  ["an empty message", "c1 81 * 00", ["text"]],
  ["an empty message of no bytes", "c1 80 *", ["text"]],
  ["an empty message of many frames", "42 80 * + 00 81 * 00 + 80 80 *", ["binary"]],
  [
    "an uncompressed message between",
    "c1 87 * f248cdc9c90700 + 81 85 * 48656c6c6f + c1 85 * f200110000",
    ["text Hello", "text Hello", "text Hello"],
  ],
  ["a control frame between fragments", "41 83 * f248cd + 89 81 * 70 + 80 84 * c9c90700", [
    "ping 70",
    "text Hello",
  ]],
];

/** Frames, and the close code that they lead to. */
const failing: readonly (readonly [name: string, frames: string, code: number])[] = [
  ["RSV1 on a continuation of a compressed message", "41 83 * f248cd + c0 84 * c9c90700", 1002],
  ["RSV1 on a continuation of an uncompressed message", "01 83 * 48656c + c0 82 * 6c6f", 1002],
  ["RSV1 on a Ping", "c9 81 * 70", 1002],
  ["RSV1 on a Close", "c8 82 * 03e8", 1002],
  ["RSV2 on a compressed message", "e1 87 * f248cdc9c90700", 1002],
  ["a block of type 3", "c1 82 * 0700", 1007],
  ["a stored length that is not its complement's", "c1 8b * 000500ffff48656c6c6f00", 1007],
  ["a distance behind everything", "c1 85 * f200110000", 1007],
  [
    "a distance behind everything, of a message that went uncompressed",
    "81 85 * 48656c6c6f + c1 85 * f200110000",
    1007,
  ],
  ["eight bytes of ones", "c1 88 * ffffffffffffffff", 1007],
  ["over-subscribed Huffman codes", "c1 8c * 040092040000000000000000", 1007],
  ["incomplete Huffman codes", "c1 8c * 040000090000000000000000", 1007],
  ["length symbol 286", "c1 85 * 721c030000", 1007],
  ["length symbol 287", "c1 85 * 721c070000", 1007],
  ["distance symbol 30", "c1 85 * 72043e0000", 1007],
  ["distance symbol 31", "c1 85 * 72047e0000", 1007],
  ["a message that ends inside a block", "c1 84 * f248cdc9", 1007],
  ["a stored block that ends early", "c1 88 * 000500faff48656c", 1007],
  ["bytes behind BFINAL that are no block", "c1 97 * f348cdc9c90700deadbeefdeadbeefdeadbeefdeadbeef", 1007],
  ["text that is no UTF-8 once inflated", "c1 85 * faffef2f00", 1007],
];

for (const role of roles) {
  for (const [name, frames, events] of told) {
    test(`${role}: ${name} is told (RFC 7692 §7.2)`, () => {
      const outcome = feed(role, wire(role, frames), withDeflate());
      assertEquals([outcome.events, outcome.reason], [events, ""]);
    });
  }

  for (const [name, frames, code] of failing) {
    test(`${role}: ${name} fails with ${code} (RFC 7692 §6.2, §7.2.2)`, () => {
      const { events, sent } = feed(role, wire(role, frames), withDeflate());
      const before = frames.startsWith("81") ? ["text Hello"] : [];
      assertEquals([events, sent], [[...before, `fail ${code}`], [`close ${code}`]]);
    });
  }

  test(`${role}: without takeover a message that refers to the one before fails with 1007 (RFC 7692 §7.1.1)`, () => {
    const { events } = feed(
      role,
      wire(role, "c1 87 * f248cdc9c90700 + c1 85 * f200110000"),
      withDeflate(noTakeover),
    );
    assertEquals(events, ["text Hello", "fail 1007"]);
  });

  test(`${role}: a code point may be cut by fragments of a compressed message (§8.1)`, () => {
    const sender = createServerCodec();
    const first = Uint8Array.from(sender.encode(hex("e282"), false));
    const second = Uint8Array.from(sender.encode(hex("ac"), true));
    const bytes = fromPeer(
      role,
      { opcode: 1, rsv: 4, fin: false, payload: first },
      { opcode: 0, payload: second },
    );
    assertEquals(feed(role, bytes, withDeflate()).events, ["text \u20ac"]);
  });

  test(`${role}: a compressed text is judged as any other, whole or cut anywhere (§8.1)`, () => {
    for (
      const digits of [
        "c0af",
        "eda080",
        "f4908080",
        "61c2",
        "e282",
        "80",
        "ff61",
        "efbfbd",
        "f09f9880",
        "61e282ac62",
      ]
    ) {
      const text = hex(digits);
      const { events } = feed(role, fromPeer(role, { opcode: 1, payload: text }));
      for (let cut = 0; cut <= text.length; cut++) {
        const pieces = cut === 0 ? [text] : [text.subarray(0, cut), text.subarray(cut)];
        const sender = createServerCodec();
        const frames = pieces.map((piece, index) => ({
          opcode: index === 0 ? 1 : 0,
          rsv: index === 0 ? 4 : 0,
          fin: index === pieces.length - 1,
          payload: Uint8Array.from(sender.encode(piece, index === pieces.length - 1)),
        }));
        const outcome = feed(role, fromPeer(role, ...frames), withDeflate());
        assertEquals(outcome.events, events, `${digits} cut at ${cut}`);
      }
    }
  });

  test(`${role}: without the extension, RSV1 fails with 1002 (§5.2)`, () => {
    assertEquals(feed(role, wire(role, "c1 87 * f248cdc9c90700")).events, ["fail 1002"]);
  });

  test(`${role}: nothing of a message is told that fails at its end (RFC 7692 §7.2.2)`, () => {
    const engine = new WebSocketEngine({ role, codec: createServerCodec() });
    engine.receive(wire(role, "c1 84 * f248cdc9"));
    assertEquals(engine.next()?.type, "error");
    assertEquals(engine.next(), undefined);
    assertEquals(toHex(engine.takeOutput()[0]!).slice(0, 2), "88");
  });
}
