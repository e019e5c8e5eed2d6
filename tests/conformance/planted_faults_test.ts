import { assertEquals } from "@std/assert";
import { test } from "node:test";
import { catalogue, selectCases } from "./cases/catalogue.ts";
import { createFaultyClient, createFaultyServer } from "./faulty_endpoint.ts";
import { type Fault, faults, liberties } from "./faults.ts";
import { createClientJudge, createServerJudge, runCases } from "./in_memory.ts";

const options = { patience: 50, maxRoundTrips: 5 };

/** The judges of both roles. */
function createJudges(fault?: Fault) {
  return [
    createServerJudge(createFaultyServer(fault)),
    createClientJudge(createFaultyClient(fault)),
  ] as const;
}

for (const [fault, id] of Object.entries(faults)) {
  test(`The catalogue catches an endpoint that ${fault}, by case ${id}`, async () => {
    const cases = selectCases([id]);
    assertEquals(cases.length, 1);
    // What a client offers, a client cannot agree to.
    const judges = createJudges(fault as Fault).slice(0, fault === "agrees without saying what to" ? 1 : 2);
    for (const judge of judges) {
      const [result] = await runCases(cases, judge, { ...options, limit: 250 });
      assertEquals(result!.verdict, "FAILED", `${id}: ${result!.detail}`);
    }
  });
}

test("The catalogue finds no fault in the same endpoint when none is planted", async () => {
  const ids = catalogue.filter(({ id }) => /^([1-7]|10)\.|^9\.[78]|^1[23]\.\d\.(4|11)$/.test(id));
  for (const judge of createJudges()) {
    const results = await runCases(ids, judge, options);
    const others = results.filter(({ verdict }) => verdict !== "OK");
    // It validates text frame by frame, and has not its own say in what the RFC leaves open.
    assertEquals(others.map(({ id, verdict }) => `${id} ${verdict}`), [
      "6.4.3 NON-STRICT",
      "6.4.4 NON-STRICT",
      "7.1.6 INFORMATIONAL",
      "7.13.1 INFORMATIONAL",
      "7.13.2 INFORMATIONAL",
    ]);
  }
});

for (const [liberty, [id, verdict]] of Object.entries(liberties)) {
  test(`The catalogue has ${verdict} for an endpoint that ${liberty}, in case ${id}`, async () => {
    for (const judge of createJudges(liberty as Fault)) {
      const [result] = await runCases(selectCases([id]), judge, options);
      assertEquals(result!.verdict, verdict, `${id}: ${result!.detail}`);
    }
  });
}
