/**
 * Results as a table to read and as JSON to keep. Pure.
 *
 * @module
 */

import type { CaseResult } from "./run_case.ts";
import { type Verdict, verdicts } from "./verdict.ts";

/** What was judged, and what came of it. May be kept as JSON. */
export interface Report {
  /** What it calls itself, or where it is. */
  readonly agent: string;
  /** Which side it was. */
  readonly role: "client" | "server";
  /** How often each verdict was given. */
  readonly totals: Readonly<Record<Verdict, number>>;
  /** What came of each case, in the order in which they were run. */
  readonly cases: readonly CaseResult[];
}

/** How often each verdict was given. */
export function countVerdicts(results: readonly CaseResult[]): Record<Verdict, number> {
  const totals = { "OK": 0, "NON-STRICT": 0, "INFORMATIONAL": 0, "FAILED": 0 };
  for (const { verdict } of results) totals[verdict]++;
  return totals;
}

/** Makes a report of results. */
export function createReport(agent: string, role: "client" | "server", cases: readonly CaseResult[]): Report {
  return { agent, role, totals: countVerdicts(cases), cases };
}

/** The group of a case: `"6.4"` of `"6.4.1"`, and `"2"` of `"2.10"`. */
function findGroup({ id }: CaseResult): string {
  return id.split(".").slice(0, -1).join(".");
}

function formatRow(name: string, results: readonly CaseResult[]): string {
  const totals = countVerdicts(results);
  const milliseconds = results.reduce((sum, result) => sum + result.milliseconds, 0);
  const counts = [results.length, ...verdicts.map((verdict) => totals[verdict] || ""), milliseconds];
  return name.padEnd(8) + counts.map((count) => String(count).padStart(15)).join("");
}

/** A table by groups, and below it every case that is not OK. */
export function formatReport({ agent, role, cases }: Report): string {
  const groups = new Map<string, CaseResult[]>();
  for (const result of cases) groups.set(findGroup(result), [...groups.get(findGroup(result)) ?? [], result]);
  const head = "group".padEnd(8) + ["cases", ...verdicts, "ms"].map((title) => title.padStart(15)).join("");
  const rows = [...groups].map(([group, results]) => formatRow(group, results));
  const others = cases.filter(({ verdict }) => verdict !== "OK").map(formatCase);
  return [`${agent}, as ${role}`, "", head, ...rows, formatRow("all", cases), "", ...others].join("\n");
}

/** One case; with the bytes where it failed. */
export function formatCase({ id, verdict, description, detail, sent, received }: CaseResult): string {
  const line = `${id.padEnd(8)} ${verdict}: ${description}\n           ${detail}`;
  return verdict === "FAILED"
    ? `${line}\n           sent     ${sent}\n           received ${received}`
    : line;
}
