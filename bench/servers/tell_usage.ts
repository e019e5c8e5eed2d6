/**
 * Prints what a server takes: at SIGHUP the microseconds of processor time so far, at SIGUSR2 the bytes of memory once what is garbage
 * is gone. For Node with `--expose-gc`.
 *
 * @module
 */

import process from "node:process";

export function tellUsage(): void {
  process.on("SIGHUP", () => {
    const { user, system } = process.cpuUsage();
    console.log(user + system);
  });
  process.on("SIGUSR2", async () => {
    for (let turn = 0; turn < 4; turn++) {
      (globalThis as { gc?: () => void }).gc?.();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    console.log(process.memoryUsage().rss);
  });
}
