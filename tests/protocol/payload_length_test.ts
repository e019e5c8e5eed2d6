import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { feed, feedFrames, roles } from "../kit/feed_engine.ts";
import { concat, decodeFrames, encodeFrame, exampleKey, hex, toHex } from "../kit/frames.ts";
import { createRandomBytes } from "../kit/random.ts";

const lengths = [0, 1, 2, 16, 17, 47, 48, 125, 126, 127, 128, 4096, 4097, 16370, 65535, 65536];

function text(length: number): string {
  return Array.from({ length }, (_, index) => String.fromCharCode(0x61 + index % 26)).join("");
}

for (const role of roles) {
  for (const length of lengths) {
    test(`${role}: a message of ${length} bytes is received whole (§5.2)`, () => {
      const payload = createRandomBytes(length, length);
      assertEquals(feedFrames(role, [{ opcode: 2, payload }]).events, [`binary ${toHex(payload)}`.trimEnd()]);
    });

    test(`${role}: a message of ${length} bytes is sent in the shortest header (§5.2)`, () => {
      const engine = new WebSocketEngine({ role });
      const payload = createRandomBytes(length, length);
      engine.send(payload);
      engine.send(text(length));
      const output = concat(engine.takeOutput());
      const [binary, words] = decodeFrames(output);
      assertEquals(toHex(binary!.payload), toHex(payload));
      assertEquals(new TextDecoder().decode(words!.payload), text(length));
      assertEquals(output, concat([encodeFrame(binary!), encodeFrame(words!)]));
    });
  }

  for (const length of [0, 1, 125]) {
    for (const lengthBytes of [2, 8] as const) {
      test(`${role}: a length of ${length} written in ${lengthBytes} bytes is not minimal and fails with 1002 (§5.2)`, () => {
        const key = role === "server" ? exampleKey : undefined;
        const frame = encodeFrame({ opcode: 2, payload: new Uint8Array(length), key }, lengthBytes);
        // It fails at the last byte of the length.
        const { events, reason } = feed(role, frame.subarray(0, 2 + lengthBytes));
        assertEquals([events, reason], [["fail 1002"], "length not minimally encoded"]);
      });
    }
  }

  for (const length of [126, 65535]) {
    test(`${role}: a length of ${length} written in 8 bytes is not minimal and fails with 1002 (§5.2)`, () => {
      const key = role === "server" ? exampleKey : undefined;
      const frame = encodeFrame({ opcode: 2, payload: new Uint8Array(length), key }, 8);
      assertEquals(feed(role, frame.subarray(0, 10)).events, ["fail 1002"]);
    });
  }

  for (const length of ["8000000000000000", "ffffffffffffffff", "8000000000000001"]) {
    test(`${role}: a length of ${length} has the most significant bit set and fails with 1002 (§5.2)`, () => {
      const { events, reason } = feed(role, hex((role === "server" ? "82ff" : "827f") + length));
      assertEquals([events, reason], [["fail 1002"], "most significant bit of the length set"]);
    });
  }
}
