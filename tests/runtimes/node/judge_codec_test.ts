import { assert, assertEquals, assertThrows } from "@std/assert";
import { test } from "node:test";
import type { Compression, JudgeCodec } from "../../../src/testing/conformance/compression.ts";
import { corpora } from "../../../src/testing/conformance/corpora.ts";
import { pakoCodec } from "../../../src/testing/conformance/pako_codec.ts";
import { isZlibExact, zlibCodec } from "../../conformance/zlib_codec.ts";

const codecs: readonly (readonly [JudgeCodec, JudgeCodec])[] = [
  [pakoCodec, zlibCodec],
  [zlibCodec, pakoCodec],
  [zlibCodec, zlibCodec],
];

const compressions: Compression[] = [8, 9, 12, 15].flatMap((windowBits) =>
  [true, false].map((takeover) => ({ windowBits, takeover }))
);

/** Slices of all sizes, that refer to each other. */
const messages = [16, 300, 5000, 70_000, 16, 40_000].map((size, index) =>
  corpora.json.bytes.subarray(index * 1000, index * 1000 + size)
);

test("The judge's two codecs inflate what the other has compressed, with every window and takeover", () => {
  assert(isZlibExact);
  for (const [compressing, inflating] of codecs) {
    for (const compression of compressions) {
      const deflation = compressing.createDeflation(compression);
      const inflation = inflating.createInflation(compression);
      for (const message of messages) {
        assertEquals(
          inflation.inflate(deflation.compress(message)),
          message.slice(),
          JSON.stringify(compression),
        );
      }
    }
  }
});

test("The judge's two codecs see a reference beyond the window, and one behind a window that was to be forgotten", () => {
  const takeover = { windowBits: 15, takeover: true };
  for (const codec of [pakoCodec, zlibCodec]) {
    for (const wrong of [{ windowBits: 9, takeover: true }, { windowBits: 15, takeover: false }]) {
      const deflation = codec.createDeflation(takeover);
      const inflation = codec.createInflation(wrong);
      const again = [messages[2]!, messages[2]!].map((message) => deflation.compress(message));
      assertThrows(() => again.map((payload) => inflation.inflate(payload)), Error, "far back");
    }
  }
});
