/**
 * The demo's page as it is served: bundled by esbuild, and compressed once. Knows nothing of who serves it.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, stop } from "esbuild";

/** A file of the page. */
export interface PageFile {
  readonly type: string;
  readonly text: string;
  /** The same, compressed, in base64. */
  readonly gzip: string;
}

/** Bundles the page. Its files, by path. */
export async function buildPage(): Promise<Readonly<Record<string, PageFile>>> {
  const [html, { outputFiles }] = await Promise.all([
    readFile(new URL("page/page.html", import.meta.url), "utf8"),
    bundle(),
  ]);
  const files = outputFiles.map(({ path, text }) => [
    `/${basename(path)}`,
    compress(path.endsWith(".js") ? "text/javascript" : "text/css", text),
  ]);
  return { "/": compress("text/html", html), ...Object.fromEntries(files) };
}

function compress(type: string, text: string): PageFile {
  return { type, text, gzip: gzipSync(text, { level: 9 }).toString("base64") };
}

async function bundle() {
  try {
    return await build({
      absWorkingDir: fileURLToPath(new URL("../../", import.meta.url)),
      entryPoints: ["examples/demo/page/page.ts", "examples/demo/page/page.css"],
      // uPlot throws at a language that is none (`en-US@posix`, where there is no locale): it sees none.
      define: { navigator: "document" },
      outdir: "/",
      write: false,
      bundle: true,
      splitting: true,
      chunkNames: "[name]",
      minify: true,
      format: "esm",
      target: "es2022",
      charset: "utf8",
      logLevel: "error",
    });
  } finally {
    // Its process would keep a runtime alive.
    await stop();
  }
}
