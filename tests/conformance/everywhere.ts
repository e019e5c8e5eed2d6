/**
 * Weft over TCP on every runtime that has it, in both roles: the examples are judged, each in a process of its own, by
 * a judge in another one.
 *
 * @module
 */

import { programs, root } from "../../tools/matrix/programs.ts";
import type { Report } from "@weft/websocket/testing/conformance";
import { StartedProgram } from "./started_program.ts";

/** How a runtime runs a file, and its server. */
const runtimes = {
  Deno: {
    run: [programs.deno, "run", "--quiet", "--allow-all", "--frozen"],
    server: "examples/conformance_server.ts",
  },
  Bun: { run: [programs.bun], server: "examples/conformance_server_bun.ts" },
  Node: {
    run: [programs.node24, "--import", "./tools/node_imports.js"],
    server: "examples/conformance_server_node.ts",
  },
} as const;

type Runtime = keyof typeof runtimes;

/** On Node, where the judge is fastest. */
const judge = [...runtimes.Node.run, "tests/conformance/main.ts"];
/** It ends with 1 where a case failed, which is no failure of its own. */
const judgeCodes = [0, 1];

/** So many endpoints are judged at a time. */
const lanes = 2;

async function judgeServer(runtime: Runtime, options: readonly string[]): Promise<void> {
  const { run, server } = runtimes[runtime];
  await using endpoint = new StartedProgram([...run, server]);
  const { port } = await endpoint.url;
  await using judging = new StartedProgram([...judge, "--server", `ws://127.0.0.1:${port}/`, ...options]);
  await judging.end(judgeCodes);
}

async function judgeClient(runtime: Runtime, options: readonly string[]): Promise<void> {
  await using judging = new StartedProgram([...judge, "--client", "--port", "0", ...options]);
  const { origin } = await judging.url;
  const client = [...runtimes[runtime].run, "examples/conformance_client.ts"];
  await using endpoint = new StartedProgram([...client, origin, runtime]);
  await endpoint.end();
  await judging.end(judgeCodes);
}

async function judgeRole(runtime: Runtime, role: Report["role"], choice: readonly string[]): Promise<Report> {
  const start = performance.now();
  const path = `.artifacts/conformance/${runtime.toLowerCase()}_${role}.json`;
  const options = [...choice, "--agent", runtime, "--report", path];
  await (role === "server" ? judgeServer : judgeClient)(runtime, options);
  const [report] = JSON.parse(await Deno.readTextFile(`${root}${path}`)) as [Report];
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(`${runtime}, ${role}: ${report.cases.length} cases in ${seconds} s`);
  return report;
}

/** Judges all of them with the judge's own options, and returns the reports in the order of runtimes and roles. */
export async function judgeEverywhere(choice: readonly string[]): Promise<Report[]> {
  const all = Object.keys(runtimes).flatMap((runtime) =>
    (["server", "client"] as const).map((role) => [runtime as Runtime, role] as const)
  );
  const reports: Report[] = [];
  const waiting = [...all.entries()];
  const judgeWaiting = async () => {
    for (let next; (next = waiting.shift()) !== undefined;) {
      const [index, [runtime, role]] = next;
      reports[index] = await judgeRole(runtime, role, choice);
    }
  };
  await Promise.all(Array.from({ length: lanes }, judgeWaiting));
  return reports;
}
