/**
 * How the demo is started on each runtime.
 *
 * @module
 */
import { programs } from "../../../tools/matrix/programs.ts";

/** The command line for workerd, which does not say who comes and goes. */
export const demoWorker: string[] = [
  programs.deno,
  "run",
  "--allow-all",
  "tools/serve_worker.ts",
  "demo_cloudflare/worker",
];

/** The command lines of the others. */
export const demoServers: Readonly<Record<"deno" | "bun" | "node", string[]>> = {
  deno: [programs.deno, "task", "--quiet", "demo"],
  bun: [programs.bun, "examples/demo_bun.ts"],
  node: [programs.node24, "--import", "./tools/node_imports.js", "examples/demo_node.ts"],
};
