/**
 * Memory in use, for tests that look for what stays behind.
 *
 * @module
 */

interface Process {
  memoryUsage(): { readonly heapUsed: number; readonly arrayBuffers?: number };
  getBuiltinModule(name: "node:v8"): { setFlagsFromString(flags: string): void };
  getBuiltinModule(name: "node:vm"): { runInNewContext(code: string): () => void };
}

interface Surroundings {
  readonly Bun?: { gc(isSynchronous: boolean): void };
  readonly process?: Process;
}

const { Bun: bun, process } = globalThis as unknown as Surroundings;

/** Collects the garbage; `undefined` where that cannot be told to happen. */
const collectGarbage = findCollector();

function findCollector(): (() => void) | undefined {
  if (bun !== undefined) return () => bun.gc(true);
  try {
    process!.getBuiltinModule("node:v8").setFlagsFromString("--expose-gc");
    const collect = process!.getBuiltinModule("node:vm").runInNewContext("gc");
    collect();
    return collect;
  } catch {
    return undefined;
  }
}

/** The bytes that are in use when all garbage is collected; `undefined` on runtimes that do not tell. */
export async function measureMemory(): Promise<number | undefined> {
  if (collectGarbage === undefined) return undefined;
  for (let count = 0; count < 3; count++) {
    // What was just let go of may be held until the next turn.
    await new Promise((resolve) => setTimeout(resolve, 0));
    collectGarbage();
  }
  const { heapUsed, arrayBuffers = 0 } = process!.memoryUsage();
  return heapUsed + arrayBuffers;
}
