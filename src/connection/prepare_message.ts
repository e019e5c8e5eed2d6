/**
 * One message to many connections.
 *
 * @module
 */

import { PreparedMessage } from "../protocol/prepared_message.ts";
import { type ByteSource, toBytes } from "./bytes.ts";

/**
 * Prepares a message that is sent to many connections: it is encoded, and compressed, once for all of them.
 * Bytes are not copied, and must not change. Throws `TypeError` for what is no message.
 *
 * Where writing to 64 connections or more has taken 2 ms or longer, prepared messages that follow gather for
 * half that time, 10 ms or 8 KiB at most, and leave in one write; others do not wait, and overtake none. What
 * gathers is part of `bufferedAmount`, and takes nothing from `maxSendQueue`, or a hub's `maxQueue`. On
 * Workers, nothing does.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createWebSocketPair, prepareMessage } from "@weft/websocket";
 *
 * const pairs = [createWebSocketPair(), createWebSocketPair()];
 * const message = prepareMessage("to all of you");
 * for (const [, server] of pairs) await server.send(message);
 * for (const [client] of pairs) assertEquals(await client.receive(), "to all of you");
 * for (const [client] of pairs) await client.close();
 * ```
 */
export function prepareMessage(message: string | ByteSource): PreparedMessage {
  const data = typeof message === "string" ? message : toBytes(message);
  if (data === undefined) throw new TypeError("Cannot prepare: neither text nor bytes");
  return new PreparedMessage(data);
}
