/**
 * The field's catalogue of 517 cases on the wire, 301 on RFC 6455 and 216 on RFC 7692, for any endpoint that
 * echoes, this engine's or another's, over any pair of byte streams. The judge plays the other side with an
 * encoder, a reader and a DEFLATE of its own.
 *
 * @example A server at a port
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatReport, judgeServer, selectCases } from "@weft/websocket/testing/conformance";
 *
 * await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) => socket.send(data);
 *   return response;
 * });
 * const { hostname, port } = server.addr;
 * const cases = selectCases(["1.1", "5"]);
 * const report = await judgeServer(() => Deno.connect({ hostname, port }), { cases });
 * assertEquals(report.totals.FAILED, 0, formatReport(report));
 * ```
 *
 * @module
 */

export { catalogue, selectCases } from "./cases/catalogue.ts";
export type { Compression, Deflation, Inflation, JudgeCodec } from "./compression.ts";
export type {
  Chop,
  ConformanceCase,
  DeflateRequest,
  Ending,
  Exchange,
  RawBytes,
  Reply,
  RoundTrips,
  Script,
  Step,
} from "./conformance_case.ts";
export { formatTable } from "./format_table.ts";
export type { Frame } from "./frame.ts";
export { FuzzingServer } from "./fuzzing_server.ts";
export { judgeClient } from "./judge_client.ts";
export type { JudgeOptions } from "./judge_options.ts";
export { judgeServer, type ServerJudgeOptions } from "./judge_server.ts";
export { formatCase, formatReport, type Report } from "./report.ts";
export type { CaseResult, RunOptions } from "./run_case.ts";
export { type Judgement, type Verdict, verdicts } from "./verdict.ts";
export type { ByteStreamPair } from "../../connection/byte_transport.ts";
