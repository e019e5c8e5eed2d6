/**
 * A pair of byte streams as the plain peer of a transport under test.
 *
 * @module
 */

import type { ByteStreamPair } from "../../src/connection/byte_transport.ts";
import type { TransportPeer } from "./transport_contract.ts";

/** Wraps a pair of streams; locks both. */
export function createStreamPeer({ readable, writable }: ByteStreamPair): TransportPeer {
  const reader = readable.getReader();
  const writer = writable.getWriter();
  // Whoever looks, learns by the calls.
  for (const promise of [reader.closed, writer.closed, writer.ready]) promise.catch(() => {});
  return {
    write: (bytes) => writer.write(bytes.slice()),
    end: () => writer.close(),
    read: async () => (await reader.read()).value,
    close() {
      reader.cancel().catch(() => {});
      writer.abort().catch(() => {});
    },
  };
}
