/**
 * A socket of `node:net` as the plain peer of a transport under test. Reads on demand only, so that the kernel stops
 * whoever writes.
 *
 * @module
 */

import type { Duplex } from "node:stream";
import type { TransportPeer } from "./transport_contract.ts";

/** Wraps a socket that is not read by anyone else and allows being half open. */
export function createSocketPeer(socket: Duplex): TransportPeer {
  let hasEnded = false;
  let wake = () => {};
  for (const event of ["readable", "end", "close", "error"]) {
    socket.on(event, () => {
      if (event !== "readable") hasEnded = true;
      wake();
    });
  }
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => socket.write(bytes, (error) => error ? reject(error) : resolve())),
    end: () => new Promise((resolve) => void socket.end(resolve)),
    async read() {
      for (;;) {
        const chunk: Uint8Array | null = socket.read();
        if (chunk !== null) return chunk;
        if (hasEnded) return undefined;
        await new Promise<void>((resolve) => wake = resolve);
      }
    },
    close: () => void socket.destroy(),
  };
}
