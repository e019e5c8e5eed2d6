/**
 * Connections that a worker opens: by our engine over `cloudflare:sockets`, or by the runtime where those do
 * not reach. Knows of workerd what it takes and says; type-checks and loads anywhere.
 *
 * @module
 */

import type { ConnectOptions } from "../connection/accept_options.ts";
import type { ByteTransport } from "../connection/byte_transport.ts";
import { connectWebSocket } from "../connection/connect_web_socket.ts";
import type { MessageHandler } from "../connection/connection_options.ts";
import type { WebSocketConnection } from "../connection/web_socket_connection.ts";
import { startDeadline, withinDeadline } from "../connection/within_deadline.ts";
import { checkAgreement, createOffer } from "../handshake/handshake_offer.ts";
import { HandshakeError } from "../handshake/handshake_error.ts";
import type { HandshakeResponse } from "../handshake/handshake_response.ts";
import { maxBody } from "../handshake/response_body_reader.ts";
import { MessageBuffer } from "../protocol/message_buffer.ts";
import { type CloudflareSocket, cloudflareTransport } from "./cloudflare_socket.ts";
import { cloudflareCapabilities, cloudflareTraits, type CloudflareWebSocket } from "./cloudflare_upgrade.ts";
import { checkConnectOptions, type Destination, dialTransport } from "./dial_web_socket.ts";
import { NativeConnection } from "./native_connection.ts";
import { checkNativeOptions, type NativeOptions } from "./native_options.ts";
import { StandardSocket } from "./standard_socket.ts";

/** The options of `openWebSocket()`. */
export interface OpenOptions extends Omit<ConnectOptions, "onMessage"> {
  /**
   * What carries the connection. Default: `sockets`, with the engine and all that it can do; `fetch` where no
   * socket can be opened, as none can to Cloudflare's own addresses.
   */
  readonly over?: "sockets" | "fetch" | undefined;
  /**
   * Receives the messages, instead of iterating or `readable`. What it throws closes the connection with
   * 1011.
   */
  readonly onMessage?: MessageHandler<WebSocketConnection | NativeConnection> | undefined;
}

/** The module's name in a variable: whoever bundles leaves it to the runtime then. */
const socketsModule = "cloudflare:sockets";

interface Sockets {
  connect(
    address: { readonly hostname: string; readonly port: number },
    options: { readonly secureTransport: "on" | "off"; readonly allowHalfOpen: true },
  ): CloudflareSocket;
}

/**
 * Connects to a `ws:` or `wss:` URL from a worker. Rejects with `HandshakeError` where the server refuses,
 * answers wrongly or cannot be reached; with `TypeError` or `RangeError` for an URL or options that mean
 * nothing, also those that mean nothing to `fetch` when it comes to that; with the signal's reason when
 * aborted.
 *
 * @example In a worker
 * ```ts ignore
 * import { openWebSocket } from "@weft/websocket/cloudflare";
 *
 * const headers = { authorization: "Bearer secret" };
 * const connection = await openWebSocket("wss://example.com/", { headers });
 * await connection.send("Hello");
 * ```
 */
export async function openWebSocket(
  url: string | URL,
  options: OpenOptions = {},
): Promise<WebSocketConnection | NativeConnection> {
  const { over, ...rest } = options;
  if (![undefined, "sockets", "fetch"].includes(over)) {
    throw new TypeError('Cannot use over: neither "sockets" nor "fetch"');
  }
  const connectOptions: ConnectOptions = rest;
  const destination = checkConnectOptions(url, connectOptions);
  const left = startDeadline(connectOptions);
  const fetched = () => fetchWebSocket(url, { ...left(), onMessage: rest.onMessage });
  if (over === "fetch") return await fetched();
  let transport: ByteTransport;
  try {
    transport = await dialTransport(left(), (take) => dial(destination, take));
  } catch (error) {
    if (over === "sockets" || options.signal?.aborted) throw error;
    return await fetched();
  }
  return await connectWebSocket(url, transport, left());
}

/** Opens a socket to the URL's host. */
async function dial(
  { hostname, port, isSecure }: Destination,
  take: (transport: ByteTransport) => void,
): Promise<void> {
  const { connect }: Sockets = await import(socketsModule);
  const secureTransport = isSecure ? "on" : "off";
  const socket = connect({ hostname, port }, { secureTransport, allowHalfOpen: true });
  take(cloudflareTransport(socket));
  await socket.opened;
}

/** A connection by the runtime's own handshake. */
async function fetchWebSocket(url: string | URL, options: OpenOptions): Promise<NativeConnection> {
  const native: NativeOptions = options;
  checkNativeOptions(native, cloudflareCapabilities);
  const offer = createOffer(url, options);
  const headers = new Headers(offer.fields as [string, string][]);
  headers.set("Upgrade", "websocket");
  const controller = new AbortController();
  const init: RequestInit = { headers, redirect: "manual", signal: controller.signal };
  const answering = fetch(offer.url.href.replace(/^ws/, "http"), init).then(readAnswer);
  const late = () => new HandshakeError("Cannot connect: the handshake took too long");
  const { answer, socket } = await withinDeadline(answering, options, late).catch((cause) => {
    controller.abort(cause);
    options.signal?.throwIfAborted();
    if (cause instanceof HandshakeError) throw cause;
    throw new HandshakeError("Cannot connect: the server cannot be reached", undefined, { cause });
  });
  if (socket === undefined) {
    throw new HandshakeError(`Cannot connect: the server answered ${answer.status}`, answer);
  }
  socket.accept();
  try {
    const { protocol } = checkAgreement(answer, offer);
    return new NativeConnection(new StandardSocket(socket, cloudflareTraits), {
      ...native,
      role: "client",
      protocol,
      extensions: socket.extensions ?? "",
      response: answer,
    });
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** The response, and the socket of one that accepts or the body of one that refuses. */
async function readAnswer(
  response: Response & { readonly webSocket?: CloudflareWebSocket | null },
): Promise<{ readonly answer: HandshakeResponse; readonly socket: CloudflareWebSocket | undefined }> {
  const { status, statusText, webSocket } = response;
  const headers = new Headers(response.headers);
  // The runtime has agreed on them by itself.
  headers.delete("Sec-WebSocket-Extensions");
  if (webSocket) return { answer: { status, statusText, headers }, socket: webSocket };
  return { answer: { status, statusText, headers, body: await readBody(response) }, socket: undefined };
}

/** The first bytes of what a server says to its refusal. */
async function readBody({ body }: Response): Promise<Uint8Array<ArrayBuffer>> {
  const buffer = new MessageBuffer();
  if (body === null) return buffer.take();
  // Leaving the loop cancels the rest.
  for await (const chunk of body) {
    buffer.append(chunk.subarray(0, maxBody - buffer.size));
    if (buffer.size === maxBody) break;
  }
  return buffer.take();
}
