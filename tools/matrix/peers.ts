/**
 * Starts the servers that tests on every runtime can talk to, each in one process for the whole matrix.
 *
 * @module
 */
import { programs, root } from "./programs.ts";

/** Running peers: what tests are told of them, and their end. */
export interface RunningPeers {
  readonly env: Record<string, string>;
  stop(): Promise<void>;
}

/** Starts `tests/kit/peer_servers.ts`, which prints one line of JSON once it listens. */
export async function startPeers(): Promise<RunningPeers> {
  const process = new Deno.Command(programs.deno, {
    args: ["run", "--allow-all", "--quiet", "--no-check", "--frozen", "tests/kit/peer_servers.ts"],
    cwd: root,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let line = "";
  while (!line.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("The peer servers did not start");
    line += value;
  }
  return {
    env: { TEST_PEERS: line.trim() },
    async stop() {
      try {
        process.kill("SIGTERM");
      } catch {
        // It is gone already.
      }
      await reader.cancel();
      await process.status;
    },
  };
}
