/**
 * A connection over a socket that Bun opens: `Bun.connect`. Type-checks and loads anywhere.
 *
 * @module
 */

import type { ConnectOptions } from "../connection/accept_options.ts";
import type { WebSocketConnection } from "../connection/web_socket_connection.ts";
import { type BunSocket, type BunSocketHandlers, bunSocketOptions } from "./bun_transport.ts";
import { checkConnectOptions, dialWebSocket } from "./dial_web_socket.ts";

/** What `Bun.connect()` may be told about TLS; PEM where it is text. */
export interface BunTlsOptions {
  /** Certificates of the authorities to trust instead of Bun's own. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** The client's certificate chain, */
  readonly cert?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** its private key, */
  readonly key?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** and the key's passphrase. */
  readonly passphrase?: string | undefined;
  /** Whether a server that cannot be trusted is refused. Default true. */
  readonly rejectUnauthorized?: boolean | undefined;
  /** What to call the server. Default: the URL's host, unless that is an IP address. */
  readonly serverName?: string | undefined;
}

/** The options of `openWebSocket()`: those of `connectWebSocket()`, and one. */
export interface OpenOptions extends ConnectOptions {
  /** For `wss:` and `https:` only. */
  readonly tls?: BunTlsOptions | undefined;
}

/** The callbacks that Bun knows for a socket with TLS. */
interface TlsSocketHandlers extends BunSocketHandlers<BunSocket> {
  handshake(socket: BunSocket, success: boolean, error: Error | null): void;
}

/** What is used of the global object. */
interface Globals {
  readonly Bun?: {
    connect(options: {
      readonly hostname: string;
      readonly port: number;
      readonly allowHalfOpen: true;
      /** Its protocols as RFC 7301 §3.1 encodes them. */
      readonly tls?: BunTlsOptions & { readonly ALPNProtocols: string };
      readonly socket: TlsSocketHandlers;
    }): Promise<BunSocket>;
  };
}

/**
 * Connects to a `ws:` or `wss:` URL by the engine, over a socket of its own. `handshakeTimeout` and `signal`
 * cover the dialling too.
 *
 * Rejects with `HandshakeError`: its `response` is the answer of a server that refuses or answers wrongly,
 * its `cause` says why the server cannot be reached or trusted. Rejects with `TypeError` or `RangeError` for
 * a URL or options that mean nothing, or where this is not Bun; with the signal's reason when aborted.
 * Nothing stays open then.
 *
 * @example
 * ```ts ignore
 * import { openWebSocket } from "@weft/websocket/bun";
 *
 * const headers = { Authorization: "Bearer secret" };
 * const connection = await openWebSocket("wss://example.com/", { headers });
 * await connection.send("Hello");
 * ```
 */
export async function openWebSocket(
  url: string | URL,
  options: OpenOptions = {},
): Promise<WebSocketConnection> {
  const { hostname, port, isSecure, serverName } = checkConnectOptions(url, options);
  const { tls, ...rest } = options;
  const { Bun } = globalThis as unknown as Globals;
  if (Bun === undefined) throw new TypeError("Cannot open: this runtime has no Bun.connect");
  return await dialWebSocket(url, rest, (take) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const { allowHalfOpen, socket: handlers } = bunSocketOptions<BunSocket>((transport, socket) => {
      take(transport);
      if (!isSecure) return resolve();
      // A socket that is paused makes no handshake. Bytes behind it are held until the transport is resumed.
      socket.resume();
    });
    const socket: TlsSocketHandlers = {
      ...handlers,
      handshake(socket, success, error) {
        socket.pause();
        // Some releases of Bun call a server authorized that they do not trust.
        if (success && error === null || tls?.rejectUnauthorized === false) resolve();
        else reject(error);
      },
      error(socket, error) {
        reject(error);
        handlers.error(socket, error);
      },
      close(socket, error) {
        reject(error ?? new Error("The server has left"));
        handlers.close(socket, error);
      },
    };
    const secure = { tls: { serverName, ...tls, ALPNProtocols: "\bhttp/1.1" } };
    Bun.connect({ hostname, port, allowHalfOpen, ...isSecure && secure, socket }).catch(reject);
    return promise;
  });
}
