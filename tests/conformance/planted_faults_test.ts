import { assertEquals } from "@std/assert";
import { test } from "node:test";
import {
  catalogue,
  judgeClient,
  judgeServer,
  type Report,
  selectCases,
} from "@weft/websocket/testing/conformance";
import { createFaultyClient, createFaultyServer } from "./faulty_endpoint.ts";
import { type Fault, faults, liberties } from "./faults.ts";
import { meet } from "./in_memory.ts";

const options = { patience: 50, maxRoundTrips: 5 };

/** Judges both roles. */
async function judge(
  ids: readonly string[],
  fault?: Fault,
  limit?: number,
): Promise<{ server: Report; client: Report }> {
  const all = { cases: selectCases(ids), ...options, limit };
  return {
    server: await judgeServer(meet(createFaultyServer(fault)), all),
    client: await judgeClient(meet(createFaultyClient(fault)), all),
  };
}

for (const [fault, id] of Object.entries(faults)) {
  test(`The catalogue catches an endpoint that ${fault}, by case ${id}`, async () => {
    const { server, client } = await judge([id], fault as Fault, 250);
    // What a client offers, a client cannot agree to.
    for (const { cases } of fault === "agrees without saying what to" ? [server] : [server, client]) {
      assertEquals(cases.map(({ verdict }) => verdict), ["FAILED"], `${id}: ${cases[0]?.detail}`);
    }
  });
}

test("The catalogue finds no fault in the same endpoint when none is planted", async () => {
  const ids = catalogue.map(({ id }) => id)
    .filter((id) => /^([1-7]|10)\.|^9\.[78]|^1[23]\.\d\.(4|11)$/.test(id));
  for (const { cases } of Object.values(await judge(ids))) {
    assertEquals(cases.length, ids.length);
    const others = cases.filter(({ verdict }) => verdict !== "OK");
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
    for (const { cases } of Object.values(await judge([id], liberty as Fault))) {
      assertEquals(cases.map((result) => result.verdict), [verdict], `${id}: ${cases[0]?.detail}`);
    }
  });
}
