/**
 * What can be chosen when an endpoint is judged, and how its cases are run one after the other.
 *
 * @module
 */

import { checkFunctions, checkNumber } from "../../protocol/engine_options.ts";
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

/**
 * Throws `TypeError` or `RangeError` for options that mean nothing: a judge of nothing would find no fault.
 */
export function checkJudgeOptions(options: JudgeOptions): void {
  for (const name of ["limit", "patience", "maxRoundTrips"] as const) checkNumber(name, options[name], 1, 1);
  checkFunctions(options, "onResult");
  const { cases = catalogue } = options;
  if (!Array.isArray(cases) || cases.some((each) => typeof each?.script !== "function")) {
    throw new TypeError("Cannot use cases: not what selectCases() returns");
  }
  if (cases.length === 0) throw new RangeError("Cannot use cases: there is none");
}

/** Runs all cases over connections of their own. Rejects for options that mean nothing. */
export async function runCases(
  role: Report["role"],
  createOpening: (conformanceCase: ConformanceCase) => Opening,
  given: JudgeOptions,
): Promise<Report> {
  checkJudgeOptions(given);
  const { cases = catalogue, agent = role, onResult, ...options } = given;
  const results: CaseResult[] = [];
  for (const conformanceCase of cases) {
    const result = await runCase(conformanceCase, createOpening(conformanceCase), options);
    results.push(result);
    onResult?.(result);
  }
  return createReport(agent, role, results);
}
