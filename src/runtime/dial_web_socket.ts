/**
 * Connections over sockets that a runtime opens, all alike but for that: the URL says where to, and one
 * deadline covers the dialling and the handshake (RFC 6455 §4.1). Knows no runtime.
 *
 * @module
 */

import type { ConnectOptions } from "../connection/accept_options.ts";
import type { ByteTransport } from "../connection/byte_transport.ts";
import { connectWebSocket } from "../connection/connect_web_socket.ts";
import { checkConnectionOptions } from "../connection/connection_options.ts";
import { handshakeDefaults } from "../connection/handshake_exchange.ts";
import type { WebSocketConnection } from "../connection/web_socket_connection.ts";
import { startDeadline, withinDeadline } from "../connection/within_deadline.ts";
import { HandshakeError } from "../handshake/handshake_error.ts";
import { createOffer } from "../handshake/handshake_offer.ts";
import { checkFunctions, checkNumbers } from "../protocol/engine_options.ts";

/** Where a URL leads. */
export interface Destination {
  /** A name, or an IP address without brackets. */
  readonly hostname: string;
  /** The port, the scheme's own where the URL has none. */
  readonly port: number;
  /** Whether over TLS. */
  readonly isSecure: boolean;
  /** What to call the server in TLS; empty for an IP address. */
  readonly serverName: string;
}

/**
 * Opens a socket, up to the end of TLS's handshake. `take` is told its transport as soon as there is
 * something to destroy, and throws where nobody wants it any more; `signal` is aborted then. What it throws,
 * instead of rejecting, is said of `tls`.
 */
export type Dial = (take: (transport: ByteTransport) => void, signal: AbortSignal) => Promise<unknown>;

/** Checks all that connecting will use. Throws `TypeError`, `RangeError` or an aborted signal's reason. */
export function checkConnectOptions(
  url: string | URL,
  { tls, ...options }: ConnectOptions & { readonly tls?: unknown },
): Destination {
  checkConnectionOptions(options);
  checkNumbers(options, handshakeDefaults);
  checkFunctions(options, "onHead");
  const { protocol, hostname, port } = createOffer(url, options).url;
  const isSecure = /^(?:wss|https):$/.test(protocol);
  if (tls !== undefined && (!isSecure || typeof tls !== "object" || tls === null)) {
    throw new TypeError(`Cannot use tls: ${isSecure ? "not an object" : `not over ${protocol}`}`);
  }
  options.signal?.throwIfAborted();
  return {
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port || (isSecure ? 443 : 80)),
    isSecure,
    // RFC 6066 §3 "Literal IPv4 and IPv6 addresses are not permitted in "HostName""
    serverName: /^\[|^[\d.]+$/.test(hostname) ? "" : hostname,
  };
}

/** A transport to the server. Where there is none in time, rejects with `HandshakeError`. */
export async function dialTransport(options: ConnectOptions, dial: Dial): Promise<ByteTransport> {
  const controller = new AbortController();
  const { signal } = controller;
  let transport: ByteTransport | undefined;
  const take = (opened: ByteTransport) => {
    transport = opened;
    if (signal.aborted) opened.destroy(signal.reason);
    signal.throwIfAborted();
  };
  try {
    const late = () => new HandshakeError("Cannot connect: the handshake took too long");
    await withinDeadline(start(() => dial(take, signal)), options, late);
    return transport!;
  } catch (cause) {
    controller.abort(cause);
    transport?.destroy(cause);
    options.signal?.throwIfAborted();
    // Of what means nothing to the runtime, or of the deadline.
    if (cause instanceof TypeError || cause instanceof HandshakeError) throw cause;
    throw new HandshakeError("Cannot connect: the server cannot be reached", undefined, { cause });
  }
}

function start(dial: () => Promise<unknown>): Promise<unknown> {
  try {
    return dial();
  } catch (cause) {
    return refuseTls(cause);
  }
}

/** Throws the `TypeError` of options that a runtime makes nothing of. */
export function refuseTls(cause: unknown): never {
  throw new TypeError(`Cannot use tls: ${(cause as Error).message}`, { cause });
}

/** Connects over a socket that `dial` opens. */
export async function dialWebSocket(
  url: string | URL,
  options: ConnectOptions,
  dial: Dial,
): Promise<WebSocketConnection> {
  const left = startDeadline(options);
  return await connectWebSocket(url, await dialTransport(left(), dial), left());
}
