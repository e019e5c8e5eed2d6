/**
 * A server in a process of its own, started as README says, on a free port. Knows of it what it prints.
 *
 * @module
 */
import { programs, root } from "../../../tools/matrix/programs.ts";

/** Runs a program until a line with a signal comes, or the end of whoever should have sent one. */
const watch = `"$@" </dev/null & read signal; kill -s "\${signal:-TERM}" $!; wait $!`;

/** Milliseconds that a server may take to listen. */
const deadline = 30_000;

/** A running server. */
export class StartedServer implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #output: Promise<string>;
  readonly #errors: Promise<string>;
  readonly #listening: PromiseWithResolvers<number> = Promise.withResolvers();
  #port = 0;
  #printed = "";
  #onPrinted = () => {};
  #end: Promise<{ code: number; output: string }> | undefined;

  private constructor(command: string[], env: Record<string, string>) {
    this.#process = new Deno.Command("sh", {
      args: ["-c", watch, "sh", ...command],
      cwd: root,
      env: { PORT: "0", NO_COLOR: "1", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#errors = this.#process.stderr.text();
    this.#output = this.#collect();
  }

  /** Starts a command in the checkout's folder with `PORT` 0, and waits for the line that has the port. */
  static async start(command: string[], env: Record<string, string> = {}): Promise<StartedServer> {
    const server = new StartedServer(command, env);
    const timer = setTimeout(() => server.stop(), deadline);
    server.#port = await server.#listening.promise;
    clearTimeout(timer);
    return server;
  }

  /** Starts a task of `deno.json`. */
  static startTask(...args: string[]): Promise<StartedServer> {
    return StartedServer.start([programs.deno, "task", "--quiet", ...args]);
  }

  async #collect(): Promise<string> {
    for await (const text of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      this.#printed += text;
      this.#onPrinted();
      const port = /Listening on .*?(\d+)\/?\n/.exec(this.#printed)?.[1];
      if (port !== undefined) this.#listening.resolve(Number(port));
    }
    this.#listening.reject(new Error(`Cannot start a server: it said ${this.#printed}${await this.#errors}`));
    return this.#printed;
  }

  /** Waits until it has printed something, and returns all that was. */
  async printed(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#printed)) await new Promise<void>((resolve) => this.#onPrinted = resolve);
    return this.#printed;
  }

  /** Where it listens. */
  get port(): number {
    return this.#port;
  }

  /** Sends a signal, and waits for the end: the code, and all that was printed. */
  stop(signal: "TERM" | "INT" = "TERM"): Promise<{ code: number; output: string }> {
    return this.#end ??= this.#stop(signal);
  }

  async #stop(signal: string): Promise<{ code: number; output: string }> {
    const writer = this.#process.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${signal}\n`));
    await writer.close();
    const { code } = await this.#process.status;
    return { code, output: await this.#output };
  }

  /** Stops it, whatever became of the test. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
