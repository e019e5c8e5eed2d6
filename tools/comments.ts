/**
 * The width of the comments in `src/`: that of the code, which the formatter sees to. Knows lines that are comments alone.
 *
 * @module
 */
import { findSources } from "./arrows.ts";
import { root } from "./matrix/programs.ts";

/** Where a comment of `src/` has lines of more than so many columns. */
export async function findWideComments(columns: number): Promise<string[]> {
  const found: string[] = [];
  for await (const path of findSources("src")) {
    const lines = (await Deno.readTextFile(`${root}${path}`)).split("\n");
    lines.forEach((line, index) => {
      if (line.length > columns && /^\s*(?:\/\/|\/\*|\*)/.test(line)) found.push(`${path}:${index + 1}`);
    });
  }
  return found.sort();
}
