/**
 * Weft beside its peers: echo over loopback TCP, round by round in turn, servers on one core, the load on the other; then
 * compression, and HTTP/2. Each round has servers of its own: compilers and memory are luckier in one process than in
 * another. Prints medians, and of the ratios, which are the point of it, the median.
 *
 * `deno task bench [node|deno|bun|deno-native|bun-native|deflate|http2 ...] [--rounds=5] [--milliseconds=1000] [--connections=1000]`
 *
 * @module
 */

import { programs, root } from "../tools/matrix/programs.ts";
import { measureDeflate } from "./deflate/measure.ts";
import { measureHttp2 } from "./http2/measure.ts";
import { median, medianRatio, nodeCommand, Program, readArguments } from "./program.ts";

const given = readArguments();
const { rounds = 5, milliseconds = 1000 } = Object.fromEntries(given.numbers);
const isChosen = (name: string): boolean => given.words.length === 0 || given.words.includes(name);

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
  "deno-native": {
    run: [programs.deno, "run", "-A", "--no-check", "--quiet"],
    weft: "upgrade_deno.ts",
    peer: "native_deno.ts",
    name: "NativeConnection over Deno.upgradeWebSocket",
  },
  "bun-native": {
    run: [programs.bun],
    weft: "upgrade_bun.ts",
    peer: "native_bun.ts",
    name: "NativeConnection over Bun.serve",
  },
};

const loads = [
  { name: "64 B, 50 connections, one at a time", args: [64, 50, 1] },
  { name: "64 B, 10 connections, 64 in flight", args: [64, 10, 64] },
  { name: "1 KiB, 10 connections, 16 in flight", args: [1024, 10, 16] },
  { name: "64 KiB, 4 connections", args: [65536, 4, 1] },
];

/** The messages a second that a server of its own carries, under each load in turn. */
async function measure(command: readonly string[]): Promise<number[]> {
  const server = Program.startServer(command);
  const port = await server.readLine();
  const speeds: number[] = [];
  for (const { args } of loads) {
    const load = Program.startLoad(nodeCommand("load.ts", port, ...args, milliseconds));
    speeds.push(Number(await load.readLine()));
    await load.finish();
  }
  await server.end();
  return speeds;
}

for (const [name, { run, weft, peer, name: title }] of Object.entries(runtimes)) {
  if (!isChosen(name)) continue;
  const sides = [weft, peer].map((script) => ({
    command: [...run, `${root}bench/servers/${script}`],
    rounds: [] as number[][],
  }));
  for (let round = 0; round < rounds; round++) {
    // Who is second meets a warmer machine.
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      side.rounds.push(await measure(side.command));
    }
  }
  for (const [index, load] of loads.entries()) {
    const [ours = [], theirs = []] = sides.map(({ rounds }) => rounds.map((speeds) => speeds[index]!));
    const ratio = medianRatio(ours, theirs).toFixed(2);
    console.log(
      `${ratio.padStart(6)} x  ${title}: ${load.name} (${median(ours)} : ${median(theirs)} messages/s)`,
    );
  }
}
if (isChosen("deflate")) await measureDeflate(given);
if (isChosen("http2")) await measureHttp2(given);
