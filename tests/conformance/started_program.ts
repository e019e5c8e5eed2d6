/**
 * A program in a process of its own. Knows of it what it prints, and how it ends.
 *
 * @module
 */

import { root } from "../../tools/matrix/programs.ts";

/** A running program, killed at the end of its scope. */
export class StartedProgram implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #url = Promise.withResolvers<URL>();
  readonly #output: Promise<string>;

  /** Runs a command in the checkout's folder, on a free port. */
  constructor(command: readonly string[]) {
    const [program, ...args] = command;
    this.#process = new Deno.Command(program!, {
      args,
      cwd: root,
      env: { PORT: "0", NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#url.promise.catch(() => {});
    this.#output = this.#collect();
  }

  async #collect(): Promise<string> {
    let output = "";
    for await (const text of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      output += text;
      const url = /ws:\/\/[^\s/]+(?=[\s/])/.exec(output)?.[0];
      if (url !== undefined) this.#url.resolve(new URL(url));
    }
    this.#url.reject(new Error(`Cannot find where it listens: it printed ${output}`));
    return output;
  }

  /** The first WebSocket URL that it prints. */
  get url(): Promise<URL> {
    return this.#url.promise;
  }

  /** Waits for its end, and throws where it does not end with one of these codes. */
  async end(codes: readonly number[] = [0]): Promise<void> {
    const [{ code }, output] = await Promise.all([this.#process.status, this.#output]);
    if (!codes.includes(code)) throw new Error(`Cannot run a program: it ended with ${code}\n${output}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGTERM");
    } catch {
      // It is gone.
    }
    await Promise.all([this.#process.status, this.#output]);
  }
}
