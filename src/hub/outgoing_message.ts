/**
 * One message on its way to many members: what is done once for all of them, and what is done for each. The
 * one place that hands messages to connections.
 *
 * @module
 */

import { toBytes } from "../connection/bytes.ts";
import { PreparedMessage } from "../protocol/prepared_message.ts";
import type { BrokerData } from "./broker.ts";
import type { HubConnection } from "./hub_options.ts";

/** A message, ready to be sent any number of times. */
export interface OutgoingMessage {
  /** What one connection is given. */
  readonly data: BrokerData;
  /** What many are given: encoded, and compressed, once for all of them. */
  readonly prepared: PreparedMessage;
  /** Its bytes on the wire, without a header. */
  readonly byteLength: number;
}

/** Text or bytes, made ready. Throws `TypeError` for what is neither. */
export function prepareOutgoing(message: unknown): OutgoingMessage {
  const data = typeof message === "string" ? message : toBytes(message);
  if (data === undefined) throw new TypeError("Cannot send: neither text nor bytes");
  const prepared = new PreparedMessage(data);
  return { data, prepared, byteLength: prepared.bytes.length };
}

/** What became of a message for one connection. `failed`: the connection threw. */
export type Delivery = "sent" | "slow" | "closed" | "failed";

const ignore = (): void => {};

/**
 * The promise that was taken care of last: connections give the same one for every message that need not
 * wait.
 */
let seen: Promise<void> | undefined;

/**
 * Hands a message to a connection, as one of many or by itself, and does not wait for it. Nothing is sent
 * where more than `maxQueue` bytes would wait, but for a message that would be the only one.
 */
export function deliver(
  connection: HubConnection,
  message: OutgoingMessage,
  maxQueue: number,
  toMany: boolean,
): Delivery {
  try {
    if (connection.readyState !== "open") return "closed";
    const waiting = connection.bufferedAmount;
    if (waiting + message.byteLength > maxQueue && waiting > (connection.restingAmount ?? 0)) return "slow";
    const sent = connection.send(toMany ? message.prepared : message.data);
    if (sent !== seen) {
      // Why it failed, the connection's end tells.
      sent.catch(ignore);
      seen = sent;
    }
    return "sent";
  } catch {
    return "failed";
  }
}
