import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { deflateWith } from "../../src/deflate/deflate_with.ts";
import { PakoCompressor } from "../../src/deflate/pako_compressor.ts";
import { pakoCodec } from "../../src/deflate/pako_codec.ts";
import { samples } from "../kit/deflate_samples.ts";
import { sameBytes } from "../kit/frames.ts";

const json = samples.get("JSON")!;
const settings = { windowBits: 12, takeover: true, level: 6, memLevel: 5 };
const separate = { ...settings, takeover: false };

/** Deflaters, and how many compressors were made and closed. */
function createCounted() {
  const counts = { made: 0, closed: 0 };
  const createDeflater = deflateWith((...given) => {
    const compressor = new PakoCompressor(...given);
    counts.made++;
    return {
      compress: (piece) => compressor.compress(piece),
      reset: () => compressor.reset(),
      close: () => void counts.closed++,
    };
  });
  return { createDeflater, counts };
}

test("all who compress each message by itself share one compressor of a kind (RFC 7692 §7.1.1)", () => {
  const { createDeflater, counts } = createCounted();
  for (let count = 0; count < 100; count++) {
    const deflater = createDeflater(separate);
    const payload = Uint8Array.from(deflater.deflate(json, true));
    assert(sameBytes(pakoCodec.createInflater(separate).inflate(payload, true, 10_000), json));
    deflater.close();
  }
  assertEquals(counts, { made: 1, closed: 0 });
  createDeflater({ ...separate, windowBits: 9 }).deflate(json, true);
  assertEquals(counts, { made: 2, closed: 0 });
});

test("who is in the midst of a message has a compressor alone (RFC 7692 §7.1.1)", () => {
  const { createDeflater, counts } = createCounted();
  const [first, second] = [createDeflater(separate), createDeflater(separate)];
  const inflater = pakoCodec.createInflater(separate);
  const beginning = Uint8Array.from(first.deflate(json, false));
  for (let count = 0; count < 3; count++) {
    const payload = Uint8Array.from(second.deflate(json, true));
    assert(sameBytes(inflater.inflate(payload, true, 10_000), json));
  }
  const end = Uint8Array.from(first.deflate(json, true));
  assert(sameBytes(inflater.inflate(beginning, false, 10_000), json));
  assert(sameBytes(inflater.inflate(end, true, 10_000), json));
  // One is enough to be kept.
  assertEquals(counts, { made: 2, closed: 1 });
  first.deflate(json, false);
  first.close();
  assertEquals(counts, { made: 2, closed: 2 });
});

test("messages to many leave those alone that compress their own", () => {
  const { createDeflater, counts } = createCounted();
  const members = Array.from({ length: 40 }, () => createDeflater(settings));
  for (let turn = 0; turn < 3; turn++) {
    for (const member of members) {
      member.deflate(json, true);
      for (let count = 0; count < 5; count++) {
        const deflater = createDeflater(separate);
        deflater.deflate(json, true);
        deflater.close();
      }
    }
  }
  assertEquals(counts, { made: 41, closed: 0 });
});
