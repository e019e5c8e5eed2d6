/**
 * A page of Chromium, in a process of its own.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { programs, root } from "../../../tools/matrix/programs.ts";

/** Runs TypeScript in a page at an address, and returns the lines it logs. */
export async function runInPage(address: string, source: string): Promise<string[]> {
  const process = new Deno.Command(programs.deno, {
    args: [
      "run",
      "--allow-all",
      "--quiet",
      "--no-check",
      "--config",
      "tools/deno.json",
      "tools/run_in_page.ts",
      address,
    ],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(source));
  await writer.close();
  const { code, stdout, stderr } = await process.output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  return new TextDecoder().decode(stdout).trimEnd().split("\n");
}
