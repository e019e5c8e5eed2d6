/**
 * Runs the situations of `scenarios.ts` on Deno, Bun and Node, one after the other. `deno task bench:memory`
 *
 * @module
 */

import { programs, root } from "../../tools/matrix/programs.ts";

const node = [programs.node24, "--import", `${root}tools/node_imports.js`];
const runtimes = [[programs.deno, "run", "-A", "--no-check", "--quiet"], [programs.bun], node];
let failed = false;

function start(runtime: readonly string[], script: string, stderr: "piped" | "inherit"): Deno.ChildProcess {
  const [program = "", ...args] = [...runtime, ...`${root}bench/memory/${script}`.split(" ")];
  return new Deno.Command(program, { args, cwd: root, stdout: "inherit", stderr }).spawn();
}

/** A situation, and what is at the other end of its connection. */
async function run(runtime: readonly string[], scenario: string, peer?: (port: string) => Deno.ChildProcess) {
  const child = start(runtime, `scenarios.ts ${scenario}`, peer === undefined ? "inherit" : "piped");
  const processes = [child];
  if (peer !== undefined) {
    const { value } = await child.stderr.pipeThrough(new TextDecoderStream()).getReader().read();
    processes.push(peer(`${value}`.trim()));
  }
  for (const process of processes) failed ||= !(await process.status).success;
}

for (const runtime of runtimes) {
  await run(runtime, "flood");
  await run(runtime, "slow-reader", (port) => start(node, `slow_reader.ts ${port}`, "inherit"));
  await run(
    runtime,
    "receive-stream",
    (port) => start(runtime, `scenarios.ts send-stream ${port}`, "inherit"),
  );
}
Deno.exit(failed ? 1 : 0);
