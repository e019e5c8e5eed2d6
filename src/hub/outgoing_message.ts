/**
 * One message on its way to many members: what is done once for all of them, and what is done for each. The one place that hands messages to
 * connections.
 *
 * @module
 */

import { toBytes } from "../connection/bytes.ts";
import { encodeText } from "../protocol/text.ts";
import type { BrokerData } from "./broker.ts";
import type { HubConnection } from "./hub_options.ts";

/** A message, ready to be sent any number of times. */
export interface OutgoingMessage {
  /** What the connections are given. */
  readonly data: BrokerData;
  /** Its bytes on the wire, without a header. */
  readonly byteLength: number;
}

/** Text or bytes, made ready. Throws `TypeError` for what is neither. */
export function prepareOutgoing(message: unknown): OutgoingMessage {
  if (typeof message === "string") return { data: message, byteLength: encodeText(message).length };
  const bytes = toBytes(message);
  if (bytes === undefined) throw new TypeError("Cannot send: neither text nor bytes");
  return { data: bytes, byteLength: bytes.length };
}

/** What became of a message for one connection. `failed`: the connection threw. */
export type Delivery = "sent" | "slow" | "closed" | "failed";

const ignore = (): void => {};

/** The promise that was taken care of last: connections give the same one for every message that need not wait. */
let seen: Promise<void> | undefined;

/**
 * Hands a message to a connection and does not wait for it. Nothing is sent where more than `maxQueue` bytes would wait, but for a message that
 * would be the only one.
 */
export function deliver(connection: HubConnection, message: OutgoingMessage, maxQueue: number): Delivery {
  try {
    if (connection.readyState !== "open") return "closed";
    const waiting = connection.bufferedAmount;
    if (waiting > 0 && waiting + message.byteLength > maxQueue) return "slow";
    const sent = connection.send(message.data);
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
