/**
 * The arrows between the rooms of `src/`: who may import whom. Reads the imports of every file there, and knows
 * nothing of what the rooms do.
 *
 * @module
 */
import { root } from "./matrix/programs.ts";

/** What each room may import besides itself. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  deflate: ["protocol"],
  handshake: ["protocol"],
  connection: ["handshake", "protocol"],
  hub: ["connection", "handshake", "protocol"],
  runtime: ["connection", "handshake", "protocol"],
  testing: ["connection", "handshake", "protocol"],
};

/** What the library may import from outside. */
const outside: readonly string[] = ["@std/encoding/base64"];

/** The same for one room, or for files of it whose names begin alike: what nothing else can provide. */
const outsideOf: Readonly<Record<string, readonly RegExp[]>> = {
  "deflate/": [/^pako$/, /^node:zlib$/],
  "hub/nats": [/^@nats-io\//],
  "runtime/": [/^node:/, /^cloudflare:/],
  "testing/conformance/": [/^pako$/],
};

function mayImport(path: string, specifier: string): boolean {
  return outside.includes(specifier) ||
    Object.entries(outsideOf).some(([files, patterns]) =>
      path.startsWith(`src/${files}`) && patterns.some((pattern) => pattern.test(specifier))
    );
}

/** The paths of all TypeScript in a folder of the checkout. */
export async function* findSources(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(`${root}${folder}`)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* findSources(path);
    else if (path.endsWith(".ts")) yield path;
  }
}

/** Specifiers of static imports and re-exports, and of `import()` calls and types, outside comments. */
export function readImports(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const pattern = /(?:\bfrom|^\s*import|\bimport\()\s*["']([^"']+)["']/gm;
  return [...code.matchAll(pattern)].map((match) => match[1]!);
}

/** The room of a file: `src/protocol/mask.ts` is in `protocol`. */
function findRoom(path: string): string {
  return /^src\/(\w+)\//.exec(path)?.[1] ?? "";
}

/** What is wrong with one import, or `undefined`. */
export function checkImport(path: string, specifier: string): string | undefined {
  const room = findRoom(path);
  const allowed = arrows[room];
  if (allowed === undefined) return `${path}: is in no room`;
  if (specifier.startsWith(".")) {
    const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
    if (!specifier.endsWith(".ts")) return `${path}: "${specifier}" lacks its extension`;
    const targetRoom = findRoom(target);
    if (targetRoom === room || allowed.includes(targetRoom)) return;
    return `${path}: ${room} must not import ${target}`;
  }
  if (mayImport(path, specifier)) return;
  return `${path}: must not import "${specifier}"`;
}

/** Every import in `src/` that goes against the arrows, and how many imports there are. */
export async function checkArrows(): Promise<{ violations: string[]; imports: number }> {
  const violations: string[] = [];
  let imports = 0;
  for await (const path of findSources("src")) {
    for (const specifier of readImports(await Deno.readTextFile(`${root}${path}`))) {
      imports++;
      const violation = checkImport(path, specifier);
      if (violation !== undefined) violations.push(violation);
    }
  }
  return { violations, imports };
}
