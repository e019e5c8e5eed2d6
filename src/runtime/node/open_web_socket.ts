/**
 * A connection over a socket of `node:net` or `node:tls`, in Node, Deno and Bun. Loads them when it is
 * called.
 *
 * @module
 */

import type { ConnectOptions } from "../../connection/accept_options.ts";
import type { WebSocketConnection } from "../../connection/web_socket_connection.ts";
import { checkConnectOptions, dialWebSocket } from "../dial_web_socket.ts";
import { nodeTransport } from "./node_transport.ts";

/** What `tls.connect()` may be told about TLS; PEM where it is text. */
export interface NodeTlsOptions {
  /** Certificates of the authorities to trust instead of Node's own. */
  readonly ca?: string | Uint8Array | (string | Uint8Array)[] | undefined;
  /** The client's certificate chain, */
  readonly cert?: string | Uint8Array | (string | Uint8Array)[] | undefined;
  /** its private key, */
  readonly key?: string | Uint8Array | (string | Uint8Array)[] | undefined;
  /** and the key's passphrase. */
  readonly passphrase?: string | undefined;
  /** Whether a server that cannot be trusted is refused. Default true. */
  readonly rejectUnauthorized?: boolean | undefined;
  /** What to call the server. Default: the URL's host, unless that is an IP address. */
  readonly servername?: string | undefined;
}

/** The options of `openWebSocket()`: those of `connectWebSocket()`, and one. */
export interface OpenOptions extends ConnectOptions {
  /** For `wss:` and `https:` only. */
  readonly tls?: NodeTlsOptions | undefined;
}

/**
 * Connects to a `ws:` or `wss:` URL by the engine, over a socket of its own. `handshakeTimeout` and `signal`
 * cover the dialling too. In Deno and Bun, their own entry points have the faster sockets.
 *
 * Rejects with `HandshakeError`: its `response` is the answer of a server that refuses or answers wrongly,
 * its `cause` says why the server cannot be reached or trusted. Rejects with `TypeError` or `RangeError` for
 * a URL or options that mean nothing; with the signal's reason when aborted. Nothing stays open then.
 *
 * @example
 * ```ts
 * import { once } from "node:events";
 * import { createServer } from "node:http";
 * import { assertEquals } from "@std/assert";
 * import { attachWebSocket, openWebSocket } from "@weft/websocket/node";
 *
 * const server = createServer();
 * attachWebSocket(server, { onMessage: (message, connection) => connection.send(message) });
 * await once(server.listen(0, "127.0.0.1"), "listening");
 *
 * const { port } = server.address() as { port: number };
 * const connection = await openWebSocket(`ws://127.0.0.1:${port}/`, {
 *   headers: { Authorization: "Bearer secret" },
 * });
 * await connection.send("Hello");
 * assertEquals(await connection.receive(), "Hello");
 * await connection.close();
 * server.close();
 * ```
 */
export async function openWebSocket(
  url: string | URL,
  options: OpenOptions = {},
): Promise<WebSocketConnection> {
  const { hostname: host, port, isSecure, serverName: servername } = checkConnectOptions(url, options);
  const { tls, ...rest } = options;
  const { connect } = await import("node:net");
  const { connect: connectTls } = await import("node:tls");
  return await dialWebSocket(url, rest, (take) => {
    const secure: object = { servername, ...tls, host, port, ALPNProtocols: ["http/1.1"] };
    const socket = isSecure ? connectTls(secure) : connect({ host, port });
    take(nodeTransport(socket));
    return new Promise<void>((resolve, reject) => {
      socket.once(isSecure ? "secureConnect" : "connect", resolve);
      socket.once("error", reject);
      socket.once("close", () => reject(new Error("The server has left")));
    });
  });
}
