/// <reference path="../servers/bun.d.ts" />

/**
 * Loopback TCP by whatever adapter belongs to the runtime that runs this.
 *
 * @module
 */

import { connect } from "node:net";
import type { ByteTransport } from "@weft/websocket";

/** A transport, and how many bytes its socket has given away so far, to whatever of us holds them. */
type OnTransport = (transport: ByteTransport, countTaken: () => number) => void;

/** Listens on a free port; tells it. */
export async function listen(onTransport: OnTransport): Promise<number> {
  if ("Deno" in globalThis) {
    const { denoTransport } = await import("@weft/websocket/deno");
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    void (async () => {
      for await (const conn of listener) {
        let taken = 0;
        const read = conn.read.bind(conn);
        conn.read = async (buffer) => {
          const count = await read(buffer);
          taken += count ?? 0;
          return count;
        };
        onTransport(denoTransport(conn), () => taken);
      }
    })();
    return listener.addr.port;
  }
  if ("Bun" in globalThis) {
    const { bunSocketOptions } = await import("@weft/websocket/bun");
    const taken = new WeakMap<object, number>();
    const { socket: handlers, ...options } = bunSocketOptions((transport, socket) =>
      onTransport(transport, () => taken.get(socket) ?? 0)
    );
    return Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      ...options,
      socket: {
        ...handlers,
        data(socket, chunk) {
          taken.set(socket, (taken.get(socket) ?? 0) + chunk.length);
          handlers.data(socket, chunk);
        },
      },
    }).port;
  }
  const { createServer } = await import("node:net");
  const { nodeTransport } = await import("@weft/websocket/node");
  const server = createServer((socket) => onTransport(nodeTransport(socket), () => socket.bytesRead));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as { port: number }).port;
}

/** Connects to a port. */
export async function dial(port: number): Promise<ByteTransport> {
  if ("Deno" in globalThis) {
    const { denoTransport } = await import("@weft/websocket/deno");
    return denoTransport(await Deno.connect({ hostname: "127.0.0.1", port }));
  }
  if ("Bun" in globalThis) {
    const { bunSocketOptions } = await import("@weft/websocket/bun");
    return new Promise((resolve) =>
      Bun.connect({ hostname: "127.0.0.1", port, ...bunSocketOptions(resolve) })
    );
  }
  const { nodeTransport } = await import("@weft/websocket/node");
  return nodeTransport(connect({ port, host: "127.0.0.1" }));
}
