/**
 * The push interface between a connection and a socket whose frames the runtime owns: whole messages instead
 * of bytes. Types alone; what `ByteTransport` is to `WebSocketConnection`, this is to `NativeConnection`.
 *
 * @module
 */

import type { Message } from "../connection/connection_options.ts";
import type { ConnectionCapabilities } from "../connection/message_connection.ts";
import type { WebSocketCloseInfo } from "../connection/close_info.ts";
import type { GroupSeat } from "../connection/connection_group.ts";

/** A carrier of messages. None of its calls may throw, but for `send()`. */
export interface MessageTransport {
  /** What it can do. */
  readonly capabilities: ConnectionCapabilities;
  /** Bytes that it was given and that have not left; 0 where that cannot be known. */
  readonly bufferedAmount: number;
  /** Its place among those that one call sends to, where the runtime has such a call. */
  readonly groupSeat?: GroupSeat | undefined;
  /** Names who is called from now on. Never calls from within. */
  start(receiver: MessageReceiver): void;
  /** Stops delivery, with `capabilities.backpressure`; a few messages may still come. Idempotent. */
  pause(): void;
  /** Continues delivery. Idempotent. */
  resume(): void;
  /** Sends a message behind all others. Throws where the socket does. */
  send(message: string | Uint8Array<ArrayBuffer>): void;
  /**
   * Calls `drained()` once fewer than so many bytes are buffered. With `capabilities.sendBackpressure` only.
   */
  waitForRoom(highWaterMark: number): void;
  /** Sends a Ping. With `capabilities.ping` only. */
  ping(payload: Uint8Array): void;
  /** Closes behind what was sent. Once. Ends in `closed()`, or does not, if the peer has it so. */
  close(code: number, reason: string): void;
  /** Lets go of the socket, at once where it can, and calls nobody any more. Idempotent. */
  destroy(): void;
}

/** Who is called by a transport. None of these calls throws. */
export interface MessageReceiver {
  /** A message has arrived; its memory is the receiver's. */
  receiveMessage(message: Message): void;
  /** A Pong has arrived. */
  receivePong(payload: Uint8Array): void;
  /** There is room again. */
  drained(): void;
  /** The socket is gone, and this is how. The first time is the one that counts. */
  closed(info: WebSocketCloseInfo): void;
}
