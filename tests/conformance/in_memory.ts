/**
 * Meets endpoints of the same process, over plain Web Streams: no port, no socket, on every runtime.
 *
 * @module
 */

import type { ByteStreamPair } from "@weft/websocket/testing/conformance";

/** An endpoint: it serves one connection, or is the client of one, to its end. */
export type Endpoint = (streams: ByteStreamPair) => Promise<unknown>;

/** Two pairs of streams: what is written to one is read from the other. */
function createStreamPairs(): [ByteStreamPair, ByteStreamPair] {
  const there = new TransformStream<Uint8Array, Uint8Array>();
  const back = new TransformStream<Uint8Array, Uint8Array>();
  return [{ readable: back.readable, writable: there.writable }, {
    readable: there.readable,
    writable: back.writable,
  }];
}

/** For a judge: starts the endpoint on a new connection, and returns the other end. */
export function meet(endpoint: Endpoint): () => ByteStreamPair {
  return () => {
    const [near, far] = createStreamPairs();
    // What becomes of the endpoint's promise shows on the wire.
    endpoint(far).catch(() => {});
    return near;
  };
}
