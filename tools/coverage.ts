/**
 * Line and branch coverage of the rooms that must be covered whole, by the tests as Deno runs them. Above a line that
 * no test can reach stands `// deno-coverage-ignore`, alone, and above that the reason.
 *
 * @module
 */
import { startPeers } from "./matrix/peers.ts";
import { programs, root } from "./matrix/programs.ts";
import { runProgram, tail } from "./matrix/run_program.ts";
import { findTestFiles } from "./matrix/test_files.ts";

const rooms = ["protocol", "deflate", "handshake", "connection"];

/** What only servers have needs a test of its own on each of them; on Deno, it is this one. */
const besides = ["tests/runtimes/deno/zlib_codec_test.ts"];
const folder = "coverage";

interface Ratio {
  readonly hit: number;
  readonly all: number;
}

function percent({ hit, all }: Ratio): string {
  return `${all === 0 ? "100.0" : (hit / all * 100).toFixed(1)} %`;
}

/** Lines and branches of each file in an LCOV report, and the lines that were missed. */
function readLcov(report: string): Map<string, { lines: Ratio; branches: Ratio; missed: string[] }> {
  const files = new Map<string, { lines: Ratio; branches: Ratio; missed: string[] }>();
  for (const record of report.split("end_of_record")) {
    const path = /^SF:(.*)$/m.exec(record)?.[1];
    if (path === undefined) continue;
    const number = (key: string) => Number(new RegExp(`^${key}:(\\d+)$`, "m").exec(record)?.[1] ?? 0);
    const missedLines = [...record.matchAll(/^DA:(\d+),0$/gm)].map((match) => match[1]!);
    const missedBranches = [...record.matchAll(/^BRDA:(\d+),\d+,\d+,(?:0|-)$/gm)].map((match) =>
      `${match[1]} (branch)`
    );
    files.set(path.replace(root, ""), {
      lines: { hit: number("LH"), all: number("LF") },
      branches: { hit: number("BRH"), all: number("BRF") },
      missed: [...missedLines, ...missedBranches],
    });
  }
  return files;
}

/** Whether a module has anything to run, and so anything to cover. */
async function hasCode(path: string): Promise<boolean> {
  const source = await Deno.readTextFile(`${root}${path}`);
  return /^(export )?(default )?(abstract )?(async )?(function|class|const|let)\b/m.test(source);
}

await Deno.remove(`${root}${folder}`, { recursive: true }).catch(() => {});
const peers = await startPeers();
const files = (await findTestFiles("deno", []))
  .filter((file) => !file.startsWith("tests/runtimes/") || besides.includes(file));
const test = await runProgram(
  [programs.deno, "test", "--allow-all", "--frozen", "--no-check", `--coverage=${folder}`, ...files],
  { deadline: 900, env: peers.env },
);
await peers.stop();
if (test.code !== 0) {
  console.log(tail(test.output, 100));
  Deno.exit(1);
}
const report = await runProgram(
  [
    programs.deno,
    "coverage",
    "--lcov",
    `--include=^file://${root}src/`,
    `--output=${folder}/lcov.info`,
    folder,
  ],
  { deadline: 60 },
);
if (report.code !== 0) throw new Error(report.output);
const covered = readLcov(await Deno.readTextFile(`${root}${folder}/lcov.info`));

let complete = true;
const sum = { lines: { hit: 0, all: 0 }, branches: { hit: 0, all: 0 } };
console.log(`${"file".padEnd(48)}${"lines".padStart(10)}${"branches".padStart(10)}`);
for (const room of rooms) {
  const names = [...Deno.readDirSync(`${root}src/${room}`)].map((entry) => entry.name).sort();
  for (const name of names) {
    const path = `src/${room}/${name}`;
    const file = covered.get(path);
    if (file === undefined) {
      if (!await hasCode(path)) continue;
      complete = false;
      console.log(`${path.padEnd(48)}never loaded`);
      continue;
    }
    const { lines, branches, missed } = file;
    for (const [total, part] of [[sum.lines, lines], [sum.branches, branches]] as const) {
      total.hit += part.hit;
      total.all += part.all;
    }
    if (missed.length > 0) complete = false;
    const note = missed.length > 0 ? `  missed: ${missed.join(", ")}` : "";
    console.log(`${path.padEnd(48)}${percent(lines).padStart(10)}${percent(branches).padStart(10)}${note}`);
  }
}
console.log(`${"all".padEnd(48)}${percent(sum.lines).padStart(10)}${percent(sum.branches).padStart(10)}`);
Deno.exit(complete ? 0 : 1);
