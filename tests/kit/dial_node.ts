/**
 * A TCP connection by `node:net`, which Deno and Bun have too.
 *
 * @module
 */

import { once } from "node:events";
import { connect } from "node:net";
import type { ByteTransport } from "../../src/connection/byte_transport.ts";
import { nodeTransport } from "../../src/runtime/node.ts";

/** Connects to a port of 127.0.0.1. */
export async function dialNode(port: number): Promise<ByteTransport> {
  const socket = connect({ port, host: "127.0.0.1" });
  await once(socket, "connect");
  return nodeTransport(socket);
}
