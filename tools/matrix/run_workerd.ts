/**
 * The tests in workerd: one bundle, served, and started by a request. The same worker listens on a TCP port too, so
 * that tests can reach `tests/runtimes/workerd/worker.ts` by `fetch` and by `cloudflare:sockets`.
 *
 * @module
 */
import { bundleTests } from "./bundle_tests.ts";
import { EventLog } from "./event_log.ts";
import type { Outcome } from "./outcome.ts";
import { programs, root, workFolder } from "./programs.ts";
import { stripColours, tail } from "./run_program.ts";

function findPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** The answer to a request that is tried until workerd listens. */
async function request(url: string, process: Deno.ChildProcess): Promise<Response> {
  let ended = false;
  process.status.then(() => ended = true);
  for (;;) {
    try {
      return await fetch(url);
    } catch (error) {
      if (ended) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Runs the files in workerd. */
export async function runWorkerd(
  files: readonly string[],
  options: { deadline: number; env: Record<string, string> },
): Promise<Outcome> {
  const ports = { http: findPort(), tcp: findPort(), engine: findPort(), evict: findPort() };
  const workerPath = "tests/runtimes/workerd/worker.ts";
  const worker = await exists(`${root}${workerPath}`)
    ? `import worker from "./${workerPath}"; export * from "./${workerPath}";`
    : "const worker = {};";
  const env = {
    ...options.env,
    WORKERD_URL: `http://127.0.0.1:${ports.http}/`,
    WORKERD_TCP: `127.0.0.1:${ports.tcp}`,
    WORKERD_ENGINE: `127.0.0.1:${ports.engine}`,
    WORKERD_EVICT: `http://127.0.0.1:${ports.evict}/`,
  };
  await bundleTests("workerd", files, (list) => `
    globalThis.testEnvironment = ${JSON.stringify(env)};
    import { serveTests } from "./tests/kit/serve_tests.ts";
    ${worker}
    export default serveTests(${list}, worker);
  `);
  await Deno.writeTextFile(`${workFolder}evict.js`, evict);
  await Deno.writeTextFile(`${workFolder}workerd.capnp`, config(ports));
  const process = new Deno.Command(programs.workerd, {
    // The module that takes Durable Objects out of memory is an experiment.
    args: ["serve", "--experimental", `${workFolder}workerd.capnp`],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = Promise.all([process.stdout.text(), process.stderr.text()]);
  const log = new EventLog();
  const outcome = log.outcome(options.deadline);
  (async () => {
    const response = await request(`http://127.0.0.1:${ports.http}/tests`, process);
    let text = "";
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const lines = (text + chunk).split("\n");
      text = lines.pop()!;
      for (const line of lines) log.add(JSON.parse(line));
    }
    log.end(new Error("The run broke off"));
  })().catch((error) => log.end(error));
  const { results, problems } = await outcome;
  try {
    process.kill("SIGKILL");
  } catch {
    // It is gone already.
  }
  const said = stripColours((await output).join(""));
  return { results, problems: problems.map((problem) => `${problem}\n${tail(said)}`) };
}

/** Takes the Durable Object that the query names out of memory, as idleness would after ten seconds. */
const evict = `
import unsafe from "workerd:unsafe";
export default {
  async fetch(request, { ROOM }) {
    await unsafe.evict(ROOM.get(ROOM.idFromName(new URL(request.url).search)));
    return new Response("done");
  },
};`;

function config(ports: { http: number; tcp: number; engine: number; evict: number }): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "tests", worker = (
      modules = [(name = "tests", esModule = embed "workerd.js")],
      compatibilityDate = "2026-10-01",
      globalOutbound = "loopback",
      durableObjectNamespaces = [
        (className = "Room", uniqueKey = "room"),
        (className = "SuiteRoom", uniqueKey = "suite"),
      ],
      durableObjectStorage = (inMemory = void),
      bindings = [
        (name = "ROOM", durableObjectNamespace = "Room"),
        (name = "SUITE_ROOM", durableObjectNamespace = "SuiteRoom"),
      ],
    )),
    (name = "evict", worker = (
      modules = [(name = "evict", esModule = embed "evict.js")],
      compatibilityDate = "2026-10-01",
      compatibilityFlags = ["unsafe_module"],
      bindings = [(name = "ROOM", durableObjectNamespace = (className = "Room", serviceName = "tests"))],
    )),
    (name = "loopback", network = (allow = ["local"])),
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:${ports.http}", http = (), service = "tests"),
    (name = "tcp", address = "127.0.0.1:${ports.tcp}", tcp = (), service = "tests"),
    (name = "evict", address = "127.0.0.1:${ports.evict}", http = (), service = "evict"),
    (name = "engine", address = "127.0.0.1:${ports.engine}", tcp = (),
      service = (name = "tests", entrypoint = "engine")),
  ],
);
`;
}
