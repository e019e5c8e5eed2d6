/**
 * What can be chosen when an endpoint is judged, and how its cases are run one after the other.
 *
 * @module
 */

import { catalogue } from "./cases/catalogue.ts";
import type { ConformanceCase } from "./conformance_case.ts";
import { createReport, type Report } from "./report.ts";
import { type CaseResult, type Opening, runCase, type RunOptions } from "./run_case.ts";

/** What is judged, and how. */
export interface JudgeOptions extends RunOptions {
  /** Default: the catalogue. Nearly all of its time goes into groups 12 and 13. */
  readonly cases?: readonly ConformanceCase[] | undefined;
  /** What the report calls the endpoint. */
  readonly agent?: string | undefined;
  /** Is told what came of each case. */
  onResult?(result: CaseResult): void;
}

/** Runs all cases over connections of their own. */
export async function runCases(
  role: Report["role"],
  createOpening: (conformanceCase: ConformanceCase) => Opening,
  { cases = catalogue, agent = role, onResult, ...options }: JudgeOptions,
): Promise<Report> {
  const results: CaseResult[] = [];
  for (const conformanceCase of cases) {
    const result = await runCase(conformanceCase, createOpening(conformanceCase), options);
    results.push(result);
    onResult?.(result);
  }
  return createReport(agent, role, results);
}
