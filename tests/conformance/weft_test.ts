import { assertEquals } from "@std/assert";
import { test } from "node:test";
import { judgeClient, judgeServer, type Report, selectCases } from "@weft/websocket/testing/conformance";
import { meet } from "./in_memory.ts";
import { connectEcho, serveEcho } from "./weft_endpoint.ts";

const small = selectCases(["1", "2", "3", "4", "5", "6", "7", "10"]);
const large = selectCases(["9.1.3", "9.2.1", "9.3.1", "9.4.5", "9.5.6", "9.6.5", "9.7.4", "9.8.1"]);
const compressed = selectCases(["12.1.11", "12.5.4", "13.2.4", "13.3.12", "13.7.4"]);

/** Everything is OK but for the three cases that the RFC leaves open. */
function assertConformance({ cases }: Report): void {
  for (const { id, verdict, detail, sent, received } of cases) {
    const isOpen = ["7.1.6", "7.13.1", "7.13.2"].includes(id);
    assertEquals(
      verdict,
      isOpen ? "INFORMATIONAL" : "OK",
      `${id}: ${detail}\nsent ${sent}\nreceived ${received}`,
    );
  }
}

test("A server passes groups 1 to 7 and 10 of the catalogue", async () => {
  assertConformance(await judgeServer(meet(serveEcho), { cases: small }));
});

test("A client passes groups 1 to 7 and 10 of the catalogue", async () => {
  assertConformance(await judgeClient(meet(connectEcho), { cases: small }));
});

test("A server passes a sample of group 9 of the catalogue, large messages and many fragments", async () => {
  assertConformance(await judgeServer(meet(serveEcho), { cases: large, maxRoundTrips: 100 }));
});

test("A client passes a sample of group 9 of the catalogue, large messages and many fragments", async () => {
  assertConformance(await judgeClient(meet(connectEcho), { cases: large, maxRoundTrips: 100 }));
});

test("A server passes a sample of groups 12 and 13 of the catalogue, compressed messages", async () => {
  assertConformance(await judgeServer(meet(serveEcho), { cases: compressed, maxRoundTrips: 20 }));
});

test("A client passes a sample of groups 12 and 13 of the catalogue, compressed messages", async () => {
  assertConformance(await judgeClient(meet(connectEcho), { cases: compressed, maxRoundTrips: 20 }));
});
