/**
 * How the demo is started on each runtime that has sockets.
 *
 * @module
 */
import { programs } from "../../../tools/matrix/programs.ts";

/** The command lines. */
export const demoServers: Readonly<Record<"deno" | "bun" | "node", string[]>> = {
  deno: [programs.deno, "task", "--quiet", "demo"],
  bun: [programs.bun, "examples/demo_bun.ts"],
  node: [programs.node24, "--import", "./tools/node_imports.js", "examples/demo_node.ts"],
};
