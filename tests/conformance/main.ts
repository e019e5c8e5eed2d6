/**
 * Judges a WebSocket endpoint by the catalogue, prints a table, and writes a report as JSON.
 *
 * - `deno task conformance`: Weft in memory, in both roles.
 * - `deno task conformance --server ws://127.0.0.1:9002/`: the server there, which must echo.
 * - `deno task conformance --client`: clients that come to the address it prints, until one asks for its report.
 *
 * `--cases 6.*,7.1.3` chooses cases, `--port 9001` where clients come to, `--report FILE` where the JSON goes.
 *
 * @module
 */

import { selectCases } from "./cases/catalogue.ts";
import { createClientJudge, createServerJudge, type Judge } from "./in_memory.ts";
import { createReport, formatCase, formatReport, type Report } from "./report.ts";
import type { CaseResult } from "./run_case.ts";
import { createUrlJudge, FuzzingServer } from "./tcp.ts";
import { connectEcho, serveEcho } from "./weft_endpoint.ts";

function readOption(name: string): string | undefined {
  const index = Deno.args.indexOf(`--${name}`);
  const next = Deno.args[index + 1];
  return index < 0 || next?.startsWith("--") ? undefined : next;
}

const cases = selectCases((readOption("cases") ?? "*").split(","));
const path = readOption("report") ?? ".artifacts/conformance.json";

function tell(result: CaseResult): void {
  if (result.verdict === "FAILED") console.log(formatCase(result));
}

async function judge(agent: string, role: "client" | "server", judge: Judge): Promise<Report> {
  const results: CaseResult[] = [];
  for (const conformanceCase of cases) {
    const result = await judge(conformanceCase);
    tell(result);
    results.push(result);
  }
  return createReport(agent, role, results);
}

async function judgeClients(port: number): Promise<Report> {
  const server = new FuzzingServer(cases, { port, onResult: tell });
  console.log(
    `Clients: ${server.url}/getCaseCount, then /runCase?case=N&agent=A, then /updateReports?agent=A`,
  );
  const report = await server.report;
  server.close();
  return report;
}

const url = readOption("server");
const reports = url !== undefined
  ? [await judge(url, "server", createUrlJudge(url))]
  : Deno.args.includes("--client")
  ? [await judgeClients(Number(readOption("port") ?? 9001))]
  : [
    await judge("Weft", "server", createServerJudge(serveEcho)),
    await judge("Weft", "client", createClientJudge(connectEcho)),
  ];

for (const report of reports) console.log(`\n${formatReport(report)}`);
await Deno.mkdir(path.replace(/[^/]*$/, "."), { recursive: true });
await Deno.writeTextFile(path, JSON.stringify(reports, null, 1));
console.log(`\nReport: ${path}`);
Deno.exit(reports.some(({ totals, cases }) => totals.FAILED > 0 || cases.length === 0) ? 1 : 0);
