import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { programs, root } from "../../../tools/matrix/programs.ts";
import type { MemberReport, NodeCommand } from "../../kit/hub_node.ts";
import { NatsServer, skipOwnServer } from "../../kit/nats_server.ts";

/** A node in a process of its own. */
class NodeProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  readonly #output: Promise<void>;
  #id = 0;

  constructor(server: NatsServer) {
    this.#process = new Deno.Command(programs.deno, {
      args: [
        "run",
        "--allow-all",
        "--no-check",
        "--quiet",
        "--frozen",
        "tests/kit/hub_node.ts",
        server.url,
        "cluster",
      ],
      cwd: root,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#output = this.#read();
  }

  async #read(): Promise<void> {
    let text = "";
    for await (const chunk of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const lines = text.split("\n");
      text = lines.pop()!;
      for (const line of lines) {
        const { id, result } = JSON.parse(line);
        this.#waiting.get(id)?.(result);
        this.#waiting.delete(id);
      }
    }
  }

  async tell<Result>(command: NodeCommand): Promise<Result> {
    const id = this.#id++;
    const result = new Promise((resolve) => this.#waiting.set(id, resolve));
    await this.#writer.write(new TextEncoder().encode(`${JSON.stringify({ id, command })}\n`));
    return await result as Result;
  }

  signal(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
    this.#process.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.signal("SIGKILL");
    } catch {
      // It is gone already.
    }
    await this.#writer.close().catch(() => {});
    await this.#process.status;
    await this.#output;
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function until(what: string, holds: () => Promise<boolean>, seconds = 30): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!await holds()) {
    if (performance.now() > deadline) throw new Error(`Not in ${seconds} s: ${what}`);
    await pause(50);
  }
}

const namesOf = (node: number): string[] => Array.from({ length: 100 }, (_, index) => `n${node}-${index}`);
const everybody = [0, 1, 2].flatMap(namesOf);

/** Three nodes with a hundred members each, who all know each other. */
async function startNodes(server: NatsServer, stack: AsyncDisposableStack): Promise<NodeProcess[]> {
  const nodes = [0, 1, 2].map(() => stack.use(new NodeProcess(server)));
  const joined = await Promise.all(
    nodes.map((node, index) => node.tell<string[]>({ type: "join", names: namesOf(index) })),
  );
  assertEquals(joined.flat().filter((result) => result !== "joined"), []);
  for (const node of nodes) {
    await until("all know all", async () => (await node.tell<string[]>({ type: "names" })).length === 300);
  }
  return nodes;
}

/**
 * Waits until members have all that these have published, for 30 seconds at most, and until no node gets anything more; tells what
 * each member got.
 */
async function collect(nodes: readonly NodeProcess[], senders: readonly string[]): Promise<MemberReport[]> {
  const deadline = performance.now() + 30_000;
  const hasAll = ({ name, published: got }: MemberReport) =>
    !senders.includes(name) || senders.every((other) => other === name || (got[other] ?? 0) >= published);
  let before = "";
  for (;;) {
    const reports = (await Promise.all(nodes.map((node) => node.tell<MemberReport[]>({ type: "report" }))))
      .flat();
    const text = JSON.stringify(reports);
    if (text === before && (reports.every(hasAll) || performance.now() > deadline)) return reports;
    before = text;
    await pause(500);
  }
}

/** Direct messages, as those who sent them and those who got them tell of them. */
function checkDirects(reports: readonly MemberReport[], delivered: readonly string[]): void {
  const received = reports.flatMap(({ name, directs }) => directs.map((direct) => `${name} <- ${direct}`));
  assertEquals(new Set(received).size, received.length, "a direct message came twice");
  const set = new Set(received);
  assertEquals(delivered.filter((key) => !set.has(key)), [], "a direct message was lost");
}

const published = 34;
const load = { type: "load", publishes: published, directs: published, to: everybody } as const;

test("three nodes, 300 members, 10 000 publishes and 10 000 direct messages: each arrives once, in order", {
  skip: skipOwnServer,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await NatsServer.start());
  const nodes = await startNodes(server, stack);
  const results = await Promise.all(nodes.map((node) => node.tell<{ delivered: string[] }>(load)));
  const delivered = results.flatMap((result) => result.delivered);
  assertEquals(delivered.length, 300 * published);
  const reports = await collect(nodes, everybody);
  for (const { name, published: got, faults } of reports) {
    assertEquals(faults, []);
    for (const other of everybody) assertEquals(got[other] ?? 0, other === name ? 0 : published, other);
  }
  checkDirects(reports, delivered);
});

test(
  "a node that is killed under load costs the others nothing of their own, and its names are free in 10 s",
  {
    skip: skipOwnServer,
  },
  async () => {
    await using stack = new AsyncDisposableStack();
    const server = stack.use(await NatsServer.start());
    const [first, second, killed] = await startNodes(server, stack) as [
      NodeProcess,
      NodeProcess,
      NodeProcess,
    ];
    const loads = [first, second].map((node) => node.tell<{ delivered: string[] }>(load));
    void killed.tell(load);
    await pause(150);
    killed.signal("SIGKILL");
    await until(
      "a name is free",
      async () => (await first.tell<string[]>({ type: "join", names: ["n2-0"] }))[0] === "joined",
      10,
    );
    assertEquals(await second.tell<string[]>({ type: "join", names: ["n2-1", "n2-0"] }), [
      "joined",
      "name-taken",
    ]);
    const delivered = (await Promise.all(loads)).flatMap((result) => result.delivered);
    const living = [...namesOf(0), ...namesOf(1)];
    const reports = await collect([first, second], living);
    for (const { name, published: got, faults } of reports) {
      if (name.startsWith("n2")) continue;
      // Of the killed one, some first messages; of the others, all.
      assertEquals(faults, []);
      for (const other of living) {
        assertEquals(got[other] ?? 0, other === name ? 0 : published, other);
      }
    }
    checkDirects(reports, delivered.filter((key) => !key.startsWith("n2")));
    const toTheLiving = 2 * 100 * published * 2 / 3;
    assert(delivered.filter((key) => !key.startsWith("n2")).length >= toTheLiving - 200);
    for (const node of [first, second]) {
      await until(
        "the dead are gone",
        async () => (await node.tell<string[]>({ type: "names" })).length === 202,
      );
    }
  },
);

test("a node that was taken for dead finds out, and gives up what others have taken", {
  skip: skipOwnServer,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await NatsServer.start());
  const [first, asleep] = await startNodes(server, stack) as [NodeProcess, NodeProcess];
  asleep.signal("SIGSTOP");
  await until(
    "a name is free",
    async () => (await first.tell<string[]>({ type: "join", names: ["n1-0"] }))[0] === "joined",
  );
  await until(
    "its members are gone",
    async () => (await first.tell<string[]>({ type: "names" })).length === 201,
  );
  asleep.signal("SIGCONT");
  await until("they are back", async () => (await first.tell<string[]>({ type: "names" })).length === 300);
  const reports = await asleep.tell<MemberReport[]>({ type: "report" });
  assertEquals(reports.filter(({ closedWith }) => closedWith !== undefined).map(({ name }) => name), [
    "n1-0",
  ]);
  assertEquals(reports.find(({ name }) => name === "n1-0")?.closedWith, 1008);
  const { delivered } = await first.tell<{ delivered: string[] }>({
    type: "load",
    publishes: 0,
    directs: 1,
    to: ["n1-1"],
  });
  assertEquals(delivered.length, 101);
});
