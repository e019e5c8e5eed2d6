/**
 * A connection of Deno as the plain peer of a transport under test.
 *
 * @module
 */

import type { TransportPeer } from "../../kit/transport_contract.ts";

/** Wraps a connection that nobody else reads or writes. */
export function createConnPeer(conn: Deno.Conn): TransportPeer {
  return {
    async write(bytes) {
      while (bytes.length > 0) bytes = bytes.subarray(await conn.write(bytes));
    },
    end: () => conn.closeWrite(),
    async read() {
      const buffer = new Uint8Array(64 * 1024);
      const length = await conn.read(buffer);
      return length === null ? undefined : buffer.subarray(0, length);
    },
    close() {
      try {
        conn.close();
      } catch {
        // It is closed.
      }
    },
  };
}
