/**
 * The options that a connection has however it came about, their defaults, and how they are checked.
 *
 * @module
 */

import type { HandshakeRequest } from "../handshake/handshake_request.ts";
import type { HandshakeResponse } from "../handshake/handshake_response.ts";
import {
  checkFunctions,
  checkNumbers,
  engineDefaults,
  type MessageLimits,
} from "../protocol/engine_options.ts";
import type { AgreedExtension } from "../protocol/extension.ts";
import type { Role } from "../protocol/role.ts";
import { toBytes } from "./bytes.ts";
import { chooseClock, type Clock } from "./clock.ts";
import type { WebSocketConnection } from "./web_socket_connection.ts";

/** A message: a string is text, bytes are binary (RFC 6455 §5.6). */
export type Message = string | Uint8Array<ArrayBuffer>;

/** Called for each message, in order. While a promise that it returned is pending, nothing more is read. */
export type MessageHandler<Connection = WebSocketConnection> = (
  message: Message,
  connection: Connection,
) => unknown;

/** The options of a connection, accepted or connected. */
export interface CommonOptions extends MessageLimits {
  /**
   * Receives the messages, instead of iterating or `readable`. What it throws closes
   * the connection with 1011.
   */
  readonly onMessage?: MessageHandler | undefined;
  /** Unread bytes from which on the transport is not read; also 16 unread messages. Default 64 KiB. */
  readonly receiveHighWaterMark?: number | undefined;
  /** Queued bytes from which on `send()` stays pending. Default 64 KiB. */
  readonly sendHighWaterMark?: number | undefined;
  /**
   * The most bytes that may be queued, a message included, unless it is the only one. `send()` of more
   * rejects, and does not send it: who does not `await` has to look at that. Default 16 MiB.
   */
  readonly maxSendQueue?: number | undefined;
  /**
   * The most milliseconds of a closing handshake (RFC 6455 §7.1.1), from the first Close on. Default 10 000.
   */
  readonly closeTimeout?: number | undefined;
  /** Milliseconds between keepalive pings; 0: none. Default 20 000. */
  readonly pingInterval?: number | undefined;
  /**
   * Milliseconds of silence after a keepalive ping that end the connection, 100 ms later lest what has
   * arrived be overlooked, and not while unread messages stop the reading; 0: they never do.
   * Default 20 000.
   */
  readonly pingTimeout?: number | undefined;
  /** Aborts the connection. */
  readonly signal?: AbortSignal | undefined;
  /** The source of time, for tests. */
  readonly clock?: Clock | undefined;
}

/** The options of `new WebSocketConnection()`: what the opening handshake came to, and the rest. */
export interface ConnectionOptions extends CommonOptions {
  /** Which side this is. */
  readonly role: Role;
  /** The agreed subprotocol; empty where there is none. */
  readonly protocol?: string | undefined;
  /** The agreed extension, which takes care of messages with RSV1. */
  readonly extension?: AgreedExtension | undefined;
  /** The value of `Sec-WebSocket-Extensions` in the server's answer. */
  readonly extensions?: string | undefined;
  /** The request that opened the connection, on a server. */
  readonly request?: HandshakeRequest | undefined;
  /** The response that opened the connection, on a client. */
  readonly response?: HandshakeResponse | undefined;
  /** Bytes that came behind the handshake and belong to the connection. */
  readonly head?: Uint8Array | undefined;
}

/** What a connection goes by, checked. */
export interface ConnectionLimits {
  readonly receiveHighWaterMark: number;
  readonly sendHighWaterMark: number;
  readonly maxSendQueue: number;
  readonly closeTimeout: number;
  readonly pingInterval: number;
  readonly pingTimeout: number;
  readonly clock: Clock;
}

const empty = new Uint8Array(0);
const defaults = {
  ...engineDefaults,
  receiveHighWaterMark: 64 * 1024,
  sendHighWaterMark: 64 * 1024,
  maxSendQueue: 16 * 1024 * 1024,
  closeTimeout: 10_000,
  pingInterval: 20_000,
  pingTimeout: 20_000,
};

/** Checks all that a connection will use. Throws `TypeError` or `RangeError`. */
export function checkConnectionOptions(
  options: CommonOptions & Pick<ConnectionOptions, "head">,
): ConnectionLimits {
  const { head = empty, signal } = options;
  checkFunctions(options, "onMessage", "onFrame");
  if (toBytes(head) === undefined) throw new TypeError("Cannot use head: no bytes");
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError("Cannot use signal: not an AbortSignal");
  }
  return { ...checkNumbers(options, defaults), clock: chooseClock(options) };
}
