/**
 * Bundles a worker of `examples/`, or of another folder, and serves it in workerd by the configuration beside it, on `PORT` if that is
 * set: `deno task workerd NAME [FOLDER]`.
 *
 * @module
 */
import { bundle, stopBundling } from "./bundle.ts";
import { artifacts, programs, root } from "./matrix/programs.ts";
import { withPage } from "./with_page.ts";

const [name = "", folder = "examples"] = Deno.args;
const plugins = name.startsWith("demo") ? [await withPage()] : [];
await bundle({
  entryPoints: [`${folder}/${name}.ts`],
  outfile: `${artifacts}${name}.js`,
  external: ["cloudflare:*"],
  plugins,
});
await stopBundling();

const port = Deno.env.get("PORT");
const workerd = new Deno.Command(programs.workerd, {
  args: [
    "serve",
    `${folder}/${name}.capnp`,
    // Tells where it listens, a line of JSON a socket.
    "--control-fd=1",
    ...(port === undefined ? [] : [`--socket-addr=main=*:${port}`]),
  ],
  cwd: root,
  stdin: "null",
  stdout: "piped",
}).spawn();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    workerd.kill(signal);
    // It would wait for its connections to end, for ever.
    Deno.unrefTimer(setTimeout(() => workerd.kill("SIGKILL"), 1000));
  });
}

for await (const line of workerd.stdout.pipeThrough(new TextDecoderStream())) {
  const listening = /"event":"listen".*"port":(\d+)/.exec(line);
  if (listening) console.log(`Listening on port ${listening[1]}`);
}
Deno.exit((await workerd.status).code);
