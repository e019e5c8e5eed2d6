/**
 * Compression beside `ws` with its defaults and compression on: JSON echoed with context takeover both ways, over loopback
 * TCP, on Node, in turn. Prints medians, and ratios to `ws`: how much smaller messages leave; messages for the server's
 * processor time, which a busy machine changes less than messages a second; the memory that an idle connection keeps.
 *
 * @module
 */

import { type Arguments, median, medianRatio, nodeCommand, Program } from "../program.ts";

const peer = { name: "ws (15 bits)", command: nodeCommand("servers/ws_node_deflate.ts") };
const weft = "servers/weft_node_deflate.ts";
const contenders = [
  { name: "pakoCodec (12 bits)", command: nodeCommand(weft, "pako", 12, 6) },
  { name: "zlibCodec (12 bits)", command: nodeCommand(weft, "zlib", 12, 6) },
  { name: "zlibCodec, 15 bits", command: nodeCommand(weft, "zlib", 15, 6) },
  { name: "zlibCodec, 15 bits, level 5", command: nodeCommand(weft, "zlib", 15, 5) },
];
const all = [peer, ...contenders];

const loads = [256, 1024, 8192].flatMap((size) => [
  { name: `${size} B, 16 in flight on 10 connections`, args: [size, 10, 16] },
  { name: `${size} B, one at a time on 50 connections`, args: [size, 50, 1] },
]);

interface Result {
  /** Messages a second. */
  readonly speed: number;
  /** Processor time a message, in microseconds. */
  readonly time: number;
  readonly smaller: number;
}

/** The same of each round. */
type Results = { readonly [Name in keyof Result]: readonly number[] };

async function measure(
  server: Program,
  port: string,
  args: readonly number[],
  milliseconds: number,
): Promise<Result> {
  const before = await server.ask("SIGHUP");
  const load = Program.startLoad(nodeCommand("deflate/load.ts", port, ...args, milliseconds));
  const [speed, smaller, messages] = (await load.readLine()).split(" ").map(Number);
  await load.finish();
  return { speed: speed!, time: (await server.ask("SIGHUP") - before) / messages!, smaller: smaller! };
}

const formatRatio = (ratio: number): string => `${ratio.toFixed(2).padStart(5)} x`;

/** Prints messages for processor time, messages a second, and how much smaller they are. */
async function compareSpeed(rounds: number, milliseconds: number): Promise<void> {
  const servers = all.map(({ command }) => Program.startServer(command));
  const ports = await Promise.all(servers.map((server) => server.readLine()));
  for (const load of loads) {
    const results = all.map((): Result[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [index, server] of servers.entries()) {
        results[index]!.push(await measure(server, ports[index]!, load.args, milliseconds));
      }
    }
    const [theirs, ...others] = results.map((list) => ({
      speed: list.map(({ speed }) => speed),
      time: list.map(({ time }) => time),
      smaller: list.map(({ smaller }) => smaller),
    }));
    const describe = ({ speed, time, smaller }: Results) =>
      `${median(time).toFixed(0)} us of processor a message, ${median(speed)} messages/s, ${
        median(smaller).toFixed(2)
      } times smaller`;
    console.log(`\nJSON of ${load.name}; ${peer.name}: ${describe(theirs!)}`);
    for (const [index, ours] of others.entries()) {
      const ratios = [
        `${formatRatio(medianRatio(theirs!.time, ours.time))} messages for processor time`,
        `${formatRatio(medianRatio(ours.speed, theirs!.speed))} messages/s`,
        `${formatRatio(medianRatio(ours.smaller, theirs!.smaller))} smaller`,
      ].join(",");
      console.log(`${ratios}  ${contenders[index]!.name}: ${describe(ours)}`);
    }
  }
  for (const server of servers) await server.end();
}

/** How far a server's resident memory grows by connections whose windows are full and that are idle then, for each. */
async function measureMemory(command: readonly string[], connections: number): Promise<number> {
  const server = Program.startServer(command);
  const port = await server.readLine();
  const idle = async (count: number): Promise<Program> => {
    const clients = Program.startLoad(nodeCommand("deflate/idle.ts", port, count));
    await clients.readLine();
    return clients;
  };
  // What the first ones cost, the program itself costs.
  const first = await idle(200);
  const before = await server.ask("SIGUSR2");
  const second = await idle(connections);
  const growth = await server.ask("SIGUSR2") - before;
  for (const program of [first, second, server]) await program.end();
  return growth / connections;
}

/** Prints the memory of an idle connection: a garbage-collected heap makes it vary, hence the rounds. */
async function compareMemory(connections: number): Promise<void> {
  console.log(`\nMemory of each of ${connections} idle connections with full windows, median of three runs`);
  let theirs = 0;
  for (const { name, command } of all) {
    const results: number[] = [];
    for (let round = 0; round < 3; round++) results.push(await measureMemory(command, connections));
    const each = median(results) / 1024;
    theirs ||= each;
    console.log(`${formatRatio(each / theirs)}  ${name}: ${each.toFixed(0)} KiB`);
  }
}

/** Measures and prints all of it. */
export async function measureDeflate({ numbers }: Arguments): Promise<void> {
  const { rounds = 5, milliseconds = 1000, connections = 1000 } = Object.fromEntries(numbers);
  if (rounds > 0) await compareSpeed(rounds, milliseconds);
  await compareMemory(connections);
}
