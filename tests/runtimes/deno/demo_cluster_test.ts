import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { connectWebSocket } from "../../../mod.ts";
import { HubClient, type HubClientEvent, HubError } from "../../../src/hub/mod.ts";
import { denoTransport } from "../../../src/runtime/deno.ts";
import { programs, root } from "../../../tools/matrix/programs.ts";
import { skipOwnServer } from "../../kit/nats_server.ts";
import { StartedServer } from "./started_server.ts";

async function connect(port: number, onEvent?: (event: HubClientEvent) => void): Promise<HubClient> {
  const transport = denoTransport(await Deno.connect({ port }));
  return new HubClient(await connectWebSocket(`ws://localhost:${port}/`, transport), { onEvent });
}

test("three demo servers are one by `deno task demo:cluster`", { skip: skipOwnServer }, async () => {
  await using cluster = await StartedServer.startTask("demo:cluster");
  const output = await cluster.printed(/^(?=(?:[^]*Listening on [^\n]*\n){3})(?=(?:[^]*Linked by NATS){3})/);
  const ports = [...output.matchAll(/Listening on .*?(\d+)\/\n/g)].map(([, port]) => Number(port));
  assertEquals(new Set(ports).size, 3);

  const { promise: direct, resolve } = Promise.withResolvers<HubClientEvent>();
  const ann = await connect(ports[0]!, resolve);
  const bob = await connect(ports[1]!);
  const clash = await connect(ports[2]!);
  await ann.login("ann");
  await bob.login("bob");
  assertEquals((await assertRejects(() => clash.login("ann"), HubError)).code, "name-taken");
  await bob.send("ann", "over there?");
  assertEquals(await direct, { type: "direct", from: "bob", data: "over there?" });

  assertEquals((await cluster.stop("INT")).code, 0);
  for (const { connection } of [ann, bob, clash]) assertEquals((await connection.closed).closeCode, 1001);
});

test("`deno task demo:cluster` says so where there is no nats-server", async () => {
  const command = new Deno.Command(programs.deno, {
    args: ["task", "--quiet", "demo:cluster"],
    cwd: root,
    env: { PATH: "/nowhere", PORT: "0" },
    stdin: "null",
  });
  const { code, stderr } = await command.output();
  assertEquals(code, 1);
  assert(new TextDecoder().decode(stderr).includes("There is no nats-server on PATH"));
});
