/**
 * One run of a runtime's own test runner, judged by the report it leaves in a file and by how it ended.
 *
 * @module
 */
import { EventLog } from "./event_log.ts";
import { readJunit } from "./junit.ts";
import type { Outcome, TestResult } from "./outcome.ts";
import { workFolder } from "./programs.ts";
import { runProgram, tail } from "./run_program.ts";

/** What a report says: the results, and which test was the last that began, where the report tells. */
export interface Report {
  readonly results: readonly TestResult[];
  readonly running?: string;
}

/** Reads what `node_reporter.js` wrote, a line cut short left out. */
function readEvents(report: string): Report {
  const log = new EventLog();
  for (const line of report.split("\n").slice(0, -1)) log.add(JSON.parse(line));
  return log;
}

/** Runs the test runner `command(reportPath)` makes, and reads its report. */
export async function runReporter(
  runtime: string,
  format: "events" | "junit",
  command: (reportPath: string) => readonly string[],
  options: { deadline: number; env: Record<string, string> },
): Promise<Outcome> {
  const reportPath = `${workFolder}${runtime}.${format}`;
  const { code, output } = await runProgram(command(reportPath), options);
  const report = await Deno.readTextFile(reportPath).catch(() => "");
  const { results, running }: Report = format === "events"
    ? readEvents(report)
    : { results: readJunit(report) };
  const said = `the last it said:\n${tail(output)}`;
  const problems: string[] = [];
  if (code === undefined) {
    const last = running === undefined ? said : `the last test begun: ${running}`;
    problems.push(`Not done after ${options.deadline} s; ${last}`);
  } else if (code !== 0 && !results.some((result) => result.status === "failed")) {
    problems.push(`Exit code ${code} with no failed test; ${said}`);
  } else if (results.length === 0) {
    problems.push(`No test ran; ${said}`);
  }
  // Files that could not even be loaded are no test cases in JUnit reports.
  const strays = [
    /^Uncaught error from (.*?) FAILED$/gm, // deno
    /^# Unhandled error between tests\n-+\n([\s\S]*?)\n-{5,}$/gm, // bun
  ];
  for (const stray of strays) {
    for (const match of output.matchAll(stray)) problems.push(match[0]);
  }
  return { results, problems };
}
