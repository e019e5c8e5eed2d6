/**
 * Weft beside its peers: echo over loopback TCP, each pair of servers in one run, round by round in turn, on one core, the load on
 * the other. Prints medians, and the ratio that is the point of it.
 *
 * `deno task bench [node|deno|bun ...] [--rounds=5] [--milliseconds=1000]`
 *
 * @module
 */

import { programs, root } from "../tools/matrix/programs.ts";

const flags = new Map(
  Deno.args.filter((arg) => arg.startsWith("--")).map((arg) => {
    const [name = "", value = ""] = arg.slice(2).split("=");
    return [name, Number(value)];
  }),
);
const rounds = flags.get("rounds") ?? 5;
const milliseconds = flags.get("milliseconds") ?? 1000;
const chosen = Deno.args.filter((arg) => !arg.startsWith("--"));

const nodeArgs = ["--import", `${root}tools/node_imports.js`];
const runtimes = {
  node: { run: [programs.node24, ...nodeArgs], weft: "weft_node.ts", peer: "ws_node.ts", name: "ws on Node" },
  deno: {
    run: [programs.deno, "run", "-A", "--no-check", "--quiet"],
    weft: "weft_deno.ts",
    peer: "native_deno.ts",
    name: "Deno.upgradeWebSocket",
  },
  bun: { run: [programs.bun], weft: "weft_bun.ts", peer: "native_bun.ts", name: "Bun.serve" },
};

const loads = [
  { name: "64 B, 50 connections, one at a time", args: [64, 50, 1] },
  { name: "64 B, 10 connections, 64 in flight", args: [64, 10, 64] },
  { name: "64 KiB, 4 connections", args: [65536, 4, 1] },
];

/** Ties a command to one core, where that can be done. */
const pinned = (core: number, command: string[]): string[] =>
  Deno.build.os === "linux" && navigator.hardwareConcurrency > 1
    ? ["taskset", "-c", `${core}`, ...command]
    : command;

/** Starts a server; tells its port. */
async function start(command: string[]): Promise<{ port: number; process: Deno.ChildProcess }> {
  const [program = "", ...args] = pinned(0, command);
  const process = new Deno.Command(program, { args, cwd: root, stdout: "piped", stderr: "inherit" }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return { port: Number(value), process };
}

/** Messages a second. */
async function measure(port: number, args: readonly number[]): Promise<number> {
  const load = [programs.node24, `${root}bench/load.ts`, port, ...args, milliseconds].map(String);
  const [program = "", ...rest] = pinned(1, load);
  const output = await new Deno.Command(program, { args: rest, stderr: "inherit" }).output();
  return Number(new TextDecoder().decode(output.stdout));
}

const median = (numbers: number[]): number => numbers.sort((one, other) => one - other)[numbers.length >> 1]!;

for (const [name, runtime] of Object.entries(runtimes)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const weft = await start([...runtime.run, `${root}bench/servers/${runtime.weft}`]);
  const peer = await start([...runtime.run, `${root}bench/servers/${runtime.peer}`]);
  for (const load of loads) {
    const results = { weft: [] as number[], peer: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      results.weft.push(await measure(weft.port, load.args));
      results.peer.push(await measure(peer.port, load.args));
    }
    const [ours, theirs] = [median(results.weft), median(results.peer)];
    const ratio = (ours / theirs).toFixed(2);
    console.log(`${ratio.padStart(6)} x  ${runtime.name}: ${load.name} (${ours} : ${theirs} messages/s)`);
  }
  weft.process.kill();
  peer.process.kill();
  await Promise.all([weft.process.status, peer.process.status]);
}
