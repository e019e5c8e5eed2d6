/**
 * Everything that must hold besides the tests: format, lint, types, documentation and its examples, what would be
 * published, the arrows between the rooms, and the width of comments. Runs all, then says which failed.
 *
 * @module
 */
import { checkArrows } from "./arrows.ts";
import { findWideComments } from "./comments.ts";
import { programs, root } from "./matrix/programs.ts";
import { runProgram } from "./matrix/run_program.ts";

const { exports, imports, fmt } = JSON.parse(await Deno.readTextFile(`${root}deno.json`));
const entries = Object.values<string>(exports);

/** A project that imports the sources, and has none of our compiler's options but the defaults. */
const project = await Deno.makeTempFile({ suffix: ".json" });
const encoding = { "@std/encoding/base64": `${root}tools/std/encoding/base64.ts` };
await Deno.writeTextFile(project, JSON.stringify({ imports: { ...imports, ...encoding } }));

const deno: Record<string, string[]> = {
  format: ["fmt", "--check"],
  lint: ["lint"],
  types: ["check", "--quiet", "mod.ts", "src", "tests", "examples", "bench"],
  "types of tools": ["check", "--quiet", "--config", "tools/deno.json", "tools"],
  "types by default options": ["check", "--quiet", "--config", project, ...entries],
  documentation: ["doc", "--lint", ...entries],
  examples: ["test", "--quiet", "--doc", "--allow-all", "mod.ts", "src", "README.md"],
  package: ["publish", "--dry-run", "--allow-dirty"],
};

const failed: string[] = [];

function report(name: string, start: number, problem: string | undefined): void {
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${problem === undefined ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (problem === undefined) return;
  failed.push(name);
  console.log(problem.replace(/^/gm, "    "));
}

for (const [name, args] of Object.entries(deno)) {
  const start = performance.now();
  const { code, output } = await runProgram([programs.deno, ...args], { deadline: 180 });
  report(name, start, code === 0 ? undefined : output.trim());
}
await Deno.remove(project);
const ownChecks: Record<string, () => Promise<string[]>> = {
  arrows: async () => (await checkArrows()).violations,
  comments: () => findWideComments(fmt.lineWidth),
};
for (const [name, check] of Object.entries(ownChecks)) {
  const start = performance.now();
  const problems = await check();
  report(name, start, problems.length === 0 ? undefined : problems.join("\n"));
}

console.log(failed.length === 0 ? "\nAll is well" : `\nFailed: ${failed.join(", ")}`);
Deno.exit(failed.length === 0 ? 0 : 1);
