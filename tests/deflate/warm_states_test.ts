import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { pakoCodec } from "../../src/deflate/pako_codec.ts";
import { WarmStates } from "../../src/deflate/warm_states.ts";
import { samples } from "../kit/deflate_samples.ts";
import { sameBytes } from "../kit/frames.ts";

test("WarmStates keeps the states that were used last, and gives each back once", () => {
  const warm = new WarmStates<string>(2);
  const [one, two, three] = [{}, {}, {}];
  warm.keep(one, "one");
  warm.keep(two, "two");
  assertEquals(warm.take(one), "one");
  assertEquals(warm.take(one), undefined);
  warm.keep(one, "one again");
  warm.keep(three, "three");
  assertEquals([warm.take(two), warm.take(one), warm.take(three)], [undefined, "one again", "three"]);
  assertEquals(warm.take(three), undefined);
});

test("pakoCodec compresses and inflates the same whether or not a state was kept (RFC 7692 §7.1.1)", () => {
  for (const takeover of [true, false]) {
    const settings = { windowBits: 12, takeover, level: 6, memLevel: 5 };
    const connections = Array.from({ length: 70 }, () => ({
      deflater: pakoCodec.createDeflater(settings),
      inflater: pakoCodec.createInflater(settings),
    }));
    for (const sample of ["JSON", "Hello", "nothing", "JSON", "what comes again after 5000 bytes", "JSON"]) {
      const bytes = samples.get(sample)!;
      for (const { deflater, inflater } of connections) {
        const payload = Uint8Array.from(deflater.deflate(bytes, true));
        assert(sameBytes(inflater.inflate(payload, true, 100_000), bytes));
      }
    }
    for (const { deflater, inflater } of connections) {
      deflater.close();
      inflater.close();
    }
  }
});
