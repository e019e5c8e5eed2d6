/**
 * The matrix's last words: every failure and skip, a table with a row a runtime, and the sum in the last line.
 *
 * @module
 */
import type { Outcome } from "./outcome.ts";

/** What came of one row of the matrix. */
export interface Row {
  readonly runtime: string;
  readonly outcome: Outcome;
  readonly seconds: number;
}

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

function count({ results, problems }: Outcome): Counts {
  const counts = { passed: 0, failed: problems.length, skipped: 0 };
  for (const { status } of results) counts[status]++;
  return counts;
}

function indent(text: string): string {
  return text.replace(/^/gm, "    ");
}

/** Prints results with a status, each with its file where that is known and its detail. */
function printResults(rows: readonly Row[], status: "failed" | "skipped"): void {
  for (const { runtime, outcome } of rows) {
    for (const { name, file, detail } of outcome.results.filter((result) => result.status === status)) {
      console.log(`\n${status.toUpperCase()} on ${runtime}: ${name}`);
      if (file !== "") console.log(`  ${file}`);
      if (detail !== "") console.log(indent(detail));
    }
  }
}

function printLine(cells: readonly (string | number)[]): void {
  const [first, ...others] = cells.map(String);
  console.log(first!.padEnd(10) + others.map((cell) => cell.padStart(9)).join(""));
}

/** Prints the report and returns whether all is well: something passed and nothing failed. */
export function printReport(rows: readonly Row[]): boolean {
  printResults(rows, "skipped");
  printResults(rows, "failed");
  for (const { runtime, outcome } of rows) {
    for (const problem of outcome.problems) console.log(`\nFAILED on ${runtime}\n${indent(problem)}`);
  }
  const sum: Counts = { passed: 0, failed: 0, skipped: 0 };
  console.log();
  printLine(["runtime", "passed", "failed", "skipped", "seconds"]);
  for (const { runtime, outcome, seconds } of rows) {
    const { passed, failed, skipped } = count(outcome);
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
    printLine([runtime, passed, failed, skipped, seconds.toFixed(1)]);
  }
  console.log(`\n${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
  return sum.passed > 0 && sum.failed === 0;
}
