/**
 * One run of a runtime's own test runner, judged by the JUnit report it leaves and by how it ended.
 *
 * @module
 */
import { readJunit } from "./junit.ts";
import type { Outcome } from "./outcome.ts";
import { workFolder } from "./programs.ts";
import { runProgram, tail } from "./run_program.ts";

/** Runs the test runner `command(reportPath)` makes, and reads its report. */
export async function runReporter(
  runtime: string,
  command: (reportPath: string) => readonly string[],
  options: { deadline: number; env: Record<string, string> },
): Promise<Outcome> {
  const reportPath = `${workFolder}${runtime}.xml`;
  const { code, output } = await runProgram(command(reportPath), options);
  const report = await Deno.readTextFile(reportPath).catch(() => "");
  const results = readJunit(report);
  const problems: string[] = [];
  if (code === undefined) {
    problems.push(`Not done after ${options.deadline} s; the last it said:\n${tail(output)}`);
  } else if (code !== 0 && !results.some((result) => result.status === "failed")) {
    problems.push(`Exit code ${code} with no failed test; the last it said:\n${tail(output)}`);
  } else if (results.length === 0) {
    problems.push(`No test ran; the last it said:\n${tail(output)}`);
  }
  // Files that could not even be loaded, and rejections after a test's end, are no test cases in these reports.
  const strays = [
    /^Uncaught error from (.*?) FAILED$/gm, // deno
    /^# Unhandled error between tests\n-+\n([\s\S]*?)\n-{5,}$/gm, // bun
    /^.*?(Error: .* generated asynchronous activity after the test ended\..*)$/gm, // node
  ];
  for (const stray of strays) {
    for (const match of output.matchAll(stray)) problems.push(match[0]);
  }
  return { results, problems };
}
