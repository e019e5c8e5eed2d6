import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { connectWebSocket } from "../../../mod.ts";
import { denoTransport } from "../../../src/runtime/deno.ts";
import { artifacts, programs, root } from "../../../tools/matrix/programs.ts";

const { deno, bun } = programs;
const folder = `${artifacts}readme-${Deno.pid}/`;

/** How each of README's servers is started, from a file that has its text. */
const commands: Record<string, (file: string) => string[]> = {
  deno: (file) => [deno, "run", "--quiet", "--no-check", "--allow-net", file],
  bun: (file) => [bun, file],
  cloudflare: () => [
    deno,
    "run",
    "--allow-all",
    "tools/serve_worker.ts",
    "readme_cloudflare",
    folder.slice(root.length),
  ],
};

const capnp = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker", esModule = embed "../readme_cloudflare.js")],
    compatibilityDate = "2026-10-01",
  ))],
  sockets = [(name = "main", address = "127.0.0.1:10088", http = (), service = "main")],
);
`;

function findPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A connection to a server that may have yet to listen. */
async function dial(port: number): Promise<Deno.TcpConn> {
  for (let turn = 0;; turn++) {
    try {
      return await Deno.connect({ hostname: "127.0.0.1", port });
    } catch (error) {
      if (turn === 300) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** README's pieces of code that the documentation's tests pass over, by the entry point that they import. */
async function readSnippets(): Promise<Map<string, string>> {
  const readme = await Deno.readTextFile(`${root}README.md`);
  const snippets = [...readme.matchAll(/^```ts ignore\n([^]*?)^```$/gm)].map(([, code]) => code!);
  return new Map(snippets.map((code) => [/"@weft\/websocket\/(\w+)"/.exec(code)?.[1] ?? "", code]));
}

test("README's code that only other runtimes can run is run by tests", async () => {
  assertEquals([...(await readSnippets()).keys()].sort(), ["browser", "bun", "cloudflare", "deno"]);
});

for (const [runtime, command] of Object.entries(commands)) {
  test(`README's server for ${runtime} echoes`, async () => {
    const port = findPort();
    const file = `${folder}readme_${runtime}.ts`;
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(file, (await readSnippets()).get(runtime)!.replace("10088", `${port}`));
    await Deno.writeTextFile(`${folder}readme_cloudflare.capnp`, capnp.replace("10088", `${port}`));
    const [program = "", ...args] = command(file);
    const process = new Deno.Command(program, { args, cwd: root, stdin: "null", stdout: "null" }).spawn();
    try {
      const connection = await connectWebSocket(`ws://localhost:${port}/`, denoTransport(await dial(port)));
      await connection.send("Hello");
      assertEquals(await connection.receive(), "Hello");
      await connection.close();
    } finally {
      process.kill("SIGTERM");
      await process.status;
      await Deno.remove(folder, { recursive: true });
    }
  });
}
