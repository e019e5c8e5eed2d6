/**
 * The client's opening handshake over HTTP/2: an extended CONNECT on a session of `node:http2`. RFC 8441.
 *
 * @module
 */

import type { ConnectOptions } from "../../connection/accept_options.ts";
import { checkConnectionOptions } from "../../connection/connection_options.ts";
import { handshakeDefaults, HandshakeExchange } from "../../connection/handshake_exchange.ts";
import { WebSocketConnection } from "../../connection/web_socket_connection.ts";
import { startDeadline, withinDeadline } from "../../connection/within_deadline.ts";
import {
  checkExtendedConnectResponse,
  createExtendedConnect,
  type ExtendedConnectRequest,
  type HeaderList,
} from "../../handshake/extended_connect.ts";
import { HandshakeError } from "../../handshake/handshake_error.ts";
import type { HandshakeResponse } from "../../handshake/handshake_response.ts";
import { createBodyReader } from "../../handshake/response_body_reader.ts";
import { checkFunctions, checkNumbers } from "../../protocol/engine_options.ts";
import { describeHead, pairFields, toNodeHeaders } from "./head_fields.ts";
import { awaitExtendedConnect, watchErrors, widenWindow } from "./http2_session.ts";
import type { NodeHttp2ClientStream, NodeHttp2Session } from "./node_http.ts";
import { NodeTransport } from "./node_transport.ts";

/** The options of `connectHttp2()`: those of `connectWebSocket()`, and one. */
export interface Http2ConnectOptions extends ConnectOptions {
  /**
   * A session of `http2.connect()` with the URL's server, for many connections over one TCP connection.
   * Default: one of its own.
   */
  readonly session?: NodeHttp2Session | undefined;
}

/**
 * Connects over HTTP/2 (RFC 8441): each connection is one stream of a session, with flow control of its own.
 * A session that is given stays as it is; one of its own is closed with the connection.
 *
 * Rejects with `HandshakeError`, whose `response` is the answer, where the server refuses or answers wrongly;
 * without one where it does not offer WebSockets over HTTP/2, or leaves. Rejects with `TypeError` or
 * `RangeError` for a URL or options that mean nothing; with the signal's reason when aborted.
 *
 * @example
 * ```ts
 * import { once } from "node:events";
 * import { connect, createServer } from "node:http2";
 * import { assertEquals } from "@std/assert";
 * import { attachWebSocket, connectHttp2 } from "@weft/websocket/node";
 *
 * const server = createServer();
 * attachWebSocket(server, { onMessage: (message, connection) => connection.send(message) });
 * await once(server.listen(0, "127.0.0.1"), "listening");
 *
 * const { port } = server.address() as { port: number };
 * const session = connect(`http://127.0.0.1:${port}`);
 * const [one, two] = await Promise.all([
 *   connectHttp2(`ws://127.0.0.1:${port}/one`, { session }),
 *   connectHttp2(`ws://127.0.0.1:${port}/two`, { session }),
 * ]);
 * await Promise.all([one.send("1"), two.send("2")]);
 * assertEquals([await one.receive(), await two.receive()], ["1", "2"]);
 * await Promise.all([one.close(), two.close()]);
 * session.close();
 * server.close();
 * ```
 */
export async function connectHttp2(
  url: string | URL,
  options: Http2ConnectOptions = {},
): Promise<WebSocketConnection> {
  checkConnectionOptions(options);
  checkNumbers(options, handshakeDefaults);
  checkFunctions(options, "onHead");
  const sent = createExtendedConnect(url, options);
  options.signal?.throwIfAborted();
  const left = startDeadline(options);
  const session = options.session ?? await openSession(sent.url);
  watchErrors(session);
  try {
    const late = () => new HandshakeError("Cannot connect: the handshake took too long");
    await withinDeadline(awaitExtendedConnect(session), left(), late);
    widenWindow(session);
    const connection = await openConnection(openStream(session, sent), sent, left());
    if (options.session === undefined) void connection.closed.then(() => session.close());
    return connection;
  } catch (error) {
    if (options.session === undefined) session.destroy();
    throw error;
  }
}

async function openSession({ protocol, host }: URL): Promise<NodeHttp2Session> {
  const { connect } = await import("node:http2");
  return connect(`${/^wss|^https/.test(protocol) ? "https" : "http"}://${host}`);
}

function openStream(session: NodeHttp2Session, { fields }: ExtendedConnectRequest): NodeHttp2ClientStream {
  try {
    return session.request(toNodeHeaders(fields), { endStream: false });
  } catch (cause) {
    // Of a field that HTTP/2 has no use for.
    if (cause instanceof TypeError) throw cause;
    throw new HandshakeError("Cannot connect: the session takes no stream", undefined, { cause });
  }
}

async function openConnection(
  stream: NodeHttp2ClientStream,
  sent: ExtendedConnectRequest,
  options: ConnectOptions,
): Promise<WebSocketConnection> {
  const { onHead } = options;
  const transport = new NodeTransport(stream);
  const exchange = new HandshakeExchange("Cannot connect", transport, options);
  try {
    onHead?.("sent", describeHead("CONNECT HTTP/2", sent.fields));
    const fields = await exchange.step<HeaderList>((resolve) => {
      stream.on("response", (headers, _flags, rawHeaders) => resolve(pairFields(rawHeaders ?? headers)));
    });
    const response = toResponse(fields);
    onHead?.("received", describeHead(`HTTP/2 ${response.status}`, response.headers));
    const agreement = checkExtendedConnectResponse(fields, sent);
    const head = exchange.release();
    return new WebSocketConnection(transport, { ...options, ...agreement, role: "client", response, head });
  } catch (error) {
    const failure = error instanceof HandshakeError ? await readRefusal(exchange, error) : error;
    exchange.destroy(failure);
    throw failure;
  }
}

function toResponse(fields: HeaderList): HandshakeResponse {
  const headers = new Headers();
  let status = 0;
  for (const [name, value] of fields) {
    if (name === ":status") status = Number(value);
    else if (!name.startsWith(":")) headers.append(name, value);
  }
  return { status, statusText: "", headers };
}

/** The error with the body of the response. */
async function readRefusal(exchange: HandshakeExchange, error: HandshakeError): Promise<HandshakeError> {
  const { response } = error;
  // RFC 9110 §9.3.6 after a 2xx to CONNECT there is no content, but what is tunnelled
  if (response === undefined || response.status < 300) return error;
  const body: number[] = [];
  // Where the body breaks off, what came of it is what there is.
  await exchange.read(createBodyReader(response, body)).catch(() => {});
  return new HandshakeError(error.message, { ...response, body: Uint8Array.from(body) });
}
