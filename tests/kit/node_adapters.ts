/**
 * Servers of `node:` modules that WebSockets are attached to, and how our client reaches them: what the tests of
 * `attachWebSocket()` run on, in Node, Deno and Bun alike.
 *
 * @module
 */

import { once } from "node:events";
import * as http from "node:http";
import * as http2 from "node:http2";
import * as https from "node:https";
import { type AddressInfo, connect, type Server } from "node:net";
import { connect as connectTls } from "node:tls";
import { type ConnectOptions, connectWebSocket, type WebSocketConnection } from "../../mod.ts";
import {
  type AttachOptions,
  attachWebSocket,
  connectHttp2,
  nodeTransport,
  type WebSocketAttachment,
} from "../../src/runtime/node.ts";
import { certificate, privateKey } from "./certificate.ts";

const key = { cert: certificate, key: privateKey };

/** What answers ordinary requests. */
type Answer = (request: { url?: string | undefined }, response: { end(body: string): unknown }) => void;

/** A kind of server, and a way to it. */
export interface NodeAdapter {
  /** Whether WebSockets come as streams of HTTP/2. */
  readonly isHttp2: boolean;
  /** Makes a server that answers ordinary requests. */
  createServer(answer: Answer): Server;
  /** Connects to `path` on 127.0.0.1. */
  connect(port: number, path: string, options?: ConnectOptions): Promise<WebSocketConnection>;
  /** The answer to an ordinary GET. */
  get(port: number, path: string): Promise<{ status: number; body: string }>;
}

/** A client's session of HTTP/2, over TLS or not. */
export function openSession(port: number, isSecure = false): http2.ClientHttp2Session {
  return isSecure
    ? http2.connect(`https://127.0.0.1:${port}`, { ca: certificate })
    : http2.connect(`http://127.0.0.1:${port}`);
}

async function getHttp2(port: number, path: string, isSecure: boolean) {
  const session = openSession(port, isSecure);
  const stream = session.request({ ":path": path });
  const [headers] = await once(stream, "response") as [http2.IncomingHttpHeaders];
  let body = "";
  for await (const chunk of stream) body += chunk;
  session.close();
  return { status: Number(headers[":status"]), body };
}

async function getHttp1(port: number, path: string, isSecure: boolean) {
  const options = { port, path, host: "127.0.0.1", agent: false };
  const request = isSecure ? https.get({ ...options, ca: certificate }) : http.get(options);
  const [response] = await once(request, "response") as [http.IncomingMessage];
  let body = "";
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode ?? 0, body };
}

/** Over a session of its own, which ends with the connection. */
async function connectSecureHttp2(
  port: number,
  path: string,
  options?: ConnectOptions,
): Promise<WebSocketConnection> {
  const session = openSession(port, true);
  try {
    const connection = await connectHttp2(`wss://127.0.0.1:${port}${path}`, { ...options, session });
    void connection.closed.then(() => session.close());
    return connection;
  } catch (error) {
    session.close();
    throw error;
  }
}

function connectPlain(port: number, path: string, options?: ConnectOptions): Promise<WebSocketConnection> {
  const transport = nodeTransport(connect(port, "127.0.0.1"));
  return connectWebSocket(`ws://127.0.0.1:${port}${path}`, transport, options);
}

function connectSecure(port: number, path: string, options?: ConnectOptions): Promise<WebSocketConnection> {
  const socket = connectTls({ port, host: "127.0.0.1", ca: certificate, ALPNProtocols: ["http/1.1"] });
  return connectWebSocket(`wss://127.0.0.1:${port}${path}`, nodeTransport(socket), options);
}

/** All kinds. */
export const nodeAdapters: Readonly<Record<string, NodeAdapter>> = {
  "node:http": {
    isHttp2: false,
    createServer: (answer) => http.createServer(answer),
    connect: connectPlain,
    get: (port, path) => getHttp1(port, path, false),
  },
  "node:https": {
    isHttp2: false,
    createServer: (answer) => https.createServer(key, answer),
    connect: connectSecure,
    get: (port, path) => getHttp1(port, path, true),
  },
  "node:http2": {
    isHttp2: true,
    createServer: (answer) => http2.createServer(answer),
    connect: (port, path, options) => connectHttp2(`ws://127.0.0.1:${port}${path}`, options),
    get: (port, path) => getHttp2(port, path, false),
  },
  "node:http2 over TLS": {
    isHttp2: true,
    createServer: (answer) => http2.createSecureServer(key, answer),
    connect: connectSecureHttp2,
    get: (port, path) => getHttp2(port, path, true),
  },
  "HTTP/1.1 on a server of node:http2": {
    isHttp2: false,
    createServer: (answer) => http2.createSecureServer({ ...key, allowHTTP1: true }, answer),
    connect: connectSecure,
    get: (port, path) => getHttp2(port, path, true),
  },
};

/** A server that listens, with WebSockets attached. */
export interface AttachedServer extends AsyncDisposable {
  readonly server: Server;
  readonly port: number;
  readonly attachment: WebSocketAttachment;
  /** What `onError` was told. */
  readonly errors: unknown[];
  connect(path: string, options?: ConnectOptions): Promise<WebSocketConnection>;
  get(path: string): Promise<{ status: number; body: string }>;
}

/** Starts one: it echoes unless `options` say otherwise, and answers ordinary requests with "a page at PATH". */
export async function startAttached(
  adapter: NodeAdapter,
  options: Partial<AttachOptions> = {},
): Promise<AttachedServer> {
  const server = adapter.createServer(({ url }, response) => response.end(`a page at ${url}`));
  const errors: unknown[] = [];
  const attachment = attachWebSocket(server, {
    ...(options.onConnection === undefined && {
      onMessage: (message, connection) => connection.send(message),
    }),
    onError: (error) => errors.push(error),
    ...options,
  });
  const port = await listen(server);
  return {
    server,
    port,
    attachment,
    errors,
    connect: (path, connectOptions) => adapter.connect(port, path, connectOptions),
    get: (path) => adapter.get(port, path),
    async [Symbol.asyncDispose]() {
      await attachment.close();
      server.close();
    },
  };
}

/** Listens on a free port of loopback. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
