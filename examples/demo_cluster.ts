// Three demo servers on ports of their own, PORT and the next two, linked by a nats-server: who comes in at
// one is met at all.
// Run: deno task demo:cluster, which needs nats-server on PATH; that is deno run -A examples/demo_cluster.ts
const first = Number(Deno.env.get("PORT") || 10088);
const folder = await Deno.makeTempDir();
const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const { port } = probe.addr;
probe.close();
const nats = startNats();
const end = new AbortController();
const servers = [0, 1, 2].map((index) =>
  new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", import.meta.resolve("./demo_deno.ts")],
    env: { PORT: `${first === 0 ? 0 : first + index}`, DEMO_NATS: `nats://127.0.0.1:${port}` },
    stdin: "null",
    signal: end.signal,
  }).spawn()
);

function startNats(): Deno.ChildProcess {
  const args = ["--addr", "127.0.0.1", "--port", `${port}`, "--jetstream", "--store_dir", folder];
  try {
    return new Deno.Command("nats-server", { args, stdin: "null", stderr: "null" }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.error("There is no nats-server on PATH. Debian has it as the package nats-server.");
    Deno.exit(1);
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => end.abort());
// Who cannot go on takes the others along.
const codes = servers.map(async ({ status }) => (await status.finally(() => end.abort())).code);
Deno.exitCode = Math.max(...await Promise.all(codes));
// Ctrl+C may have ended it, too.
await nats[Symbol.asyncDispose]();
await Deno.remove(folder, { recursive: true });
