import { test } from "node:test";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { artifacts, programs, root } from "../../../tools/matrix/programs.ts";
import { demoServers, demoWorker } from "./demo_servers.ts";
import { StartedServer } from "./started_server.ts";

/** What `tools/visit_demo.ts` saw. */
type Visit = Readonly<Record<string, string>> & {
  /** Whatever went wrong in the page, or was asked of another host, or was too wide. */
  readonly problems: readonly string[];
  readonly echo: readonly string[];
  readonly feeds: readonly string[];
};

/** Has the page visited. When the visitor says so, the server is stopped, or started. */
async function visit(
  port: number,
  folder: string,
  actions: Record<"stop" | "start", () => Promise<unknown>>,
): Promise<Visit> {
  const visitor = new Deno.Command(programs.deno, {
    args: [
      "run",
      "--allow-all",
      "--quiet",
      "--no-check",
      "tools/visit_demo.ts",
      `http://localhost:${port}/`,
      folder,
    ],
    cwd: root,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = visitor.stdin.getWriter();
  let output = "";
  for await (const text of visitor.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    const action = /^(stop|start)\n/.exec(text)?.[1] as "stop" | "start" | undefined;
    if (action === undefined) continue;
    await actions[action]();
    await writer.write(new TextEncoder().encode("\n"));
  }
  await writer.close().catch(() => {});
  assertEquals((await visitor.status).code, 0);
  return JSON.parse(output.slice(output.indexOf("{")));
}

for (const [runtime, command] of Object.entries({ ...demoServers, workerd: demoWorker })) {
  test(`two people meet in the demo on ${runtime}, by keyboard, on a desk and on a phone`, async () => {
    let server = await StartedServer.start(command);
    const { port } = server;
    try {
      const seen = await visit(port, `${artifacts}demo/${runtime}`, {
        stop: () => server.stop(),
        start: async () => server = await StartedServer.start(command, { PORT: `${port}` }),
      });
      assertEquals(seen.problems, []);
      assertEquals(seen["taken"], "Somebody is here as “Ada” already. Try another name.");
      assertMatch(seen["malformed"]!, /none of them invisible/);
      assertEquals(seen["people"], "Ada you Write to Grace");
      assertMatch(
        seen["connection"]!,
        /^Server \w+ [\w.]+ Subprotocol weft\.hub\.v1 Compression permessage-deflate.* Latency [\d.]+ ms Sent \d+ messages?, .* Received/,
      );
      for (const [index, message] of ["42 79 74 65 73", "w".repeat(300), "Größe 👋🏽"].entries()) {
        const line = new RegExp(
          `^→ Sent: ${message} \\d+ (?:characters|bytes) ← Back: ${message} [\\d.]+ ms$`,
        );
        assertMatch(seen.echo[index]!.trim(), line);
      }
      assertEquals(seen["unread"], "Direct 1 unread");
      assertMatch(seen["direct"]!, /You .* Are you there\? Grace .* I am. What goes over comes back\.$/);
      assertEquals(seen["group members"], "In here: you, Grace");
      assertMatch(seen["group"]!, /You .* Does anybody still use a shuttle\? Ada .* Every day\.$/);
      assertEquals(seen["left"], "Only you are in here.");
      assertEquals(seen.feeds.length, runtime === "workerd" ? 2 : 5);
      assertMatch(
        seen["ticker"]!,
        /^\{"type":"message","topic":"server\/members","data":\{"time":\d+,"value":2\}\}$/,
      );
      assertEquals(Number(seen["unsubscribed"]), seen.feeds.length - 1);
      assertEquals(seen["away"], "Connection lost, coming back");
      assertEquals(
        seen["told meanwhile"],
        "Not yet: the connection is lost. Try again when it is back.",
      );
      assert(seen["disabled"]);
      assert(seen["feed after the restart"] !== undefined);
      assertMatch(seen["group after the restart"]!, /Grace .* after the restart$/);
      assertEquals(seen["stays"], "Write to Ada Grace you");
    } finally {
      await server.stop();
    }
  });
}
