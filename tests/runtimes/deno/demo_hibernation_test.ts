import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { connectWebSocket } from "../../../mod.ts";
import { HubClient, type HubClientEvent } from "../../../src/hub/mod.ts";
import { denoTransport } from "../../../src/runtime/deno.ts";
import { bundle } from "../../../tools/bundle.ts";
import { programs } from "../../../tools/matrix/programs.ts";
import { withPage } from "../../../tools/with_page.ts";

/** Takes the room out of memory, as ten seconds of silence would. */
const evict = `
import unsafe from "workerd:unsafe";
export default {
  async fetch(request, { ROOMS }) {
    await unsafe.evict(ROOMS.get(ROOMS.idFromName("")));
    return new Response("done");
  },
};`;

const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "demo", worker = (
      modules = [(name = "worker", esModule = embed "worker.js")],
      compatibilityDate = "2026-10-01",
      durableObjectNamespaces = [(className = "Room", uniqueKey = "demo")],
      durableObjectStorage = (inMemory = void),
      bindings = [(name = "ROOMS", durableObjectNamespace = "Room")],
    )),
    (name = "evict", worker = (
      modules = [(name = "evict", esModule = embed "evict.js")],
      compatibilityDate = "2026-10-01",
      compatibilityFlags = ["unsafe_module"],
      bindings = [(name = "ROOMS", durableObjectNamespace = (className = "Room", serviceName = "demo"))],
    )),
  ],
  sockets = [
    (name = "main", address = "127.0.0.1:0", http = (), service = "demo"),
    (name = "evict", address = "127.0.0.1:0", http = (), service = "evict"),
  ],
);`;

/** workerd with the demo's worker, and what puts its room to sleep. */
async function startWorkerd() {
  const folder = await Deno.makeTempDir();
  await bundle({
    entryPoints: ["examples/demo_cloudflare/worker.ts"],
    outfile: `${folder}/worker.js`,
    plugins: [await withPage()],
  });
  await Deno.writeTextFile(`${folder}/evict.js`, evict);
  await Deno.writeTextFile(`${folder}/workerd.capnp`, config);
  const process = new Deno.Command(programs.workerd, {
    // What takes Durable Objects out of memory is an experiment.
    args: ["serve", "--experimental", "--control-fd=1", `${folder}/workerd.capnp`],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const ports: Record<string, number> = {};
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  for (let output = ""; Object.keys(ports).length < 2;) {
    output += (await reader.read()).value ?? "";
    for (const line of output.split("\n").slice(0, -1)) {
      const { event, socket, port } = JSON.parse(line);
      if (event === "listen") ports[socket] = port;
    }
  }
  return {
    ports,
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await process.status;
      await reader.cancel();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

test("the members of a room in workerd stay while it sleeps, with their names and topics", async () => {
  await using workerd = await startWorkerd();
  const sleep = async () => {
    await (await fetch(`http://127.0.0.1:${workerd.ports["evict"]}/`)).body?.cancel();
  };
  const events: Record<string, HubClientEvent[]> = {};
  const enter = async (name: string) => {
    const transport = denoTransport(await Deno.connect({ port: workerd.ports["main"]! }));
    const connection = await connectWebSocket(`ws://127.0.0.1:${workerd.ports["main"]}/`, transport);
    const client = new HubClient(connection, { onEvent: (event) => void (events[name] ??= []).push(event) });
    await client.login(name, { presence: true });
    await client.subscribe("looms", { presence: true });
    return Object.assign(client, { abort: () => connection.abort() });
  };
  const [ann, bob, eve, dan] = [
    await enter("ann"),
    await enter("bob"),
    await enter("eve"),
    await enter("dan"),
  ];
  await ann.echo(null);
  events["ann"] = [];

  await sleep();
  await bob.publish("looms", "awake?");
  await bob.send("ann", "you, too?");
  assertEquals((await bob.list("looms")).members, ["ann", "bob", "dan", "eve"]);
  await sleep();
  await eve.connection.close();
  await sleep();
  dan.abort();
  while ((await bob.list()).total > 2) await new Promise((resolve) => setTimeout(resolve, 50));
  await ann.echo(null);
  const told = events["ann"].filter(({ type }) => type !== "joined");
  assertEquals(told, [
    { type: "message", topic: "looms", from: "bob", data: "awake?" },
    { type: "direct", from: "bob", data: "you, too?" },
    { type: "left", name: "eve" },
    { type: "left", name: "dan" },
  ]);
  await Promise.all([ann, bob].map(({ connection }) => connection.close()));
});
