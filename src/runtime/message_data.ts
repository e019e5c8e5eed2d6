/**
 * Messages as the sockets of runtimes take them. Knows no socket.
 *
 * @module
 */

import { type ByteSource, toBytes } from "../connection/bytes.ts";
import type { Message } from "../connection/connection_options.ts";
import { isPrepared, type PreparedMessage } from "../protocol/prepared_message.ts";
import { encodeText } from "../protocol/text.ts";

/**
 * The text or the bytes of a message, which may be in shared memory, whatever their type says: to ask costs
 * as much as sending a short message. `undefined` for what is no message.
 */
export function toMessage(message: string | ByteSource | PreparedMessage): Message | undefined {
  const data = isPrepared(message) ? message.data : message;
  return typeof data === "string" ? data : toBytes(data) as Uint8Array<ArrayBuffer> | undefined;
}

/** The message, out of shared memory. */
export function unshare(message: Message): Message {
  return typeof message === "string" || message.buffer instanceof ArrayBuffer ? message : message.slice();
}

/** Whether a message has more than so many bytes. A text takes up to three for each of its units. */
export function exceeds(message: Message, most: number): boolean {
  if (message.length > most) return true;
  return typeof message === "string" && 3 * message.length > most && encodeText(message).length > most;
}
