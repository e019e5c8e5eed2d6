/**
 * A program in a process of its own. Knows of it what it prints, and how it ends.
 *
 * @module
 */

import { root } from "../../tools/matrix/programs.ts";

/** Runs a program to its end, or until nobody holds the other end of the input any more. */
const watch = `exec 3<&0; "$@" </dev/null 3<&- & program=$!
  { read line <&3; kill $program; } 2>/dev/null & watcher=$!
  wait $program 2>/dev/null; code=$?; kill $watcher 2>/dev/null; exit $code`;

/** A running program, ended with its scope, and with the process that started it. */
export class StartedProgram implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #url = Promise.withResolvers<URL>();
  readonly #output: Promise<string>;

  /** Runs a command in the checkout's folder, on a free port. */
  constructor(command: readonly string[]) {
    this.#process = new Deno.Command("sh", {
      args: ["-c", watch, "sh", ...command],
      cwd: root,
      env: { PORT: "0", NO_COLOR: "1" },
      stdin: "piped",
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
    await this.#process.stdin.close();
    await Promise.all([this.#process.status, this.#output]);
  }
}
