/**
 * Bytes from the sockets of Cloudflare Workers and workerd: those that a worker's `connect()` handler is
 * given, and those of `cloudflare:sockets`. Knows no protocol and imports nothing of workerd.
 *
 * @module
 */

import type { ByteStreamPair, ByteTransport } from "../connection/byte_transport.ts";
import { PulledTransport } from "./pulled_transport.ts";

/** What is used of a `Socket`. */
export interface CloudflareSocket extends ByteStreamPair {
  /** Resolves when the connection is there. */
  readonly opened: Promise<unknown>;
  /** Resolves when both sides have ended, rejects when they broke off. */
  readonly closed: Promise<unknown>;
  /** Closes both sides. */
  close(): Promise<unknown>;
}

/**
 * Wraps a socket. As a pair of streams it would be read 4 KiB at a time, seven times slower in a flood, and
 * once its `writable` is aborted the connection stays open for as long as the request or handler lasts. So it
 * does, whatever one tries, when it is destroyed while its peer does not read what is being written.
 *
 * Outgoing sockets must be opened with `allowHalfOpen`, as otherwise the peer's end ends the writing side
 * too, before the answer to its last bytes is written. Throws `TypeError` when one of the streams is locked.
 *
 * @example A client
 * ```ts ignore
 * import { connect } from "cloudflare:sockets";
 * import { connectWebSocket } from "@weft/websocket";
 * import { cloudflareTransport } from "@weft/websocket/cloudflare";
 *
 * const socket = connect({ hostname: "example.com", port: 80 }, { allowHalfOpen: true });
 * const connection = await connectWebSocket("ws://example.com/", cloudflareTransport(socket));
 * ```
 */
export function cloudflareTransport(socket: CloudflareSocket): ByteTransport {
  return wrapSocket(socket, () => {});
}

function wrapSocket(socket: CloudflareSocket, onClose: () => void): ByteTransport {
  const reader = socket.readable.getReader({ mode: "byob" });
  const writer = socket.writable.getWriter();
  const transport = new PulledTransport({
    async read(buffer) {
      const { value, done } = await reader.read(buffer);
      return done ? null : value;
    },
    write: (bytes) => writer.write(bytes).then(() => bytes.length),
    closeWrite: () => writer.close(),
    close() {
      socket.close().catch(() => {});
      reader.releaseLock();
      writer.releaseLock();
      onClose();
    },
  });
  // Each of these tells of the same failure.
  for (const promise of [socket.opened, reader.closed, writer.ready, writer.closed]) promise.catch(() => {});
  socket.closed.catch((error) => transport.destroy(error));
  return transport;
}

/**
 * Serves a socket of the `connect()` handler until it is closed or its transport destroyed. The
 * runtime takes the socket away, and stops the timers, when the promise of that handler settles; so
 * it is to return this one.
 *
 * @example A server
 * ```ts ignore
 * import { acceptWebSocket } from "@weft/websocket";
 * import { type CloudflareSocket, serveSocket } from "@weft/websocket/cloudflare";
 *
 * export default {
 *   connect: (socket: CloudflareSocket) =>
 *     serveSocket(socket, async (transport) => {
 *       const connection = await acceptWebSocket(transport);
 *       for await (const message of connection) await connection.send(message);
 *     }),
 * };
 * ```
 *
 * @param serve Called with the transport. What it throws or rejects with destroys the
 * transport and is thrown on.
 */
export async function serveSocket(
  socket: CloudflareSocket,
  serve: (transport: ByteTransport) => unknown,
): Promise<void> {
  let onClose = () => {};
  // `socket.closed` by itself waits for a peer that does not read what is being written.
  const closed = new Promise<void>((resolve) => onClose = resolve);
  const transport = wrapSocket(socket, onClose);
  try {
    await serve(transport);
  } catch (error) {
    transport.destroy(error);
    throw error;
  }
  await Promise.race([closed, socket.closed.catch(() => {})]);
}
