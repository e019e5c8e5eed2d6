import { decodeBase64, encodeBase64 } from "@std/encoding/base64";
import { denoTransport } from "../../../src/runtime/deno.ts";
import { type InteropClient, Refusal, testInterop } from "../../kit/interop_cases.ts";
import { connectWeft, serveInterop, weftClientFacts, weftServerFacts } from "../../kit/interop_weft.ts";

const script = new URL("../../kit/python_peer.py", import.meta.url).pathname;

async function hasWebsockets(python: string): Promise<boolean> {
  const command = new Deno.Command(python, { args: ["-c", "import websockets"], stderr: "null" });
  return await command.output().then(({ success }) => success, () => false);
}

/** Debian's own, or another one in front of it. */
async function findPython(): Promise<string | undefined> {
  for (const python of ["python3", "/usr/bin/python3"]) {
    if (await hasWebsockets(python)) return python;
  }
  return undefined;
}

const python = await findPython();
const skip = python === undefined ? "there is no python3 with Debian's python3-websockets" : undefined;

/** A run of the script, which ends when its input does. */
class PythonPeer {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(mode: "serve" | "connect") {
    this.#process = new Deno.Command(python!, { args: [script, mode], stdin: "piped", stdout: "piped" })
      .spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#lines = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The next line, parsed. */
  async read(): Promise<unknown> {
    while (!this.#text.includes("\n")) {
      const { value, done } = await this.#lines.read();
      if (done) throw new Error("Python has ended");
      this.#text += value;
    }
    const end = this.#text.indexOf("\n");
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return JSON.parse(line);
  }

  async ask(name: string, verb: string, ...given: unknown[]): Promise<unknown> {
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify([name, verb, given])}\n`));
    return await this.read();
  }

  async stop(): Promise<void> {
    await this.#input.close();
    await this.#lines.cancel();
    await this.#process.status;
  }
}

/** A client in Python, whose calls happen in the order in which they are made. */
async function connectPython(peer: PythonPeer, url: string, protocols: string[]): Promise<InteropClient> {
  const name = crypto.randomUUID();
  const protocol = await peer.ask(name, "connect", url, protocols);
  if (protocol === null) throw new Refusal();
  let last: Promise<unknown> = Promise.resolve();
  const ask = (verb: string, ...given: unknown[]) => last = last.then(() => peer.ask(name, verb, ...given));
  return {
    protocol: protocol as string,
    send: (message) =>
      typeof message === "string" ? ask("text", message) : ask("bytes", encodeBase64(message)),
    async receive() {
      const message = await ask("receive") as string | [string];
      return typeof message === "string" ? message : decodeBase64(message[0]);
    },
    ping: () => ask("ping"),
    close: (...given) => ask("close", ...given),
    get closed() {
      return ask("closed").then((closing) => {
        const [closeCode, reason] = closing as [number, string];
        return { closeCode, reason, wasClean: closeCode !== 1006 };
      });
    },
  };
}

async function serve(listener: Deno.Listener, compresses: boolean): Promise<void> {
  for await (const conn of listener) void serveInterop(denoTransport(conn), compresses);
}

testInterop(
  "Python's websockets at our server over Deno.listen",
  { compresses: true, emptyClose: 1000, tellsRefusal: false, clientPings: true, ...weftServerFacts },
  (compresses) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    void serve(listener, compresses);
    const peer = new PythonPeer("connect");
    return {
      connect: (path, protocols = []) =>
        connectPython(peer, `ws://127.0.0.1:${listener.addr.port}${path}`, protocols),
      async stop() {
        await peer.stop();
        listener.close();
      },
    };
  },
  skip,
);

testInterop(
  "our client over Deno.connect at Python's websockets",
  { compresses: true, ...weftClientFacts, serverPings: true, tellsClosings: false },
  async (compresses) => {
    const peer = new PythonPeer("serve");
    const port = await peer.read() as number;
    return {
      connect: async (path, protocols) =>
        await connectWeft(
          `ws://127.0.0.1:${port}${path}`,
          denoTransport(await Deno.connect({ port })),
          compresses,
          protocols,
        ),
      stop: () => peer.stop(),
    };
  },
  skip,
);
