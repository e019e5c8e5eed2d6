import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { pakoCodec } from "../../src/deflate/pako_codec.ts";
import { type Owner, WarmStates } from "../../src/deflate/warm_states.ts";
import { samples } from "../kit/deflate_samples.ts";
import { sameBytes } from "../kit/frames.ts";

const createOwner = (stateSize = 1): Owner => ({ stateSize, lastUse: 0 });

/** Who finds a state again, when all take turns a few times. */
function takeTurns(warm: WarmStates<string>, owners: readonly Owner[]): number {
  let found = 0;
  for (let turn = 0; turn < 4; turn++) {
    found = 0;
    for (const owner of owners) {
      if (warm.take(owner) !== undefined) found++;
      warm.keep(owner, "state");
    }
  }
  return found;
}

test("WarmStates gives back each state once, and frees what was dropped", () => {
  const freed: string[] = [];
  const warm = new WarmStates<string>(10, (state) => void freed.push(state));
  const [one, two] = [createOwner(), createOwner()];
  warm.keep(one, "one");
  warm.keep(two, "two");
  assertEquals([warm.take(one), warm.take(one)], ["one", undefined]);
  warm.drop(one);
  warm.drop(two);
  assertEquals([warm.take(two), freed], [undefined, ["two"]]);
});

test("WarmStates keeps the states of all who take turns if there is room, and of none if not", () => {
  let freed = 0;
  const create = () => new WarmStates<string>(30, () => void freed++);
  assertEquals(takeTurns(create(), Array.from({ length: 10 }, () => createOwner(3))), 10);
  assertEquals(freed, 0);
  assertEquals(takeTurns(create(), Array.from({ length: 12 }, () => createOwner(3))), 0);
  assertEquals(freed, 48);
});

test("WarmStates keeps the state of who comes back at once, and not of who comes by once", () => {
  const freed: string[] = [];
  const warm = new WarmStates<string>(3, (state) => void freed.push(state));
  for (let count = 0; count < 5; count++) warm.keep(createOwner(), "passer-by");
  const regular = createOwner();
  warm.keep(regular, "regular");
  assertEquals(warm.take(regular), undefined);
  warm.keep(regular, "regular again");
  warm.keep(createOwner(), "passer-by");
  assertEquals(warm.take(regular), "regular again");
  assertEquals([...new Set(freed)], ["passer-by", "regular"]);
});

test("pakoCodec compresses and inflates the same whether or not a state was kept (RFC 7692 §7.1.1)", () => {
  for (const takeover of [true, false]) {
    const settings = { windowBits: 12, takeover, level: 6, memLevel: 9 };
    for (const count of [3, 40]) {
      const connections = Array.from({ length: count }, () => ({
        deflater: pakoCodec.createDeflater(settings),
        inflater: pakoCodec.createInflater(settings),
      }));
      for (
        const sample of ["JSON", "Hello", "nothing", "JSON", "what comes again after 5000 bytes", "JSON"]
      ) {
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
  }
});
