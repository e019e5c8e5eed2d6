/**
 * Lets Node run this checkout's TypeScript as it is: `node --import ./tools/node_imports.js FILE`. The package's own
 * name and `@std` resolve as `deno.json` says. Node 24 on; older ones get a bundle.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

const root = new URL("../", import.meta.url);
const { name, exports } = JSON.parse(readFileSync(new URL("deno.json", root), "utf8"));

/** The file behind an import, where it is one of ours. */
function findFile(specifier) {
  if (specifier === name || specifier.startsWith(`${name}/`)) {
    return exports[`.${specifier.slice(name.length)}`];
  }
  if (specifier === "@std/assert") return "node_modules/deno-std/assert/mod.js";
  if (specifier.startsWith("@std/encoding/")) return `node_modules/deno-std/${specifier.slice(5)}.js`;
}

registerHooks({
  resolve(specifier, context, nextResolve) {
    const file = findFile(specifier);
    return nextResolve(file === undefined ? specifier : new URL(file, root).href, context);
  },
});
