/**
 * The whole matrix: the same tests on every runtime, two runtimes at a time.
 *
 * `deno task test [RUNTIME | PART OF A PATH]...` runs some of it: `deno task test bun node24 handshake`.
 *
 * @module
 */
import { stopBundling } from "./bundle.ts";
import { formatCapabilities, normalizeTable, readCapabilities } from "./capability_table.ts";
import type { Outcome } from "./matrix/outcome.ts";
import { startPeers } from "./matrix/peers.ts";
import { printReport, type Row } from "./matrix/print_report.ts";
import { workFolder } from "./matrix/programs.ts";
import { type Runtime, runtimes } from "./matrix/runtimes.ts";
import { findTestFiles } from "./matrix/test_files.ts";

/** Seconds that one runtime may take. */
const deadline = 1200;

const named = Deno.args.filter((argument) => argument in runtimes);
const filters = Deno.args.filter((argument) => !(argument in runtimes));
const order = [...Object.keys(runtimes), "table"];
const waiting = named.length > 0 ? named : Object.keys(runtimes);
const rows: Row[] = [];
const peers = await startPeers();

async function runRuntime({ run }: Runtime, files: readonly string[]): Promise<Outcome> {
  try {
    return await run(files, { deadline, env: peers.env });
  } catch (error) {
    return { results: [], problems: [`Could not run: ${error instanceof Error ? error.stack : error}`] };
  }
}

async function runWaiting(): Promise<void> {
  for (let name; (name = waiting.shift()) !== undefined;) {
    const runtime = runtimes[name]!;
    const files = runtime.folder === undefined ? [] : await findTestFiles(runtime.folder, filters);
    if (files.length === 0 && filters.length > 0) continue;
    const start = performance.now();
    const outcome = await runRuntime(runtime, files);
    const seconds = (performance.now() - start) / 1000;
    rows.push({ runtime: name, outcome, seconds });
    console.log(`${name}: ${outcome.results.length} tests in ${seconds.toFixed(1)} s`);
  }
}

/** Whether README's table says what the shared suite showed. */
async function judgeTable(): Promise<Outcome> {
  const expected = formatCapabilities(rows.flatMap(({ outcome }) => outcome.results));
  const { table } = await readCapabilities();
  const problem =
    `README's table is not what the tests showed; \`deno task capabilities\` writes it:\n${expected}`;
  return { results: [], problems: normalizeTable(table) === normalizeTable(expected) ? [] : [problem] };
}

await Deno.mkdir(workFolder, { recursive: true });
await Promise.all([runWaiting(), runWaiting()]);
await peers.stop();
await stopBundling();
await Deno.remove(workFolder, { recursive: true });

if (Deno.args.length === 0) {
  rows.push({ runtime: "table", outcome: await judgeTable(), seconds: 0 });
}
rows.sort((one, other) => order.indexOf(one.runtime) - order.indexOf(other.runtime));
Deno.exit(printReport(rows) ? 0 : 1);
