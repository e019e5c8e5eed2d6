/**
 * What the engine costs a page or a worker: the core's bundle, minified and gzipped, held to its limit.
 *
 * `deno task size files` prints each file's share too.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import { bundle, stopBundling } from "./bundle.ts";
import { root } from "./matrix/programs.ts";

const limit = 14 * 1024;
const result = await bundle({
  stdin: {
    contents: `export { acceptWebSocket, connectWebSocket, WebSocketConnection } from "./mod.ts";`,
    resolveDir: root,
  },
  minify: true,
  metafile: true,
  write: false,
});
await stopBundling();
if (Deno.args.includes("files")) {
  const shares = Object.values(result.metafile.outputs)[0]!.inputs;
  const files = Object.entries(shares).sort(([, one], [, other]) => other.bytesInOutput - one.bytesInOutput);
  for (const [path, { bytesInOutput }] of files) console.log(`${String(bytesInOutput).padStart(8)} ${path}`);
}
const [file] = result.outputFiles;
const gzipped = gzipSync(file!.contents, { level: 9 }).length;
console.log(`Core bundle: ${file!.contents.length} bytes minified, ${gzipped} gzipped, limit ${limit}`);
Deno.exit(gzipped > limit ? 1 : 0);
