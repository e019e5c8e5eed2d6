/**
 * Two codecs that have to understand each other, as tests.
 *
 * @module
 */

import { test } from "node:test";
import { assert } from "@std/assert";
import type { DeflateCodec } from "../../src/deflate/deflate_codec.ts";
import { samples } from "./deflate_samples.ts";
import { concat, sameBytes, toHex } from "./frames.ts";
import { fuzz } from "./fuzz.ts";

/** What the first one compresses, the second one inflates. */
export function testCodecsTogether(names: string, sender: DeflateCodec, receiver: DeflateCodec): void {
  test(`${names}: the second inflates what the first compresses (RFC 7692 §7.2)`, () => {
    fuzz(60, (chance) => {
      const windowBits = 8 + chance.integer(7);
      const takeover = chance.happens(0.7);
      const deflater = sender.createDeflater({
        windowBits,
        takeover,
        level: chance.integer(9),
        memLevel: 1 + chance.integer(8),
      });
      const inflater = receiver.createInflater({ windowBits, takeover });
      for (let count = 0; count < 10; count++) {
        const sample = chance.pick([...samples.values()]);
        const from = chance.integer(sample.length);
        const bytes = sample.slice(from, from + chance.integer(chance.pick([10, 1000, 100_000])));
        const pieces = [...(chance.happens(0.6) ? [bytes] : chance.cut(bytes, 20_000)), new Uint8Array()];
        if (chance.happens(0.5)) pieces.pop();
        if (pieces.length === 0) pieces.push(bytes);
        const inflated = pieces.map((piece, index) => {
          const fin = index === pieces.length - 1;
          return inflater.inflate(Uint8Array.from(deflater.deflate(piece, fin)), fin, bytes.length);
        });
        assert(sameBytes(concat(inflated), bytes), toHex(bytes));
      }
      deflater.close();
      inflater.close();
    });
  });
}
