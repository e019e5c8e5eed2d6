/**
 * The options of connections whose frames the runtime owns: those of every connection, as far as they
 * can mean something there.
 *
 * @module
 */

import type { AcceptOptions, ConnectOptions } from "../connection/accept_options.ts";
import {
  checkConnectionOptions,
  type CommonOptions,
  type MessageHandler,
} from "../connection/connection_options.ts";
import type { ConnectionLimits } from "../connection/connection_options.ts";
import type { ConnectionCapabilities } from "../connection/message_connection.ts";
import type { HandshakeRequest } from "../handshake/handshake_request.ts";
import type { HandshakeResponse } from "../handshake/handshake_response.ts";
import { checkNumbers, engineDefaults } from "../protocol/engine_options.ts";
import type { Role } from "../protocol/role.ts";
import type { NativeConnection } from "./native_connection.ts";

/**
 * The options of a connection over a runtime's own socket. Which of them work depends on its `capabilities`,
 * and another is a `TypeError`; but `openWebSocket()` of a browser takes those of both its kinds of sockets.
 */
export interface NativeOptions
  extends Omit<CommonOptions, "fragmentSize" | "maxFragments" | "onFrame" | "onMessage"> {
  /**
   * Receives the messages, instead of iterating or `readable`. What it throws closes
   * the connection with 1011.
   */
  readonly onMessage?: MessageHandler<NativeConnection> | undefined;
  /**
   * What unread messages may take where the runtime cannot pause their sender: their bytes, and 1 KiB each.
   * Over it: close code 1008. Default 16 MiB.
   */
  readonly maxReceiveQueue?: number | undefined;
}

/** The options of `new NativeConnection()`: what the opening handshake came to, and the rest. */
export interface NativeConnectionOptions extends NativeOptions {
  /** Which side this is. */
  readonly role: Role;
  /** The agreed subprotocol; empty where there is none. */
  readonly protocol?: string | undefined;
  /** The agreed extensions, as far as the runtime tells. */
  readonly extensions?: string | undefined;
  /** The request that opened the connection, on a server. */
  readonly request?: HandshakeRequest | undefined;
  /** The response that opened the connection, on a client. */
  readonly response?: HandshakeResponse | undefined;
}

/** The numbers of a connection, checked. */
export interface NativeLimits extends ConnectionLimits {
  readonly maxMessageSize: number;
  readonly maxReceiveQueue: number;
}

/** The options that accepting and connecting have only where Weft reads and writes the bytes. */
type ByteOption = Exclude<
  keyof AcceptOptions | keyof ConnectOptions,
  keyof NativeOptions | "protocols" | "headers" | "authorize" | "origins" | "handshakeTimeout"
>;

/**
 * The options that mean nothing without a capability, and those that no runtime's sockets give a meaning to.
 */
const needs: Readonly<
  Partial<Record<keyof NativeOptions, keyof ConnectionCapabilities>> & Record<ByteOption, undefined>
> = {
  receiveHighWaterMark: "backpressure",
  sendHighWaterMark: "sendBackpressure",
  maxSendQueue: "sendBackpressure",
  pingInterval: "ping",
  pingTimeout: "ping",
  fragmentSize: undefined,
  maxFragments: undefined,
  onFrame: undefined,
  onHead: undefined,
  onRequest: undefined,
  extensions: undefined,
  keepAlive: undefined,
  secure: undefined,
  request: undefined,
  head: undefined,
  maxHeaderLine: undefined,
  maxHeaders: undefined,
  maxHeadSize: undefined,
};

/**
 * Checks all that a connection will use. Throws `TypeError` or `RangeError`, also for
 * what works elsewhere only.
 */
export function checkNativeOptions(
  options: NativeOptions,
  capabilities: ConnectionCapabilities,
): NativeLimits {
  const given: { readonly [name: string]: unknown } = { ...options };
  for (const [name, capability] of Object.entries(needs)) {
    if (given[name] === undefined || capability !== undefined && capabilities[capability]) continue;
    throw new TypeError(`Cannot use ${name}: this runtime's sockets have no such thing`);
  }
  if (capabilities.backpressure && options.maxReceiveQueue !== undefined) {
    throw new TypeError("Cannot use maxReceiveQueue: unread messages stop their sender here");
  }
  return {
    ...checkConnectionOptions({ ...options, onMessage: options.onMessage as CommonOptions["onMessage"] }),
    ...checkNumbers(options, defaults),
  };
}

const defaults = { maxMessageSize: engineDefaults.maxMessageSize, maxReceiveQueue: 16 * 1024 * 1024 };
