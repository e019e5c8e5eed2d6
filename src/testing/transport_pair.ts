/**
 * Two transports in memory, each the other's peer.
 *
 * @module
 */

import type { ByteStreamPair } from "../connection/byte_transport.ts";
import { createLink, type LinkOptions } from "./link.ts";

/**
 * Creates two connected transports. Throws `TypeError` or `RangeError` for options that mean nothing.
 *
 * @param forward What happens to the bytes that the first one writes.
 * @param backward What happens to those that the second one writes; the same by default.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createTransportPair } from "@weft/websocket/testing";
 *
 * const [near, far] = createTransportPair({ chunkSizes: 3 });
 * const writer = near.writable.getWriter();
 * await writer.write(new Uint8Array([1, 2, 3, 4]));
 * const reader = far.readable.getReader();
 * assertEquals((await reader.read()).value, new Uint8Array([1, 2, 3]));
 * ```
 */
export function createTransportPair(
  forward: LinkOptions = {},
  backward: LinkOptions = forward,
): [first: ByteStreamPair, second: ByteStreamPair] {
  const there = createLink(forward);
  const back = createLink(backward);
  return [
    { readable: back.readable, writable: there.writable },
    { readable: there.readable, writable: back.writable },
  ];
}
