/**
 * The matrix's rows: each runtime, which tests it gets and how they are run there.
 *
 * @module
 */
import { bundleTests } from "./bundle_tests.ts";
import type { Outcome } from "./outcome.ts";
import { programs, root } from "./programs.ts";
import { runBrowser } from "./run_browser.ts";
import { runReporter } from "./run_reporter.ts";
import { runWorkerd } from "./run_workerd.ts";

/** What a run is given: seconds it may take, and variables its tests can read. */
export interface RunOptions {
  readonly deadline: number;
  readonly env: Record<string, string>;
}

/** A row of the matrix. */
export interface Runtime {
  /** The folder in `tests/runtimes` that is for this row only; none for the row that runs no test files. */
  readonly folder?: "deno" | "bun" | "node" | "workerd" | "browser";
  run(files: readonly string[], options: RunOptions): Promise<Outcome>;
}

const timeout = 60_000;
const nodeReporter = (reportPath: string) => [
  "--test-reporter=./tools/matrix/node_reporter.js",
  `--test-reporter-destination=${reportPath}`,
];

/** All rows, by the name under which `deno task test` takes them. */
export const runtimes: Readonly<Record<string, Runtime>> = {
  deno: {
    folder: "deno",
    run: (files, options) =>
      runReporter("deno", "junit", (report) => [
        programs.deno,
        "test",
        "--allow-all",
        "--frozen",
        `--junit-path=${report}`,
        ...files,
      ], options),
  },
  bun: {
    folder: "bun",
    run: (files, options) =>
      runReporter("bun", "junit", (report) => [
        programs.bun,
        "test",
        `--timeout=${timeout}`,
        "--reporter=junit",
        `--reporter-outfile=${report}`,
        ...files.map((file) => `./${file}`),
      ], options),
  },
  node24: {
    folder: "node",
    run: (files, options) =>
      runReporter("node24", "events", (report) => [
        programs.node24,
        "--import=./tools/node_imports.js",
        "--test",
        "--test-isolation=none",
        `--test-timeout=${timeout}`,
        ...nodeReporter(report),
        ...files,
      ], options),
  },
  node20: {
    folder: "node",
    run: async (files, options) => {
      const bundlePath = await bundleTests("node20", files, (list) => `
        for (const load of Object.values(${list})) await load();
      `);
      return runReporter("node20", "events", (report) => [
        programs.node20,
        "--enable-source-maps",
        ...nodeReporter(report),
        bundlePath.replace(root, ""),
      ], options);
    },
  },
  workerd: { folder: "workerd", run: runWorkerd },
  chromium: { folder: "browser", run: runBrowser },
  // What the documentation shows, run by Deno, which alone can read it.
  examples: {
    run: (_files, options) =>
      runReporter("examples", "junit", (report) => [
        programs.deno,
        "test",
        "--doc",
        "--allow-all",
        "--frozen",
        `--junit-path=${report}`,
        "mod.ts",
        "src",
        "README.md",
      ], options),
  },
};
