/**
 * The hub under load: many members in one process, a message to all of them, some that do not read; and beside its peers: a loop of `ws` sends,
 * Bun's `server.publish`. Server and load on a core each.
 *
 * `deno task bench:hub [members|fanout|growth ...] [--members=10000] [--rounds=5]`
 *
 * @module
 */

import { programs, root } from "../../tools/matrix/programs.ts";
import { median, medianRatio } from "../program.ts";
import type { Command } from "./obey.ts";

const flags = new Map(
  Deno.args.filter((arg) => arg.startsWith("--")).map((arg) => {
    const [name = "", value = ""] = arg.slice(2).split("=");
    return [name, Number(value)];
  }),
);
const memberCount = flags.get("members") ?? 10_000;
const rounds = flags.get("rounds") ?? 5;
const chosen = Deno.args.filter((arg) => !arg.startsWith("--"));
const wants = (name: string) => chosen.length === 0 || chosen.includes(name);

const nodeArgs = ["--import", `${root}tools/node_imports.js`, "--expose-gc"];
const runtimes = {
  node: [programs.node24, ...nodeArgs],
  deno: [programs.deno, "run", "-A", "--no-check", "--quiet", "--v8-flags=--expose-gc"],
  bun: [programs.bun],
};
type Runtime = keyof typeof runtimes;

/** A program that answers each line with one. */
class Program {
  readonly #process: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  #text = "";

  /** Starts it on a core, with as many open files as it may have. */
  constructor(core: number, command: readonly string[]) {
    const pinned = Deno.build.os === "linux" && navigator.hardwareConcurrency > 1
      ? ["taskset", "-c", `${core}`, ...command]
      : command;
    this.#process = new Deno.Command("sh", {
      args: ["-c", `ulimit -n "$(ulimit -Hn)"; exec "$@"`, "sh", ...pinned],
      cwd: root,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#lines = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#input = this.#process.stdin.getWriter();
  }

  async read(): Promise<string> {
    while (!this.#text.includes("\n")) {
      const { value, done } = await this.#lines.read();
      if (done) throw new Error("the program has ended");
      this.#text += value;
    }
    const end = this.#text.indexOf("\n");
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return line;
  }

  async tell(command: object): Promise<Record<string, number>> {
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify(command)}\n`));
    return JSON.parse(await this.read());
  }

  async stop(): Promise<void> {
    await this.#input.close();
    await this.#process.status;
    await this.#lines.cancel();
  }
}

/** A server and its clients. */
class Trial {
  readonly #server: Program;
  #load!: Program;
  readonly #compress: string[];
  #port = 0;

  constructor(runtime: Runtime, server: string, compress = false) {
    this.#compress = compress ? ["compress"] : [];
    this.#server = new Program(0, [
      ...runtimes[runtime],
      `${root}bench/hub/servers/${server}`,
      ...this.#compress,
    ]);
  }

  async connect(members: number): Promise<void> {
    this.#port ||= Number(await this.#server.read());
    const program = [programs.node24, `${root}bench/hub/load.ts`, `${this.#port}`, `${members}`];
    this.#load = new Program(1, [...program, ...this.#compress]);
    if (await this.#load.read() !== "ready") throw new Error("the load did not start");
    await new Promise((resolve) => setTimeout(resolve, 300));
  }

  tell(command: Command): Promise<Record<string, number>> {
    return this.#server.tell(command);
  }

  async port(): Promise<void> {
    this.#port = Number(await this.#server.read());
  }

  stopReading(members: number): Promise<Record<string, number>> {
    return this.#load.tell({ stop: members });
  }

  /** Publishes so many messages to all: milliseconds to the last arrival and to the last but 1 %, microseconds of the server's processor. */
  async publish(
    count: number,
    { inTurn = 1, pause = 0 } = {},
  ): Promise<{ last: number; p99: number; processorTime: number }> {
    await this.#load.tell({ expect: count });
    const { start = 0 } = await this.tell({ type: "publish", count, size: 256, inTurn, pause });
    const { last = 0, p99 = 0 } = JSON.parse(await this.#load.read());
    const { processorTime = 0 } = await this.tell({ type: "usage" });
    return { last: last - start, p99: p99 - start, processorTime };
  }

  async stop(): Promise<void> {
    await this.#load.stop();
    await this.#server.stop();
  }
}

async function measureMembers(runtime: Runtime): Promise<void> {
  const trial = new Trial(runtime, `weft_${runtime}.ts`);
  await trial.port();
  const { memory: before = 0 } = await trial.tell({ type: "memory" });
  await trial.connect(memberCount);
  const { memory: after = 0 } = await trial.tell({ type: "memory" });
  const kilobytes = ((after - before) / memberCount / 1024).toFixed(1);
  console.log(`${runtime}: ${memberCount} idle members take ${kilobytes} KiB each`);
  const measure = async () => {
    const results = [];
    for (let round = 0; round < 2 * rounds; round++) results.push(await trial.publish(1));
    return { last: median(results.map(({ last }) => last)), p99: median(results.map(({ p99 }) => p99)) };
  };
  await trial.publish(1);
  const all = await measure();
  console.log(
    `${runtime}: a message to all ${memberCount} is at the last one after ${all.last.toFixed(0)} ms`,
  );
  const stuck = memberCount / 100;
  await trial.stopReading(stuck);
  const { clogged } = await trial.tell({ type: "clog", members: stuck });
  const others = await measure();
  const ratio = (others.p99 / all.p99).toFixed(2);
  console.log(
    `${runtime}: with ${clogged} stuck, p99 of the others is ${others.p99.toFixed(0)} ms, ${ratio} x of ` +
      `${all.p99.toFixed(0)} ms`,
  );
  await trial.stop();
}

/** Longer than the hub ever gathers what is published. */
const pause = 15;

/** How publishes follow each other. By themselves it is the processor's time that is compared. */
const paces = [
  { name: "each by itself", count: 32, inTurn: 1, pause },
  { name: "one in a turn", count: 128, inTurn: 1, pause: 0 },
  { name: "16 in a turn", count: 128, inTurn: 16, pause: 0 },
];

/** Deliveries beside a peer's, and the processor's time for each. */
async function measureFanOut(
  runtime: "node" | "bun",
  weft: string,
  peer: string,
  name: string,
  compress = false,
): Promise<void> {
  const trials = [new Trial(runtime, weft, compress), new Trial(runtime, peer, compress)];
  for (const trial of trials) await trial.connect(1000);
  for (const pace of paces) {
    const { count } = pace;
    for (const trial of trials) await trial.publish(count, pace);
    const rates: [number[], number[]] = [[], []];
    const times: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      for (const [index, trial] of trials.entries()) {
        const { last, processorTime } = await trial.publish(count, pace);
        rates[index]!.push(count * 1000 / last);
        times[index]!.push(processorTime / count / 1000);
      }
    }
    const [ours = 0, theirs = 0] = rates.map(median);
    const [ourTime = 0, theirTime = 0] = times.map(median);
    const ratio = pace.pause > 0 ? medianRatio(times[1], times[0]) : medianRatio(...rates);
    console.log(
      `${ratio.toFixed(2).padStart(6)} x  ${name}, 1000 members, 256 B${compress ? ", compressed" : ""}, ` +
        `${pace.name} (${ours.toFixed(0)} : ${theirs.toFixed(0)} thousand deliveries/s; processor ` +
        `${ourTime.toFixed(2)} : ${theirTime.toFixed(2)} us each)`,
    );
  }
  for (const trial of trials) await trial.stop();
}

async function measureGrowth(runtime: Runtime, server = `weft_${runtime}.ts`): Promise<void> {
  const costs: number[] = [];
  for (const members of [10, memberCount]) {
    const trial = new Trial(runtime, server);
    await trial.connect(members);
    const count = Math.round(200_000 / members);
    // Each by itself: ten members are never many.
    const pace = members === 10 ? {} : { pause };
    await trial.publish(count, pace);
    const results = [];
    for (let round = 0; round < rounds; round++) {
      results.push((await trial.publish(count, pace)).processorTime);
    }
    await trial.stop();
    costs.push(median(results) / count / members);
  }
  const [few = 0, many = 0] = costs;
  console.log(
    `${server}: a delivery costs ${few.toFixed(2)} us of processor with 10 members, ${
      many.toFixed(2)
    } us with ` +
      `${memberCount}: ${(many / few).toFixed(2)} x`,
  );
}

if (wants("members")) {
  for (const runtime of ["node", "deno", "bun"] as const) {
    await measureMembers(runtime);
  }
}
if (wants("fanout")) {
  for (const compress of [false, true]) {
    await measureFanOut("node", "weft_node.ts", "ws_node.ts", "a loop of ws sends on Node", compress);
    await measureFanOut("bun", "weft_bun.ts", "native_bun.ts", "server.publish on Bun", compress);
  }
  await measureFanOut("bun", "upgrade_bun.ts", "native_bun.ts", "server.publish on Bun, over Bun.serve");
  await measureFanOut("node", "bare_node.ts", "ws_node.ts", "ws, by a bare loop of socket.write()");
}
if (wants("growth")) { for (const runtime of ["node", "deno", "bun"] as const) await measureGrowth(runtime); }
