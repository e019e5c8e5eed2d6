/**
 * A connection over a socket that Deno opens: `Deno.connect`, `connectTls`. Type-checks and loads anywhere.
 *
 * @module
 */

import type { ConnectOptions } from "../connection/accept_options.ts";
import type { WebSocketConnection } from "../connection/web_socket_connection.ts";
import { type DenoConn, denoTransport } from "./deno_transport.ts";
import { checkConnectOptions, dialWebSocket, refuseTls } from "./dial_web_socket.ts";

/** What `Deno.connectTls()` may be told about TLS. */
export interface DenoTlsOptions {
  /** Certificates of authorities to trust besides Deno's own, PEM. */
  readonly caCerts?: string[] | undefined;
  /** The client's certificate chain, PEM, */
  readonly cert?: string | undefined;
  /** and its private key, PEM. */
  readonly key?: string | undefined;
}

/** The options of `openWebSocket()`: those of `connectWebSocket()`, and one. */
export interface OpenOptions extends ConnectOptions {
  /** For `wss:` and `https:` only. */
  readonly tls?: DenoTlsOptions | undefined;
}

interface Address {
  readonly hostname: string;
  readonly port: number;
}

/** What is used of the global object. */
interface Globals {
  readonly Deno?: {
    connect(options: Address & { readonly signal: AbortSignal }): Promise<DenoConn>;
    connectTls(
      options: Address & DenoTlsOptions & { readonly alpnProtocols: string[] },
    ): Promise<DenoConn & { handshake(): Promise<unknown> }>;
  };
}

/**
 * Connects to a `ws:` or `wss:` URL by the engine, over a socket of its own. `handshakeTimeout` and `signal`
 * cover the dialling too.
 *
 * Rejects with `HandshakeError`: its `response` is the answer of a server that refuses or answers wrongly,
 * its `cause` says why the server cannot be reached or trusted. Rejects with `TypeError` or `RangeError` for
 * a URL or options that mean nothing, or where this is not Deno; with the signal's reason when aborted.
 * Nothing stays open then, but for a TLS handshake with a silent server, which Deno itself goes on with until
 * the server speaks or leaves.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { openWebSocket, upgradeWebSocket } from "@weft/websocket/deno";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, async (request) => {
 *   const { response } = await upgradeWebSocket(request, {
 *     onMessage: (message, connection) => connection.send(message),
 *   });
 *   return response;
 * });
 *
 * const connection = await openWebSocket(`ws://localhost:${server.addr.port}/`, {
 *   headers: { Authorization: "Bearer secret" },
 * });
 * await connection.send("Hello");
 * assertEquals(await connection.receive(), "Hello");
 * await connection.close();
 * ```
 */
export async function openWebSocket(
  url: string | URL,
  options: OpenOptions = {},
): Promise<WebSocketConnection> {
  const { hostname, port, isSecure } = checkConnectOptions(url, options);
  const { tls, ...rest } = options;
  const { Deno } = globalThis as unknown as Globals;
  if (Deno?.connect === undefined) throw new TypeError("Cannot open: this runtime has no Deno.connect");
  return await dialWebSocket(url, rest, async (take, signal) => {
    if (!isSecure) return take(denoTransport(await Deno.connect({ hostname, port, signal })));
    const conn = await Deno.connectTls({ ...tls, hostname, port, alpnProtocols: ["http/1.1"] })
      // Of certificates and keys; that of a server comes with its handshake.
      .catch((error) => error.name === "InvalidData" ? refuseTls(error) : Promise.reject(error));
    take(denoTransport(conn));
    await conn.handshake();
  });
}
