/**
 * Several reports as one table, in Markdown. Pure.
 *
 * @module
 */

import { countVerdicts, formatCase, type Report } from "./report.ts";
import type { CaseResult } from "./run_case.ts";
import { verdicts } from "./verdict.ts";

/** The number before the first dot. */
function findChapter({ id }: CaseResult): string {
  return id.split(".")[0]!;
}

function formatCounts(results: readonly CaseResult[]): string {
  const totals = countVerdicts(results);
  return verdicts.map((verdict) => totals[verdict]).join(" / ");
}

/**
 * A row for each group of cases, a column for each report, which are of the same cases; in each cell how
 * often there was each of the `verdicts`. Below it every case that is not OK.
 */
export function formatTable(reports: readonly Report[]): string {
  const cases = reports[0]?.cases ?? [];
  const chapters = [...new Set(cases.map(findChapter))];
  const formatRow = (name: string, belongs: (result: CaseResult) => boolean) => [
    name,
    String(cases.filter(belongs).length),
    ...reports.map((report) => formatCounts(report.cases.filter(belongs))),
  ];
  const rows = [
    ["group", "cases", ...reports.map(({ agent, role }) => `${agent}, ${role}`)],
    ...chapters.map((chapter) => formatRow(chapter, (result) => findChapter(result) === chapter)),
    formatRow("all", () => true),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`
  );
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const others = reports.flatMap(({ agent, role, cases }) =>
    cases.filter(({ verdict }) => verdict !== "OK").map((result) =>
      `${agent}, ${role}: ${formatCase(result)}`
    )
  );
  return [verdicts.join(" / "), "", lines[0], rule, ...lines.slice(1), "", ...others].join("\n");
}
