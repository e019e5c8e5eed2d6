/**
 * The options of connections whose frames the runtime owns: those of every connection, as far as they can mean something there.
 *
 * @module
 */

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

/** The options of a connection over a runtime's own socket. Which of them work depends on its `capabilities`; another is a `TypeError`. */
export interface NativeOptions
  extends Omit<CommonOptions, "fragmentSize" | "maxFragments" | "onFrame" | "onMessage"> {
  /** Receives the messages, instead of iterating or `readable`. What it throws closes the connection with 1011. */
  readonly onMessage?: MessageHandler<NativeConnection> | undefined;
  /**
   * What unread messages may take where the runtime cannot pause their sender: their bytes, and 1 KiB each. Over it: close code 1008.
   * Default 16 MiB.
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

/** What an option needs to mean something; `undefined` is more than any runtime has. */
const needs: Readonly<Record<string, keyof ConnectionCapabilities | undefined>> = {
  receiveHighWaterMark: "backpressure",
  sendHighWaterMark: "sendBackpressure",
  maxSendQueue: "sendBackpressure",
  pingInterval: "ping",
  pingTimeout: "ping",
  fragmentSize: undefined,
  maxFragments: undefined,
  onFrame: undefined,
};

/** Checks all that a connection will use. Throws `TypeError` or `RangeError`, also for what works elsewhere only. */
export function checkNativeOptions(
  options: NativeOptions,
  capabilities: ConnectionCapabilities,
): NativeLimits {
  for (const [name, capability] of Object.entries(needs)) {
    if ((options as Record<string, unknown>)[name] === undefined) continue;
    if (capability === undefined || !capabilities[capability]) refuseOption(name);
  }
  if (capabilities.backpressure && options.maxReceiveQueue !== undefined) refuseOption("maxReceiveQueue");
  return {
    ...checkConnectionOptions({ ...options, onMessage: options.onMessage as CommonOptions["onMessage"] }),
    ...checkNumbers(options, defaults),
  };
}

const defaults = { maxMessageSize: engineDefaults.maxMessageSize, maxReceiveQueue: 16 * 1024 * 1024 };

/** Throws the `TypeError` of an option that means nothing where the runtime owns the frames. */
export function refuseOption(name: string): never {
  throw new TypeError(`Cannot use ${name}: this runtime's sockets have no such thing`);
}
