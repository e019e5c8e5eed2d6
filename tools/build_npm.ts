/**
 * The npm package in `npm/`: one ES module and its types per entry point, nothing to install beside it but, for
 * hubs that are linked by NATS, its client. Then the
 * packed package is installed into an empty folder and used there by Node 20, the oldest there is.
 *
 * @module
 */
import { bundle, stopBundling } from "./bundle.ts";
import { programs, root } from "./matrix/programs.ts";
import { runProgram } from "./matrix/run_program.ts";

const outdir = `${root}npm/`;
const { name, version, license, exports, imports } = JSON.parse(await Deno.readTextFile(`${root}deno.json`));
const entries = Object.entries<string>(exports);
const nats = Object.fromEntries(
  Object.entries<string>(imports)
    .filter(([name]) => name.startsWith("@nats-io/"))
    .map(([name, specifier]) => [name, specifier.replace(/^npm:.*@/, "^")]),
);

async function run(command: string[]): Promise<string> {
  const { code, output } = await runProgram(command, { deadline: 120 });
  if (code !== 0) throw new Error(`${command.slice(0, 3).join(" ")}: exit code ${code}\n${output}`);
  return output;
}

/** `./src/protocol/mod.ts` of the checkout as `./src/protocol/mod.js` of the package. */
function compiled(path: string, extension: "js" | "d.ts"): string {
  return path.replace(/\.ts$/, `.${extension}`);
}

async function buildModules(): Promise<void> {
  await bundle({
    entryPoints: entries.map(([, path]) => path),
    outdir,
    outbase: root,
    splitting: true,
    chunkNames: "src/shared-[hash]",
    target: ["es2022", "node20"],
    external: ["node:*", "cloudflare:*", "@nats-io/*"],
  });
}

async function* findSources(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(`${root}${folder}`)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* findSources(path);
    else if (path.endsWith(".ts")) yield path;
  }
}

async function buildTypes(): Promise<void> {
  const sources = ["mod.ts", ...await Array.fromAsync(findSources("src"))];
  const folder = await Deno.makeTempDir();
  await run([programs.deno, "transpile", "--quiet", "--declaration", "--outdir", folder, ...sources]);
  for (const source of sources) {
    const declaration = await Deno.readTextFile(`${folder}/${compiled(source, "d.ts")}`);
    const text = declaration
      .replace(/^\/\/\/ <amd-module .*\n/m, "")
      .replace(/((?:from|import\()\s*["']\.[^"']*)\.ts(["'])/g, "$1.js$2");
    // A page's project has the types of `lib: ["ES2022", "DOM"]`, where there is no `AsyncDisposable`.
    const library = /asyncDispos/i.test(text) ? '/// <reference lib="esnext.disposable" />\n' : "";
    await Deno.mkdir(`${outdir}${source}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${outdir}${compiled(source, "d.ts")}`, library + text);
  }
  await Deno.remove(folder, { recursive: true });
}

async function writePackage(): Promise<void> {
  const manifest = {
    name,
    version,
    description: "RFC 6455 WebSockets, client and server, over any pair of byte streams",
    license,
    type: "module",
    sideEffects: false,
    engines: { node: ">=20" },
    // Who links hubs by NATS, installs these.
    peerDependencies: nats,
    peerDependenciesMeta: Object.fromEntries(Object.keys(nats).map((name) => [name, { optional: true }])),
    exports: {
      ...Object.fromEntries(entries.map(([entry, path]) => {
        return [entry, { types: compiled(path, "d.ts"), default: compiled(path, "js") }];
      })),
      "./package.json": "./package.json",
    },
  };
  await Deno.writeTextFile(`${outdir}package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
  for (const file of ["README.md", "LICENSE"]) await Deno.copyFile(`${root}${file}`, `${outdir}${file}`);
}

/** Installs the packed package into an empty folder and talks through it there. */
async function tryPackage(): Promise<void> {
  const folder = await Deno.makeTempDir();
  const packed = await run(["npm", "pack", outdir, "--pack-destination", folder, "--silent"]);
  const tarball = packed.trim().split("\n").at(-1)!;
  await Deno.writeTextFile(`${folder}/package.json`, `{ "type": "module" }`);
  await run([
    "npm",
    "install",
    "--prefix",
    folder,
    "--offline",
    "--no-audit",
    "--no-fund",
    `${folder}/${tarball}`,
  ]);
  const imports = entries
    .map(([entry]) => name + entry.slice(1))
    // These need a module of their runtime, or packages that are not installed.
    .filter((specifier) => !specifier.endsWith("/cloudflare") && !specifier.endsWith("/nats"));
  await Deno.writeTextFile(
    `${folder}/main.js`,
    `for (const specifier of ${JSON.stringify(imports)}) await import(specifier);
    const { acceptWebSocket, connectWebSocket } = await import("${name}");
    const { createTransportPair } = await import("${name}/testing");
    const [near, far] = createTransportPair();
    const accepted = acceptWebSocket(far);
    const client = await connectWebSocket("ws://localhost/", near);
    const server = await accepted;
    await client.send("Hello");
    console.log(await server.receive(), "from Node", process.versions.node);
    await Promise.all([client.close(), server.receive()]);`,
  );
  console.log((await run([programs.node20, `${folder}/main.js`])).trim());
  // The types, as the strictest project of a page has them checked; cloudflare's, too, need nothing else.
  await Deno.writeTextFile(
    `${folder}/deno.json`,
    `{ "nodeModulesDir": "manual", "compilerOptions": { "lib": ["es2022", "dom"], "skipLibCheck": false } }`,
  );
  const types = entries.map(([entry], index) => `export * as entry${index} from "${name + entry.slice(1)}";`);
  await Deno.writeTextFile(`${folder}/main.ts`, types.join("\n"));
  const config = `--config=${folder}/deno.json`;
  await run([programs.deno, "check", "--quiet", "--all", config, `${folder}/main.ts`]);
  const installed = [...Deno.readDirSync(`${folder}/node_modules`)].map((entry) => entry.name);
  console.log(`${tarball} installs: ${installed.filter((entry) => !entry.startsWith(".")).join(", ")}`);
  await Deno.remove(folder, { recursive: true });
}

await Deno.remove(outdir, { recursive: true }).catch(() => {});
await Deno.mkdir(outdir);
await buildModules();
await stopBundling();
await buildTypes();
await writePackage();
await tryPackage();
