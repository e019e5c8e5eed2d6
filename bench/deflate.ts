/**
 * Compression beside `ws` with its defaults and compression on: JSON echoed with context takeover both ways, over
 * loopback TCP, on Node, in turn, the server on one core, the load on the other. Prints medians, and ratios to `ws`:
 * messages a second, and for each second of the server's processor time, which a busy machine changes less; how much
 * smaller they leave; the memory that an idle connection keeps.
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

  /** What the server prints at a signal: memory in bytes, or processor time in microseconds. */
  async ask(signal: "SIGUSR2" | "SIGHUP"): Promise<number> {
    this.#process.kill(signal);
    return Number(await this.readLine());
  }

  /** Waits for its end. */
  async finish(): Promise<void> {
    await this.#lines.cancel();
    await this.#process.status;
  }

  async end(): Promise<void> {
    this.#process.kill();
    await this.finish();
  }
}

interface Result {
  /** Messages a second. */
  readonly speed: number;
  /** Processor time a message, in microseconds. */
  readonly time: number;
  readonly smaller: number;
}

async function measure(server: Program, port: string, args: readonly number[]): Promise<Result> {
  const before = await server.ask("SIGHUP");
  const load = new Program(1, [`${root}bench/deflate/load.ts`, port, ...args.map(String), `${milliseconds}`]);
  const [speed, smaller, messages] = (await load.readLine()).split(" ").map(Number);
  await load.finish();
  return { speed: speed!, time: (await server.ask("SIGHUP") - before) / messages!, smaller: smaller! };
}

const median = (numbers: number[]): number => numbers.sort((one, other) => one - other)[numbers.length >> 1]!;

const all = [peer, ...contenders];
const servers = all.map(({ args }) => new Program(0, args));
const ports = await Promise.all(servers.map((server) => server.readLine()));
for (const load of flags.has("memory") ? [] : loads) {
  const results = all.map((): Result[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, server] of servers.entries()) {
      results[index]!.push(await measure(server, ports[index]!, load.args));
    }
  }
  const [theirs, ...ours] = results.map((list) => ({
    speed: median(list.map(({ speed }) => speed)),
    time: median(list.map(({ time }) => time)),
    smaller: median(list.map(({ smaller }) => smaller)),
  }));
  const describe = ({ speed, time, smaller }: Result) =>
    `${speed} messages/s, ${time.toFixed(0)} us of processor each, ${smaller.toFixed(2)} times smaller`;
  console.log(`\n${load.name}\n  ${peer.name}: ${describe(theirs!)}`);
  for (const [index, result] of ours.entries()) {
    const ratio = (one: number, other: number) => `${(one / other).toFixed(2)} x`;
    const ratios =
      `${ratio(result.speed, theirs!.speed)} messages/s, ${ratio(theirs!.time, result.time)} messages per ` +
      `processor time, ${ratio(result.smaller, theirs!.smaller)} smaller`;
    console.log(`  ${ratios}  ${contenders[index]!.name} (${describe(result)})`);
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
  const before = await server.ask("SIGUSR2");
  const second = idle();
  await second.readLine();
  const each = (await server.ask("SIGUSR2") - before) / connections / 1024;
  theirs ||= each;
  console.log(`  ${(each / theirs).toFixed(2)} x  ${name}: ${each.toFixed(1)} KiB`);
  await first.end();
  await second.end();
  await server.end();
}
