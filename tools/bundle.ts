/**
 * The one place that knows how to make JavaScript of this project with esbuild, for the runtimes that need it and
 * for npm. How imports of the package by its own name and of `@std` resolve is in `tsconfig.json`, which esbuild reads.
 *
 * @module
 */
import * as esbuild from "esbuild";
import { root } from "./matrix/programs.ts";

/**
 * `@std/encoding` uses `ArrayBuffer.prototype.transfer`, which Node has from 21 on. The copy does the same.
 */
const withoutTransfer: esbuild.Plugin = {
  name: "without ArrayBuffer.prototype.transfer",
  setup(build) {
    build.onLoad({ filter: /deno-std\/encoding\/\w+\.js$/ }, async ({ path }) => {
      const source = await Deno.readTextFile(path);
      const contents = source.replace(/(\w+)\.buffer\s*\.transfer\(/g, "transferBuffer($1.buffer, ");
      if (contents === source) return { contents };
      return { contents: `${contents}\n${transferBuffer}` };
    });
  },
};

const transferBuffer = `
function transferBuffer(buffer, length) {
  const copy = new Uint8Array(length);
  copy.set(new Uint8Array(buffer, 0, Math.min(length, buffer.byteLength)));
  return copy.buffer;
}`;

/** pako has no word on what it does when it is loaded: it fills tables of its own, which nobody needs who does not compress. */
const withoutUnusedPako: esbuild.Plugin = {
  name: "without pako where it is not used",
  setup(build) {
    build.onResolve({ filter: /^pako$/ }, async ({ path, pluginData, ...options }) => {
      if (pluginData === withoutUnusedPako) return undefined;
      const resolved = await build.resolve(path, { ...options, pluginData: withoutUnusedPako });
      return { ...resolved, sideEffects: false };
    });
  },
};

/** Builds with the settings common to all bundles of this project. */
export async function bundle<Options extends esbuild.BuildOptions>(
  options: Options,
): Promise<esbuild.BuildResult<Options>> {
  return await esbuild.build<Options>({
    absWorkingDir: root,
    bundle: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    logLevel: "silent",
    tsconfig: `${root}tsconfig.json`,
    ...options,
    plugins: [withoutTransfer, withoutUnusedPako, ...options.plugins ?? []],
  } as esbuild.SameShape<esbuild.BuildOptions, Options>);
}

/** Ends esbuild's own process, without which Deno would not end. */
export async function stopBundling(): Promise<void> {
  await esbuild.stop();
}
