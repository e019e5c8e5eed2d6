/**
 * Bytes from Deno's connections: `Deno.listen`, `Deno.connect`, their TLS and Unix forms. Knows no protocol;
 * uses no global of Deno, so it type-checks and loads anywhere.
 *
 * @module
 */

import type { ByteTransport } from "../connection/byte_transport.ts";
import { PulledTransport } from "./pulled_transport.ts";

/** What is used of `Deno.Conn`, `Deno.TcpConn`, `Deno.TlsConn` and `Deno.UnixConn`. */
export interface DenoConn {
  /** Fills `buffer` from its start; how many bytes, or `null` at the peer's end. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes a beginning of `bytes`; how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends the writing side. */
  closeWrite(): Promise<void>;
  /** Closes both sides. */
  close(): void;
  /** Present on TCP connections. */
  setNoDelay?(noDelay?: boolean): void;
}

/**
 * Wraps a Deno connection. It reads and writes by `read()` and `write()`, which move four times as many
 * messages as `conn.readable` and `conn.writable` do; those must not be in use at the same time.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { acceptWebSocket, connectWebSocket } from "@weft/websocket";
 * import { denoTransport } from "@weft/websocket/deno";
 *
 * using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const [near, far] = await Promise.all([Deno.connect({ port: listener.addr.port }), listener.accept()]);
 * const [client, server] = await Promise.all([
 *   connectWebSocket("ws://localhost/", denoTransport(near)),
 *   acceptWebSocket(denoTransport(far)),
 * ]);
 * await server.send("Hello");
 * assertEquals(await client.receive(), "Hello");
 * await Promise.all([client.close(), server.receive()]);
 * ```
 *
 * @param conn The connection; from now on the transport's own, `close()` included.
 */
export function denoTransport(conn: DenoConn): ByteTransport {
  // Otherwise Nagle's algorithm and the peer's delayed acknowledgement cost 40 ms a message.
  conn.setNoDelay?.(true);
  return new PulledTransport({
    read: (buffer) => conn.read(buffer).then((length) => length === null ? null : buffer.subarray(0, length)),
    write: (bytes) => conn.write(bytes),
    closeWrite: () => conn.closeWrite(),
    close: () => conn.close(),
  });
}
