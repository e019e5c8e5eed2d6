/**
 * Judges a server: the judge is the client.
 *
 * @module
 */

import type { ByteStreamPair } from "../../connection/byte_transport.ts";
import { parseUrl } from "../../handshake/parse_url.ts";
import { type Agreement, readAnswer, writeOffers } from "./agreement.ts";
import type { ConformanceCase } from "./conformance_case.ts";
import { requestUpgrade } from "./handshake.ts";
import { type JudgeOptions, runCases } from "./judge_options.ts";
import { Link } from "./link.ts";
import type { Report } from "./report.ts";

/** How a server is judged. */
export interface ServerJudgeOptions extends JudgeOptions {
  /** What is asked for: the path, and the `Host`. No connection is made to it. Default `ws://localhost/`. */
  readonly url?: string | URL | undefined;
}

/**
 * Judges a server that echoes: text as text, binary messages as binary, each when it is whole, up to 16 MiB
 * and in up to 65 536 fragments. A connection that cannot be made has failed its case. Rejects with
 * `TypeError` or `RangeError` for options that mean nothing.
 *
 * @param connect Opens a connection to the server, for each case a new one. Best is one whose
 * sides end each by itself.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { acceptWebSocket } from "@weft/websocket";
 * import { createTransportPair } from "@weft/websocket/testing";
 * import { judgeServer, selectCases } from "@weft/websocket/testing/conformance";
 *
 * const report = await judgeServer(() => {
 *   const [near, far] = createTransportPair();
 *   acceptWebSocket(far, { onMessage: (message, connection) => connection.send(message) }).catch(() => {});
 *   return near;
 * }, { cases: selectCases(["2", "7.3.*"]) });
 * assertEquals(report.totals, { "OK": 17, "NON-STRICT": 0, "INFORMATIONAL": 0, "FAILED": 0 });
 * ```
 */
export async function judgeServer(
  connect: () => ByteStreamPair | Promise<ByteStreamPair>,
  { url = "ws://localhost/", ...options }: ServerJudgeOptions = {},
): Promise<Report> {
  if (typeof connect !== "function") throw new TypeError("Cannot use connect: not a function");
  if (parseUrl(`${url}`) === undefined) throw new TypeError(`Cannot use url: ${url} is none`);
  return await runCases("server", (conformanceCase) => ({
    role: "client",
    open: async () => new Link(await connect()),
    shakeHands: (link) => askServer(conformanceCase, link, url),
  }), options);
}

async function askServer(
  { compression }: ConformanceCase,
  link: Link,
  url: string | URL,
): Promise<Agreement | undefined> {
  const answer = await requestUpgrade(link, url, compression && writeOffers(compression));
  if (compression === undefined && answer !== undefined) throw new Error(`answer "${answer}" to no offer`);
  return compression && readAnswer(answer, compression);
}
