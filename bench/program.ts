/**
 * The programs of a benchmark: servers on one core, their load on another.
 *
 * @module
 */

import { programs, root } from "../tools/matrix/programs.ts";

/** Node, with what the checkout's imports need; `bench/` stands before the script's path. */
export function nodeCommand(script: string, ...args: readonly (string | number)[]): string[] {
  const node = [programs.node24, "--expose-gc", "--import", `${root}tools/node_imports.js`];
  return [...node, `${root}bench/${script}`, ...args.map(String)];
}

/** Ties a command to one core, where that can be done. */
function pin(core: number, command: readonly string[]): readonly string[] {
  if (Deno.build.os !== "linux" || navigator.hardwareConcurrency < 2) return command;
  return ["taskset", "-c", `${core}`, ...command];
}

/** A program that prints lines. */
export class Program {
  readonly #process: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #rest = "";

  private constructor(core: number, command: readonly string[]) {
    const [program = "", ...args] = pin(core, command);
    this.#process = new Deno.Command(program, { args, cwd: root, stdout: "piped", stderr: "inherit" })
      .spawn();
    this.#lines = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Starts what is measured. */
  static startServer(command: readonly string[]): Program {
    return new Program(0, command);
  }

  /** Starts what measures. */
  static startLoad(command: readonly string[]): Program {
    return new Program(1, command);
  }

  /** The next line. */
  async readLine(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf("\n");
      if (end >= 0) {
        const line = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 1);
        return line;
      }
      const { value } = await this.#lines.read();
      if (value === undefined) throw new Error("The program has ended");
      this.#rest += value;
    }
  }

  /** What a server prints at a signal: memory in bytes, or processor time in microseconds. */
  async ask(signal: "SIGUSR2" | "SIGHUP"): Promise<number> {
    this.#process.kill(signal);
    return Number(await this.readLine());
  }

  /** Waits for its end. */
  async finish(): Promise<void> {
    await this.#lines.cancel();
    await this.#process.status;
  }

  /** Ends it. */
  async end(): Promise<void> {
    this.#process.kill();
    await this.finish();
  }
}

/** What stands in the command line: `--name=number`, and words. */
export interface Arguments {
  readonly numbers: ReadonlyMap<string, number>;
  readonly words: readonly string[];
}

/** The command line. */
export function readArguments(): Arguments {
  const flags = Deno.args.filter((arg) => arg.startsWith("--")).map((arg): [string, number] => {
    const [name = "", value = ""] = arg.slice(2).split("=");
    return [name, Number(value)];
  });
  return { numbers: new Map(flags), words: Deno.args.filter((arg) => !arg.startsWith("--")) };
}

/** The one in the middle. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[numbers.length >> 1]!;
}

/** The middle one of the rounds' ratios: what slows the machine for a while, slows both sides of a round. */
export function medianRatio(ones: readonly number[], others: readonly number[]): number {
  return median(ones.map((one, round) => one / others[round]!));
}
