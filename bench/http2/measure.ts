/**
 * 1000 WebSockets over one HTTP/2 connection beside 1000 over HTTP/1.1, on Node, in turn: our client, our server. Prints medians, and
 * ratios: of messages a second, and of messages for the server's processor time, which a busy machine changes less.
 *
 * @module
 */

import { type Arguments, median, medianRatio, nodeCommand, Program } from "../program.ts";

/** Prints it all. */
export async function measureHttp2({ numbers }: Arguments): Promise<void> {
  const { rounds = 5, milliseconds = 1000, connections = 1000 } = Object.fromEntries(numbers);
  const servers = [1, 2].map((version) => Program.startServer(nodeCommand("http2/server.ts", version)));
  const ports = await Promise.all(servers.map((server) => server.readLine()));
  for (const size of [64, 4096]) {
    const speeds: [number[], number[]] = [[], []];
    const costs: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      for (const [index, server] of servers.entries()) {
        const before = await server.ask("SIGHUP");
        const load = Program.startLoad(
          nodeCommand("http2/load.ts", index + 1, ports[index]!, size, connections, milliseconds),
        );
        const [speed, messages] = (await load.readLine()).split(" ").map(Number);
        await load.finish();
        speeds[index]!.push(speed!);
        costs[index]!.push((await server.ask("SIGHUP") - before) / messages!);
      }
    }
    const ratio = medianRatio(speeds[1], speeds[0]).toFixed(2);
    const forTime = medianRatio(costs[0], costs[1]).toFixed(2);
    console.log(
      `${ratio.padStart(6)} x  HTTP/2 beside HTTP/1.1: ${connections} WebSockets, ${size} B ` +
        `(${median(speeds[1])} : ${median(speeds[0])} messages/s; ${forTime} x messages for processor time)`,
    );
  }
  for (const server of servers) await server.end();
}
