/**
 * Runs a program to its end or to a deadline, whichever is first, and keeps what it printed. Knows nothing of tests.
 *
 * @module
 */
import { root } from "./programs.ts";

/** How a program ended. */
export interface ProgramEnd {
  /** Exit code; `undefined` when the deadline passed and the program was killed. */
  readonly code: number | undefined;
  /** Standard output and standard error as they came, without colours. */
  readonly output: string;
}

// deno-lint-ignore no-control-regex
const escapeSequences = /\x1b\[[0-9;]*m/g;

/** The text without terminal colours. */
export function stripColours(text: string): string {
  return text.replace(escapeSequences, "");
}

/** The last lines of a text, at most `count`. */
export function tail(text: string, count = 40): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}

/** Runs `command` in the checkout's folder; kills it after `deadline` seconds. */
export async function runProgram(
  command: readonly string[],
  options: { deadline: number; env?: Record<string, string> },
): Promise<ProgramEnd> {
  const [program, ...args] = command;
  const child = new Deno.Command(program!, {
    args,
    cwd: root,
    env: { NO_COLOR: "1", DO_NOT_TRACK: "1", ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of stream) output += decoder.decode(chunk, { stream: true });
    } catch {
      // The pipe went down with the program.
    }
  };
  const pipes = Promise.all([collect(child.stdout), collect(child.stderr)]);
  const timers: ReturnType<typeof setTimeout>[] = [];
  const wait = (seconds: number) =>
    new Promise<undefined>((resolve) => timers.push(setTimeout(() => resolve(undefined), seconds * 1000)));
  const end = await Promise.race([child.status, wait(options.deadline)]);
  if (end === undefined) child.kill("SIGKILL");
  // A program that it started and that is still there may hold the pipes open.
  await Promise.race([pipes, wait(2)]);
  timers.forEach((timer) => clearTimeout(timer));
  return { code: end?.code, output: stripColours(output) };
}
