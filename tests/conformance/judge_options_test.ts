import { test } from "node:test";
import { assertRejects, assertThrows } from "@std/assert";
import {
  FuzzingServer,
  judgeClient,
  type JudgeOptions,
  judgeServer,
  selectCases,
} from "@weft/websocket/testing/conformance";
import { createTransportPair } from "../../src/testing/transport_pair.ts";

const open = () => createTransportPair()[0];

test("a judge refuses options that mean nothing, and opens no connection", async () => {
  for (
    const [name, value, kind] of [
      ["limit", NaN, RangeError],
      ["limit", 0, RangeError],
      ["patience", -1, RangeError],
      ["maxRoundTrips", 0, RangeError],
      ["maxRoundTrips", "9", TypeError],
      ["onResult", "x", TypeError],
      ["cases", ["1.1"], TypeError],
      ["cases", "1.1", TypeError],
      ["cases", selectCases(["8"]), RangeError],
    ] as const
  ) {
    const options = { [name]: value } as unknown as JudgeOptions;
    const never = () => {
      throw new Error("a connection was opened");
    };
    await assertRejects(() => judgeServer(never, options), kind, name);
    await assertRejects(() => judgeClient(never, options), kind, name);
    assertThrows(() => new FuzzingServer(options), kind, name);
  }
  const cases = selectCases(["1.1.1"]);
  await assertRejects(() => judgeServer(open, { cases, url: "nowhere" }), TypeError, "Cannot use url");
  for (const judge of [judgeServer, judgeClient]) {
    await assertRejects(
      () => judge("ws://a/" as unknown as typeof open, { cases }),
      TypeError,
      "not a function",
    );
  }
});
