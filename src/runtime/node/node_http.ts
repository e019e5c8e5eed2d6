/**
 * What is used of `node:http` and `node:http2`, as types of our own, so that nobody needs the
 * types of Node. Types alone.
 *
 * @module
 */

import type { NodeDuplex } from "./node_transport.ts";

/** What a `net.Socket` or `tls.TLSSocket` tells of its peer. */
export interface NodeSocket {
  /** The peer's address. */
  readonly remoteAddress?: string | undefined;
  /** The peer's port. */
  readonly remotePort?: number | undefined;
  /** TLS only: whether the peer's certificate was asked for, and is good. */
  readonly authorized?: boolean | undefined;
  /** TLS only: the peer's certificate, empty without one. */
  getPeerCertificate?(): object;
}

/** What is used of an `http.IncomingMessage`. */
export interface NodeRequest {
  /** The method. */
  readonly method?: string | undefined;
  /** The request target. */
  readonly url?: string | undefined;
  /** `1.1`. */
  readonly httpVersion: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  /** The socket that it came by. */
  readonly socket: NodeSocket;
}

/** Header fields of HTTP/2, by name; pseudo-header fields among them. */
export type NodeHeaders = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** What is used of any `http2.Http2Stream`. */
export interface NodeHttp2Stream extends NodeDuplex {
  /** Whether the stream has ended. */
  readonly closed: boolean;
  /** The error code of its end. */
  readonly rstCode?: number | undefined;
  /** Sends RST_STREAM. */
  close(code?: number): unknown;
}

/** What is used of an `http2.ServerHttp2Stream`. */
export interface NodeHttp2ServerStream extends NodeHttp2Stream {
  /** The session that it belongs to, while there is one. */
  readonly session?:
    | { readonly socket: NodeSocket; setLocalWindowSize?(bytes: number): void }
    | undefined;
  /** A stream has none: this tells it from a request of HTTP/1.1. */
  readonly socket?: undefined;
  /** Whether it was answered. */
  readonly headersSent: boolean;
  /** Answers it. */
  respond(headers: Record<string, string | number | string[]>, options?: { endStream?: boolean }): void;
}

/** What Node gave with a request: an `http.IncomingMessage`, or over HTTP/2 an `http2.ServerHttp2Stream`. */
export type NodeIncoming = NodeRequest | NodeHttp2ServerStream;

/** What is used of an `http2.ClientHttp2Stream`. */
export interface NodeHttp2ClientStream extends NodeHttp2Stream {
  /** Listens to bytes. */
  on(event: "data", listener: (chunk: Uint8Array) => void): unknown;
  /** Listens to the peer's end, and its own. */
  on(event: "end" | "close", listener: () => void): unknown;
  /** Listens to its failure. */
  on(event: "error", listener: (error: Error) => void): unknown;
  /** Listens to the final response. */
  on(
    event: "response",
    listener: (headers: NodeHeaders, flags: number, rawHeaders?: readonly string[]) => void,
  ): unknown;
}

/** What is used of an `http2.ClientHttp2Session`. */
export interface NodeHttp2Session {
  /** Whether it has yet to connect. */
  readonly connecting: boolean;
  /** Whether it ends. */
  readonly closed: boolean;
  /** Whether it is gone. */
  readonly destroyed: boolean;
  /** What the server's SETTINGS say, once they are there. */
  readonly remoteSettings?: { readonly enableConnectProtocol?: boolean | undefined } | undefined;
  /** Listens to its failure. */
  on(event: "error", listener: (error: Error) => void): unknown;
  /** Listens to its beginning, its end, and what the server says of itself. */
  on(event: "connect" | "close" | "remoteSettings", listener: () => void): unknown;
  /** Listens no more to its failure. */
  removeListener(event: "error", listener: (error: Error) => void): unknown;
  /** Listens no more to its beginning, its end, and what the server says of itself. */
  removeListener(event: "connect" | "close" | "remoteSettings", listener: () => void): unknown;
  /** Sets how many bytes may be on their way on all streams together; not in every runtime. */
  setLocalWindowSize?(bytes: number): void;
  /** Sends a PING. */
  ping(answered: (error: Error | null) => void): boolean;
  /** Opens a stream. */
  request(
    headers: Record<string, string | string[]>,
    options?: { endStream?: boolean },
  ): NodeHttp2ClientStream;
  /** Ends it behind its streams. */
  close(): void;
  /** Ends it at once. */
  destroy(): void;
}

/** Listens to requests for an upgrade from HTTP/1.1. */
export type UpgradeListener = (request: NodeRequest, socket: NodeDuplex, head: Uint8Array) => void;

/** Listens to streams of HTTP/2; the last are names and values in turn, as they came. */
export type StreamListener = (
  stream: NodeHttp2ServerStream,
  headers: NodeHeaders,
  flags: number,
  rawHeaders?: readonly string[],
) => void;

/** What answers a CONNECT: the socket over HTTP/1.1, a response over HTTP/2. */
export interface NodeConnectAnswer {
  /** Sockets only. */
  destroy?(): unknown;
  /** Responses only. */
  writeHead?(status: number): unknown;
  /** Both. */
  end(): unknown;
}

/** Listens to CONNECT, over HTTP/2 extended CONNECT too where the server has listeners to 'request'. */
export type ConnectListener = (request: NodeRequest, answer: NodeConnectAnswer) => void;

/** What is used of a server of `node:http`, `node:https` or `node:http2`. */
export interface NodeServer {
  /** How many listen to an event. */
  listenerCount(event: string): number;
  /** Listens to requests for an upgrade from HTTP/1.1. */
  on(event: "upgrade", listener: UpgradeListener): unknown;
  /** Listens to streams of HTTP/2. */
  on(event: "stream", listener: StreamListener): unknown;
  /** Listens to requests of CONNECT. */
  on(event: "connect", listener: ConnectListener): unknown;
  /** Listens no more to requests for an upgrade from HTTP/1.1. */
  removeListener(event: "upgrade", listener: UpgradeListener): unknown;
  /** Listens no more to streams of HTTP/2. */
  removeListener(event: "stream", listener: StreamListener): unknown;
  /** Listens no more to requests of CONNECT. */
  removeListener(event: "connect", listener: ConnectListener): unknown;
  /** Hands a socket to the server. */
  emit(event: string, ...values: unknown[]): boolean;
  /**
   * HTTP/1.1, from Node 24.9 on: whether a request with `Upgrade` is told as 'upgrade',
   * or as one like any other.
   */
  shouldUpgradeCallback?(request: NodeRequest): boolean;
  /** HTTP/2 only: SETTINGS for the sessions to come. */
  updateSettings?(settings: { enableConnectProtocol?: boolean }): void;
}
