/**
 * Judges a WebSocket endpoint by the catalogue, prints a table, and writes a report as JSON.
 *
 * - `deno task conformance`: Weft in memory, in both roles.
 * - `deno task conformance --server ws://127.0.0.1:9002/`: the server there, which must echo.
 * - `deno task conformance --client`: clients that come to the address it prints, until one asks for its report.
 * - `deno task conformance --everywhere`: Weft over TCP on Deno, Bun and Node, in both roles.
 *
 * `--cases 6.*,7.1.3` chooses cases, `--limit 600` gives each so many seconds instead of its own, for where the machine
 * is busy. `--agent NAME` is what the report calls the server, `--port 9001` where clients come to, `--report FILE`
 * where the JSON goes. All but `--everywhere` runs on Node too, where the judge is fastest.
 *
 * @module
 */

import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import process from "node:process";
import {
  type CaseResult,
  formatCase,
  formatReport,
  formatTable,
  FuzzingServer,
  judgeClient,
  judgeServer,
  type Report,
  selectCases,
} from "@weft/websocket/testing/conformance";
import { meet } from "./in_memory.ts";
import { connectTo, listen } from "./tcp.ts";
import { connectEcho, serveEcho } from "./weft_endpoint.ts";
import { isZlibExact, zlibCodec } from "./zlib_codec.ts";

function readOption(name: string): string | undefined {
  const index = process.argv.indexOf(`--${name}`);
  const next = process.argv[index + 1];
  return index < 0 || next?.startsWith("--") ? undefined : next;
}

const pattern = readOption("cases") ?? "*";
const limit = readOption("limit");
const path = readOption("report") ?? ".artifacts/conformance.json";

const cases = selectCases(pattern.split(","));

/** How an endpoint of that name is judged. */
function createOptions(agent: string, role: Report["role"]) {
  let [done, told] = [0, performance.now()];
  return {
    cases,
    agent,
    codec: isZlibExact ? zlibCodec : undefined,
    limit: limit === undefined ? undefined : Number(limit) * 1000,
    /** Tells of failures at once, and now and then how far it is. */
    onResult(result: CaseResult) {
      done++;
      if (result.verdict === "FAILED") console.error(`${agent}, ${role}: ${formatCase(result)}`);
      if (performance.now() - told < 30_000) return;
      told = performance.now();
      console.error(`${agent}, ${role}: ${done} of ${cases.length} cases`);
    },
  };
}

async function judgeClients(port: number): Promise<Report> {
  const fuzzing = new FuzzingServer(createOptions(readOption("agent") ?? "clients", "client"));
  const url = await listen(fuzzing, port);
  console.log(`Clients: ${url}/getCaseCount, then /runCase?case=N&agent=A, then /updateReports?agent=A`);
  return await fuzzing.report;
}

async function judgeChosen(): Promise<Report[]> {
  const url = readOption("server");
  if (url !== undefined) {
    const options = createOptions(readOption("agent") ?? url, "server");
    return [await judgeServer(connectTo(url), { ...options, url })];
  }
  if (process.argv.includes("--client")) return [await judgeClients(Number(readOption("port") ?? 9001))];
  return [
    await judgeServer(meet(serveEcho), createOptions("Weft", "server")),
    await judgeClient(meet(connectEcho), createOptions("Weft", "client")),
  ];
}

async function judgeEverywhere(): Promise<Report[]> {
  const { judgeEverywhere } = await import("./everywhere.ts");
  const reports = await judgeEverywhere([
    "--cases",
    pattern,
    ...limit === undefined ? [] : ["--limit", limit],
  ]);
  console.log(`\n${formatTable(reports)}`);
  return reports;
}

const isEverywhere = process.argv.includes("--everywhere");
const reports = isEverywhere ? await judgeEverywhere() : await judgeChosen();
if (!isEverywhere) { for (const report of reports) console.log(`\n${formatReport(report)}`); }
await mkdir(dirname(path), { recursive: true });
await writeFile(path, JSON.stringify(reports, null, 1));
console.log(`\nReport: ${path}`);
process.exit(reports.some(({ totals, cases }) => totals.FAILED > 0 || cases.length === 0) ? 1 : 0);
