/**
 * Weft beside its peers: echo over loopback TCP, each pair of servers in one run, round by round in turn, on one core, the load on
 * the other; then compression, and HTTP/2. Prints medians, and the ratios that are the point of it.
 *
 * `deno task bench [node|deno|bun|deno-native|bun-native|deflate|http2 ...] [--rounds=5] [--milliseconds=1000] [--connections=1000]`
 *
 * @module
 */

import { programs, root } from "../tools/matrix/programs.ts";
import { measureDeflate } from "./deflate/measure.ts";
import { measureHttp2 } from "./http2/measure.ts";
import { median, nodeCommand, Program, readArguments } from "./program.ts";

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
  { name: "64 KiB, 4 connections", args: [65536, 4, 1] },
];

/** Messages a second. */
async function measure(port: string, args: readonly number[]): Promise<number> {
  const load = Program.startLoad(nodeCommand("load.ts", port, ...args, milliseconds));
  const speed = Number(await load.readLine());
  await load.finish();
  return speed;
}

for (const [name, runtime] of Object.entries(runtimes)) {
  if (!isChosen(name)) continue;
  const servers = [runtime.weft, runtime.peer].map((script) =>
    Program.startServer([...runtime.run, `${root}bench/servers/${script}`])
  );
  const [weft = "", peer = ""] = await Promise.all(servers.map((server) => server.readLine()));
  for (const load of loads) {
    const results = { weft: [] as number[], peer: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      results.weft.push(await measure(weft, load.args));
      results.peer.push(await measure(peer, load.args));
    }
    const [ours, theirs] = [median(results.weft), median(results.peer)];
    const ratio = (ours / theirs).toFixed(2);
    console.log(`${ratio.padStart(6)} x  ${runtime.name}: ${load.name} (${ours} : ${theirs} messages/s)`);
  }
  for (const server of servers) await server.end();
}
if (isChosen("deflate")) await measureDeflate(given);
if (isChosen("http2")) await measureHttp2(given);
