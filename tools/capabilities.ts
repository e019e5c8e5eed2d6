/**
 * Runs the shared suite on every runtime that has a part of it, and writes README's table of what works where:
 * `deno task capabilities`.
 *
 * @module
 */
import { stopBundling } from "./bundle.ts";
import { formatCapabilities, readCapabilities } from "./capability_table.ts";
import type { TestResult } from "./matrix/outcome.ts";
import { startPeers } from "./matrix/peers.ts";
import { programs, root, workFolder } from "./matrix/programs.ts";
import { runtimes } from "./matrix/runtimes.ts";
import { findTestFiles } from "./matrix/test_files.ts";

const peers = await startPeers();
await Deno.mkdir(workFolder, { recursive: true });
const results: TestResult[] = [];
for (const [name, { folder, run }] of Object.entries(runtimes)) {
  const files = folder === undefined ? [] : await findTestFiles(folder, ["/suite_"]);
  if (files.length === 0) continue;
  const outcome = await run(files, { deadline: 300, env: peers.env });
  const failed = outcome.results.filter(({ status }) => status === "failed");
  console.log(`${name}: ${outcome.results.length} tests, ${failed.length} failed`, ...outcome.problems);
  results.push(...outcome.results);
}
await peers.stop();
await stopBundling();
await Deno.remove(workFolder, { recursive: true });

const { before, after } = await readCapabilities();
await Deno.writeTextFile(`${root}README.md`, `${before}\n${formatCapabilities(results)}\n${after}`);
await new Deno.Command(programs.deno, { args: ["fmt", "--quiet", "README.md"], cwd: root }).output();
