/**
 * Compression beside `ws` with its defaults and compression on: JSON echoed with context takeover both ways, over loopback TCP, on Node, in
 * turn, the server on one core, the load on the other. Prints medians: messages a second, how much smaller they leave, and the memory that
 * an idle connection keeps; each as a ratio to `ws`.
 *
 * `deno run -A bench/deflate.ts [--rounds=5] [--milliseconds=1000] [--connections=500]`
 *
 * @module
 */

import { programs, root } from "../tools/matrix/programs.ts";

const flags = new Map(Deno.args.map((arg) => {
  const [name = "", value = ""] = arg.replace(/^--/, "").split("=");
  return [name, Number(value)];
}));
const rounds = flags.get("rounds") ?? 5;
const milliseconds = flags.get("milliseconds") ?? 1000;
const connections = flags.get("connections") ?? 500;

const weft = ["--import", `${root}tools/node_imports.js`, `${root}bench/servers/weft_node_deflate.ts`];
const peer = { name: "ws, 15 bits", args: [`${root}bench/servers/ws_node_deflate.ts`] };
const contenders = [
  { name: "zlibCodec, 12 bits (default)", args: [...weft, "zlib"] },
  { name: "zlibCodec, 15 bits", args: [...weft, "zlib", "15", "8"] },
  { name: "pakoCodec, 12 bits (default)", args: [...weft, "pako"] },
  { name: "pakoCodec, 15 bits", args: [...weft, "pako", "15", "8"] },
];

const loads = [256, 1024, 8192].flatMap((size) => [
  { name: `JSON of ${size} B, 50 connections, one at a time`, args: [size, 50, 1] },
  { name: `JSON of ${size} B, 10 connections, 16 in flight`, args: [size, 10, 16] },
]);

/** Ties a command to one core, where that can be done. */
const pinned = (core: number, command: string[]): string[] =>
  Deno.build.os === "linux" && navigator.hardwareConcurrency > 1
    ? ["taskset", "-c", `${core}`, ...command]
    : command;

/** A program on Node that prints lines. */
class Program {
  readonly #process: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;

  constructor(core: number, args: readonly string[]) {
    const [program = "", ...rest] = pinned(core, [programs.node24, "--expose-gc", ...args]);
    this.#process = new Deno.Command(program, { args: rest, cwd: root, stdout: "piped", stderr: "inherit" })
      .spawn();
    this.#lines = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  async readLine(): Promise<string> {
    const { value } = await this.#lines.read();
    if (value === undefined) throw new Error("The program has ended");
    return value.trim();
  }

  /** Memory in bytes. */
  async measureMemory(): Promise<number> {
    this.#process.kill("SIGUSR2");
    return Number(await this.readLine());
  }

  async end(): Promise<void> {
    this.#process.kill();
    await this.#lines.cancel();
    await this.#process.status;
  }
}

interface Result {
  readonly speed: number;
  readonly smaller: number;
}

async function measure(port: string, args: readonly number[]): Promise<Result> {
  const load = new Program(1, [`${root}bench/deflate/load.ts`, port, ...args.map(String), `${milliseconds}`]);
  const [speed, smaller] = (await load.readLine()).split(" ").map(Number);
  await load.end();
  return { speed: speed!, smaller: smaller! };
}

const median = (numbers: number[]): number => numbers.sort((one, other) => one - other)[numbers.length >> 1]!;

const all = [peer, ...contenders];
const servers = all.map(({ args }) => new Program(0, args));
const ports = await Promise.all(servers.map((server) => server.readLine()));
for (const load of flags.has("memory") ? [] : loads) {
  const results = all.map((): Result[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, port] of ports.entries()) results[index]!.push(await measure(port, load.args));
  }
  const [theirs, ...ours] = results.map((list) => ({
    speed: median(list.map(({ speed }) => speed)),
    smaller: median(list.map(({ smaller }) => smaller)),
  }));
  console.log(
    `\n${load.name}; ${peer.name}: ${theirs!.speed} messages/s, ${theirs!.smaller.toFixed(2)} times smaller`,
  );
  for (const [index, { speed, smaller }] of ours.entries()) {
    const ratios = `${(speed / theirs!.speed).toFixed(2)} x messages/s, ${
      (smaller / theirs!.smaller).toFixed(2)
    } x smaller`;
    console.log(
      `  ${ratios}  ${contenders[index]!.name} (${speed} messages/s, ${smaller.toFixed(2)} times smaller)`,
    );
  }
}
for (const server of servers) await server.end();

console.log(`\nMemory of an idle connection with full windows, ${connections} of them`);
let theirs = 0;
for (const { name, args } of all) {
  const server = new Program(0, args);
  const port = await server.readLine();
  const idle = () => new Program(1, [`${root}bench/deflate/idle.ts`, port, `${connections}`]);
  // What the first ones cost, the program itself costs.
  const first = idle();
  await first.readLine();
  const before = await server.measureMemory();
  const second = idle();
  await second.readLine();
  const each = (await server.measureMemory() - before) / connections / 1024;
  theirs ||= each;
  console.log(`  ${(each / theirs).toFixed(2)} x  ${name}: ${each.toFixed(1)} KiB`);
  await first.end();
  await second.end();
  await server.end();
}
