/**
 * Where the runtimes of the matrix are: programs inside npm packages, pinned in `tools/deno.json` and put into
 * `tools/node_modules` by Deno, no install script needed. Tests that start another runtime import these paths too,
 * so nothing is imported here.
 *
 * @module
 */

/** The folder of the checkout, with a slash at its end. */
export const root: string = new URL("../../", import.meta.url).pathname;

/** What the tools write and keep: the unpacked browser. Ignored by git. */
export const artifacts: string = `${root}.artifacts/`;

/** What one run writes, bundles and reports, and removes at its end. */
export const workFolder: string = `${artifacts}${Deno.pid}/`;

const { arch, os } = Deno.build;
const isArm = arch === "aarch64";

/** The path of a file in a package that only one platform has, pinned or brought by a pinned one. */
function inPackage(name: string, version: string, file: string): string {
  const folder = `${name.replace("/", "+")}@${version}`;
  return `${root}tools/node_modules/.deno/${folder}/node_modules/${name}/${file}`;
}

/** Node of a pinned version: npm has it for Linux; elsewhere a variable names one. */
function findNode(version: string, variable: string): string {
  return Deno.env.get(variable) ?? inPackage(`node-linux-${isArm ? "arm64" : "x64"}`, version, "bin/node");
}

/** Absolute paths of the runtimes' programs. */
export const programs: Readonly<Record<"deno" | "bun" | "node20" | "node24" | "workerd", string>> = {
  deno: Deno.execPath(),
  bun: inPackage(`@oven/bun-${os}-${isArm ? "aarch64" : "x64"}`, "1.4.5", "bin/bun"),
  node20: findNode("20.20.2", "NODE_20"),
  node24: findNode("24.21.0", "NODE_24"),
  workerd: inPackage(`@cloudflare/workerd-${os}-${isArm ? "arm64" : "64"}`, "1.20261023.1", "bin/workerd"),
};
