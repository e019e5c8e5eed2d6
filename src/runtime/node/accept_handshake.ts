/**
 * The server's opening handshake where Node has read the request: the same over HTTP/1.1 and HTTP/2, so it
 * knows neither. RFC 6455 §4.2.2.
 *
 * @module
 */

import type { AcceptOptions } from "../../connection/accept_options.ts";
import { checkConnectionOptions } from "../../connection/connection_options.ts";
import { handshakeDefaults, HandshakeExchange } from "../../connection/handshake_exchange.ts";
import { WebSocketConnection } from "../../connection/web_socket_connection.ts";
import type { Agreement } from "../../handshake/decide_upgrade.ts";
import { HandshakeError } from "../../handshake/handshake_error.ts";
import type { HandshakeRequest } from "../../handshake/handshake_request.ts";
import type { HandshakeResponse } from "../../handshake/handshake_response.ts";
import type { HeadLimits } from "../../handshake/limits.ts";
import { checkUpgradeOptions } from "../../handshake/upgrade_options.ts";
import { checkFunctions, checkNumbers } from "../../protocol/engine_options.ts";
import { describeHead } from "./head_fields.ts";
import type { NodeTransport } from "./node_transport.ts";

/** The options of accepting what Node has read. */
export type NodeAcceptOptions = Omit<
  AcceptOptions,
  "request" | "head" | "secure" | "onRequest" | "keepAlive"
>;

/** A request that Node has read, and how it is answered. */
export interface ReceivedHandshake<Answer extends Agreement = Agreement> {
  /** What carries it. */
  readonly transport: NodeTransport;
  /** The request. Throws `HandshakeError` with the response that refuses it. */
  read(limits: HeadLimits): HandshakeRequest;
  /** The decision. Rejects with `HandshakeError` with the response that refuses it. */
  decide(request: HandshakeRequest): Promise<Answer>;
  /** Sends the answer that accepts. */
  accept(exchange: HandshakeExchange, answer: Answer): Promise<void> | void;
  /** Sends a response that refuses, and gives the transport up. */
  refuse(exchange: HandshakeExchange, response: HandshakeResponse, request?: HandshakeRequest): Promise<void>;
}

/**
 * Throws `TypeError` or `RangeError` for options that mean nothing, and the reason of
 * a signal that is aborted.
 */
export function checkAcceptOptions(options: NodeAcceptOptions): void {
  checkConnectionOptions(options);
  checkUpgradeOptions(options);
  checkFunctions(options, "onHead");
  checkNumbers(options, handshakeDefaults);
  options.signal?.throwIfAborted();
}

/** Answers it. Rejects as `acceptWebSocket()` does; the transport is gone then, or its end is near. */
export async function acceptHandshake<Answer extends Agreement>(
  received: ReceivedHandshake<Answer>,
  options: NodeAcceptOptions,
): Promise<WebSocketConnection> {
  const { transport } = received;
  try {
    checkAcceptOptions(options);
  } catch (error) {
    transport.destroy(error);
    throw error;
  }
  const exchange = new HandshakeExchange("Cannot accept", transport, options);
  let request: HandshakeRequest | undefined;
  try {
    const asked = request = received.read(exchange.limits);
    options.onHead?.(
      "received",
      describeHead(`${asked.method} ${asked.target} ${asked.version}`, asked.headers),
    );
    const answer = await exchange.decide(() => received.decide(asked));
    await received.accept(exchange, answer);
    return new WebSocketConnection(transport, {
      ...options,
      ...answer,
      role: "server",
      request,
      head: exchange.release(),
    });
  } catch (error) {
    try {
      if (!(error instanceof HandshakeError) || error.response === undefined) throw error;
      await received.refuse(exchange, error.response, request);
    } catch (failure) {
      exchange.destroy(failure);
    }
    throw error;
  }
}
