/**
 * Judges a client: the judge is the server.
 *
 * @module
 */

import type { ByteStreamPair } from "../../connection/byte_transport.ts";
import { type Agreement, answerOffers } from "./agreement.ts";
import type { ConformanceCase } from "./conformance_case.ts";
import { answerUpgrade, type Head, readHead } from "./handshake.ts";
import { type JudgeOptions, runCases } from "./judge_options.ts";
import { Link } from "./link.ts";
import type { Report } from "./report.ts";

/**
 * Judges a client that echoes, as `judgeServer()` does a server. For clients that come by themselves,
 * there is `FuzzingServer`.
 *
 * @param accept Has the client make a connection, for each case a new one, and
 * returns the server's end of it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { connectWebSocket } from "@weft/websocket";
 * import { createTransportPair } from "@weft/websocket/testing";
 * import { formatReport, judgeClient, selectCases } from "@weft/websocket/testing/conformance";
 *
 * const report = await judgeClient(() => {
 *   const [near, far] = createTransportPair();
 *   connectWebSocket("ws://localhost/", far, {
 *     onMessage: (message, connection) => connection.send(message),
 *   }).catch(() => {});
 *   return near;
 * }, { cases: selectCases(["5"]) });
 * assertEquals(report.totals.OK, 20, formatReport(report));
 * ```
 */
export async function judgeClient(
  accept: () => ByteStreamPair | Promise<ByteStreamPair>,
  options: JudgeOptions = {},
): Promise<Report> {
  if (typeof accept !== "function") throw new TypeError("Cannot use accept: not a function");
  return await runCases("client", (conformanceCase) => ({
    role: "server",
    open: async () => new Link(await accept()),
    shakeHands: async (link) => await answerClient(conformanceCase, link, await readHead(link)),
  }), options);
}

/** Agrees to a client's request as a case has it. */
export async function answerClient(
  { compression }: ConformanceCase,
  link: Link,
  request: Head,
): Promise<Agreement | undefined> {
  const agreed = compression && answerOffers(request.fields.get("sec-websocket-extensions"), compression);
  await answerUpgrade(link, request, agreed?.answer);
  return agreed?.agreement;
}
