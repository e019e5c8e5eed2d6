/**
 * HTTP/1.1 by hand on the port of a WebSocket server: a request at a time, answered or upgraded as
 * the application sees fit.
 *
 * @module
 */

import type { HandshakeRequest } from "../handshake/handshake_request.ts";
import { type HandshakeResponse, toHandshakeResponse } from "../handshake/handshake_response.ts";
import type { HeadLimits } from "../handshake/limits.ts";
import { createRequestReader } from "../handshake/request_reader.ts";
import { formatResponse } from "../handshake/write_head.ts";
import type { ByteStreamPair, ByteTransport } from "./byte_transport.ts";
import type { Clock } from "./clock.ts";
import { HandshakeExchange } from "./handshake_exchange.ts";
import { releaseTransport } from "./stream_transport.ts";

/** The options of `readRequest()` and `respond()`. */
export interface RequestOptions extends Partial<HeadLimits> {
  /** The most milliseconds that it may take. Default 10 000. */
  readonly handshakeTimeout?: number | undefined;
  /** Bytes that were read before. */
  readonly head?: Uint8Array | undefined;
  /** Whether the bytes come over TLS. Default false: not known. */
  readonly secure?: boolean | undefined;
  /** Gives up, and destroys the transport. */
  readonly signal?: AbortSignal | undefined;
  /** The source of time, for tests. */
  readonly clock?: Clock | undefined;
}

/** What decides how a response is sent. */
export interface AnswerOptions {
  /** Whether another request may follow. Default false: the connection is ended. */
  readonly keepAlive?: boolean | undefined;
  /** The method of the request. Default GET. */
  readonly method?: string | undefined;
}

/** A request, and the bytes that were read behind its head. */
export interface ReadRequest {
  /** The request; its body, if it has one, was not read. */
  readonly request: HandshakeRequest;
  /** Bytes that followed the head: of its body, of another request, or of a WebSocket. */
  readonly head: Uint8Array<ArrayBuffer>;
}

/**
 * Reads the head of an HTTP/1.1 request from a transport, and nothing more; the result goes into
 * `acceptWebSocket()`, or the request is answered by `respond()`. Streams are unlocked again. Rejects with
 * `HandshakeError`: with a `response` to be sent by `respond()` where the request is malformed, without one
 * where the peer has left or taken too long.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readRequest, respond } from "@weft/websocket";
 * import { createTransportPair } from "@weft/websocket/testing";
 *
 * const [near, far] = createTransportPair();
 * const writer = near.writable.getWriter();
 * writer.write(new TextEncoder().encode("GET /health HTTP/1.1\r\nHost: example.com\r\n\r\n"));
 * const { request } = await readRequest(far);
 * assertEquals(request.url.pathname, "/health");
 * await respond(far, new Response("fine"));
 * ```
 */
export async function readRequest(
  transport: ByteStreamPair | ByteTransport,
  options: RequestOptions = {},
): Promise<ReadRequest> {
  return await exchange("Cannot read a request", transport, options, async (exchange) => ({
    request: await exchange.read(createRequestReader(exchange.limits, options.secure)),
    head: exchange.rest,
  }));
}

/**
 * Answers a request: writes the whole response. With `keepAlive`, streams are unlocked again, for the
 * next request. Without, the writing side is ended, and the transport is gone with the peer, or at the
 * end of `handshakeTimeout`. Rejects with `HandshakeError` where the transport fails, `TypeError` for a
 * response that is not final.
 */
export async function respond(
  transport: ByteStreamPair | ByteTransport,
  response: Response | HandshakeResponse,
  options: RequestOptions & AnswerOptions = {},
): Promise<void> {
  const record = response instanceof Response ? await toHandshakeResponse(response) : response;
  const { keepAlive = false, method } = options;
  const head = formatResponse(record, keepAlive);
  await exchange("Cannot respond", transport, options, async (exchange) => {
    // RFC 9110 §9.3.2 HEAD: "the server MUST NOT send content in the response"
    await exchange.write(head, method === "HEAD" ? undefined : record.body);
    if (!keepAlive) exchange.end();
  });
}

/** Borrows a transport for one exchange. */
async function exchange<Result>(
  operation: string,
  transport: ByteStreamPair | ByteTransport,
  options: RequestOptions,
  run: (exchange: HandshakeExchange) => Promise<Result>,
): Promise<Result> {
  const exchange = new HandshakeExchange(operation, transport, options);
  try {
    return await run(exchange);
  } finally {
    if (!exchange.ending) {
      exchange.release();
      releaseTransport(exchange.transport);
    }
  }
}
