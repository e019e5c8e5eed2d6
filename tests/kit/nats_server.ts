/**
 * A nats-server for tests: one of their own in a process, which they can kill and start again, or one that is there.
 *
 * @module
 */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import process from "node:process";

const found = spawnSync("nats-server", ["--version"]).status === 0;

/** Why tests that need a server of their own cannot run, or `undefined`. */
export const skipOwnServer: string | undefined = found
  ? undefined
  : "THERE IS NO nats-server ON PATH (Debian's package nats-server)";

/** Why tests that need any server cannot run, or `undefined`. */
export const skipAnyServer: string | undefined = found || process.env["NATS_URL"]
  ? undefined
  : "THERE IS NEITHER A nats-server ON PATH (Debian's package nats-server) NOR A NATS_URL";

/** A free port below those that systems give to whoever connects, lest one of those has it when the server starts again. */
async function findPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    const free = new Promise<boolean>((resolve) => {
      server.once("listening", () => resolve(true));
      server.once("error", () => resolve(false));
    });
    server.listen(port, "127.0.0.1");
    if (!await free) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}

/** Whether somebody listens. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** A server with JetStream on a port of its own, and a folder that goes with it. */
export class NatsServer {
  readonly port: number;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
  }

  /** Finds a port and a folder; nothing listens yet. */
  static async prepare(): Promise<NatsServer> {
    return new NatsServer(await findPort(), mkdtempSync(`${tmpdir()}/weft-nats-`));
  }

  /** A server that listens. */
  static async start(): Promise<NatsServer> {
    const server = await NatsServer.prepare();
    await server.start();
    return server;
  }

  /** Where it listens. */
  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Starts it, or starts it again. */
  async start(): Promise<void> {
    const process = spawn("nats-server", [
      "-a",
      "127.0.0.1",
      "-p",
      `${this.port}`,
      "-js",
      "-sd",
      this.#folder,
    ], {
      stdio: "ignore",
    });
    this.#process = process;
    while (!await listens(this.port)) {
      if (process.exitCode !== null) throw new Error(`nats-server has ended with ${process.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Kills it on the spot. */
  async kill(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (process === undefined) return;
    const ended = once(process, "exit");
    process.kill("SIGKILL");
    await ended;
  }

  /** Has it forget everything; only while it is killed. */
  forget(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Kills it for good. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.forget();
  }
}

/** The server that is there, or one of our own. */
export async function findNatsServer(): Promise<{ readonly url: string } & AsyncDisposable> {
  const url = process.env["NATS_URL"];
  return url === undefined
    ? await NatsServer.start()
    : { url, [Symbol.asyncDispose]: () => Promise.resolve() };
}
