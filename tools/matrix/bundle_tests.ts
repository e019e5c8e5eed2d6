/**
 * Makes one JavaScript file of many test files, each loaded only when its turn comes.
 *
 * @module
 */
import { bundle } from "../bundle.ts";
import { root, workFolder } from "./programs.ts";

/** A JavaScript object of the test files: path to what loads it. */
function listFiles(files: readonly string[]): string {
  const entries = files.map((file) => `${JSON.stringify(file)}: () => import("./${file}"),`);
  return `{\n${entries.join("\n")}\n}`;
}

/** Bundles a module whose text is `entry(files)`, written as if it were in the checkout's folder. */
export async function bundleTests(
  runtime: "node20" | "workerd" | "browser",
  files: readonly string[],
  entry: (files: string) => string,
): Promise<string> {
  const outfile = `${workFolder}${runtime}.js`;
  await bundle({
    stdin: { contents: entry(listFiles(files)), resolveDir: root, loader: "ts" },
    outfile,
    keepNames: true,
    ...(runtime === "node20"
      ? {
        platform: "node",
        target: "node20",
        packages: "bundle",
        external: ["ws", "@nats-io/*"],
        sourcemap: "inline",
      }
      : { platform: "browser", alias: { "node:test": `${root}tests/kit/collector.ts` } }),
    ...(runtime === "workerd" ? { external: ["cloudflare:*", "node:zlib"] } : {}),
  });
  return outfile;
}
