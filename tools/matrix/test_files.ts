/**
 * Which test files run where: those of the rooms run everywhere, those in `tests/runtimes/<runtime>` only there.
 *
 * @module
 */
import { root } from "./programs.ts";

async function* walk(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(`${root}${folder}`)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* walk(path);
    else if (path.endsWith("_test.ts")) yield path;
  }
}

/** The test files for a runtime, relative to the checkout, sorted; only those with one of `filters` in their path. */
export async function findTestFiles(
  runtime: "deno" | "bun" | "node" | "workerd" | "browser",
  filters: readonly string[],
): Promise<string[]> {
  const files: string[] = [];
  for await (const file of walk("tests")) {
    const only = /^tests\/runtimes\/(\w+)\//.exec(file)?.[1];
    const chosen = filters.length === 0 || filters.some((filter) => file.includes(filter));
    if (chosen && (only === undefined || only === runtime)) files.push(file);
  }
  return files.sort();
}
