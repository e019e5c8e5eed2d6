/**
 * What a server under measurement does when it is told to, by lines of JSON on its input: the same for ours and others'. Times are milliseconds since
 * 1970, processor time is in microseconds.
 *
 * @module
 */

import process from "node:process";

/** What the benchmark can tell a server. */
export type Command =
  /** Publishes so many messages of so many bytes to all, so many in each turn, and so many milliseconds after it nothing. */
  | {
    readonly type: "publish";
    readonly count: number;
    readonly size: number;
    readonly inTurn: number;
    readonly pause: number;
  }
  /** Tells the processor's time since the last publish began. */
  | { readonly type: "usage" }
  /** Sends to the first so many members until no more goes. */
  | { readonly type: "clog"; readonly members: number }
  | { readonly type: "memory" };

/** A server. */
export interface Broadcaster {
  publish(text: string): unknown;
  clog?(members: number): Promise<number>;
}

const now = () => performance.timeOrigin + performance.now();

const turn = (pause: number) =>
  new Promise<void>((resolve) => void (pause > 0 ? setTimeout(resolve, pause) : setImmediate(resolve)));

let before = process.cpuUsage();

async function perform(server: Broadcaster, command: Command): Promise<object> {
  switch (command.type) {
    case "publish": {
      const text = "abcdefghijklmnopqrstuvwxyz ".repeat(command.size / 27 + 1).slice(0, command.size);
      before = process.cpuUsage();
      const start = now();
      for (let count = 1; count <= command.count; count++) {
        server.publish(text);
        if (count % command.inTurn === 0) await turn(command.pause);
      }
      return { start };
    }
    case "usage": {
      const { user, system } = process.cpuUsage(before);
      return { processorTime: user + system };
    }
    case "clog":
      return { clogged: await server.clog?.(command.members) };
    case "memory":
      for (let count = 0; count < 4; count++) {
        (globalThis as { gc?: () => void }).gc?.();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return { memory: process.memoryUsage().rss };
  }
}

/** Tells the port, and obeys until the input ends. */
export async function obey(port: number, server: Broadcaster): Promise<void> {
  console.log(port);
  process.stdin.setEncoding("utf8");
  let text = "";
  for await (const chunk of process.stdin) {
    text += chunk;
    const lines = text.split("\n");
    text = lines.pop()!;
    for (const line of lines) console.log(JSON.stringify(await perform(server, JSON.parse(line))));
  }
  process.exit(0);
}
