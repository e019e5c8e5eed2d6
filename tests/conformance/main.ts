/**
 * Judges a WebSocket endpoint by the catalogue, prints a table, and writes a report as JSON.
 *
 * - `deno task conformance`: Weft in memory, in both roles.
 * - `deno task conformance --server ws://127.0.0.1:9002/`: the server there, which must echo.
 * - `deno task conformance --client`: clients that come to the address it prints, until one asks for its report.
 * - `deno task conformance --everywhere`: Weft over TCP on Deno, Bun and Node, in both roles.
 *
 * `--cases 6.*,7.1.3` chooses cases, `--limit 600` gives each so many seconds instead of its own, for where the machine is busy. `--agent NAME` is
 * what the report calls the server, `--port 9001` where clients come to, `--report FILE` where the JSON goes. All but `--everywhere` runs on Node too,
 * where the judge is fastest.
 *
 * @module
 */

import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import process from "node:process";
import { selectCases } from "./cases/catalogue.ts";
import { createClientJudge, createServerJudge, type Judge } from "./in_memory.ts";
import { formatMatrix } from "./matrix.ts";
import { createReport, formatCase, formatReport, type Report } from "./report.ts";
import type { CaseResult, RunOptions } from "./run_case.ts";
import { createUrlJudge, FuzzingServer } from "./tcp.ts";
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
const options: RunOptions = {
  ...isZlibExact ? { codec: zlibCodec } : {},
  ...limit === undefined ? {} : { limit: Number(limit) * 1000 },
};

/** Tells of failures at once, and now and then how far it is. */
function createTeller(name: string): (result: CaseResult) => void {
  let [done, told] = [0, performance.now()];
  return (result) => {
    done++;
    if (result.verdict === "FAILED") console.error(`${name}: ${formatCase(result)}`);
    if (performance.now() - told < 30_000) return;
    told = performance.now();
    console.error(`${name}: ${done} of ${cases.length} cases`);
  };
}

async function judge(agent: string, role: "client" | "server", judge: Judge): Promise<Report> {
  const tell = createTeller(`${agent}, ${role}`);
  const results: CaseResult[] = [];
  for (const conformanceCase of cases) {
    const result = await judge(conformanceCase, options);
    tell(result);
    results.push(result);
  }
  return createReport(agent, role, results);
}

async function judgeClients(port: number): Promise<Report> {
  const server = await FuzzingServer.listen(cases, {
    ...options,
    port,
    onResult: createTeller(`${readOption("agent") ?? "clients"}, client`),
  });
  console.log(
    `Clients: ${server.url}/getCaseCount, then /runCase?case=N&agent=A, then /updateReports?agent=A`,
  );
  const report = await server.report;
  server.close();
  return report;
}

async function judgeChosen(): Promise<Report[]> {
  const url = readOption("server");
  if (url !== undefined) return [await judge(readOption("agent") ?? url, "server", createUrlJudge(url))];
  if (process.argv.includes("--client")) return [await judgeClients(Number(readOption("port") ?? 9001))];
  return [
    await judge("Weft", "server", createServerJudge(serveEcho)),
    await judge("Weft", "client", createClientJudge(connectEcho)),
  ];
}

async function judgeEverywhere(): Promise<Report[]> {
  const { judgeEverywhere } = await import("./everywhere.ts");
  const reports = await judgeEverywhere([
    "--cases",
    pattern,
    ...limit === undefined ? [] : ["--limit", limit],
  ]);
  console.log(`\n${formatMatrix(reports)}`);
  return reports;
}

const isEverywhere = process.argv.includes("--everywhere");
const reports = isEverywhere ? await judgeEverywhere() : await judgeChosen();
if (!isEverywhere) { for (const report of reports) console.log(`\n${formatReport(report)}`); }
await mkdir(dirname(path), { recursive: true });
await writeFile(path, JSON.stringify(reports, null, 1));
console.log(`\nReport: ${path}`);
process.exit(reports.some(({ totals, cases }) => totals.FAILED > 0 || cases.length === 0) ? 1 : 0);
