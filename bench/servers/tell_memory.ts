/**
 * Prints a server's memory in bytes at every SIGUSR2, after what is garbage is gone. For Node with `--expose-gc`.
 *
 * @module
 */

import process from "node:process";

export function tellMemory(): void {
  process.on("SIGUSR2", async () => {
    for (let turn = 0; turn < 4; turn++) {
      (globalThis as { gc?: () => void }).gc?.();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    console.log(process.memoryUsage().rss);
  });
}
