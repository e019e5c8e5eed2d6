/**
 * From a socket whose frames the runtime owns to the application: what is read is what the application asks
 * for, as far as the runtime can wait. Knows not what becomes of the connection when it goes too far.
 *
 * @module
 */

import type { Message } from "../connection/connection_options.ts";
import type { WebSocketCloseInfo } from "../connection/close_info.ts";
import type { Keepalive } from "../connection/keepalive.ts";
import { Reception, type ReceptionOptions } from "../connection/reception.ts";
import { ProtocolError } from "../protocol/protocol_error.ts";
import { exceeds } from "./message_data.ts";
import type { MessageReceiver, MessageTransport } from "./message_transport.ts";
import type { NativeConnection } from "./native_connection.ts";
import type { NativeLimits } from "./native_options.ts";

/** What a receiver needs of its connection. */
export interface NativeReceiverOptions extends ReceptionOptions<NativeConnection> {
  /** Where the messages come from. */
  readonly transport: MessageTransport;
  /** How long and how many they may be. */
  readonly limits: NativeLimits;
  /** The peer went too far. */
  readonly onRefusal: (error: ProtocolError) => void;
  /** There is room for more to be sent. */
  readonly onDrained: () => void;
  /** The socket is gone. */
  readonly onClose: (info: WebSocketCloseInfo) => void;
}

/** The receiving half of a connection. What a message meets on its way is here, for the sake of caches. */
export class NativeReceiver extends Reception<NativeConnection> implements MessageReceiver {
  /** Whether the transport does not deliver. */
  paused = false;

  readonly #options: NativeReceiverOptions;
  readonly #keepalive: Keepalive | undefined;
  readonly #maxMessageSize: number;

  /** `keepalive` is told of whatever comes. */
  constructor(options: NativeReceiverOptions, keepalive: Keepalive | undefined) {
    super({ ...options, onLow: () => this.ended || this.setPaused(false) });
    this.#options = options;
    this.#keepalive = keepalive;
    this.#maxMessageSize = options.limits.maxMessageSize;
  }

  receiveMessage(message: Message): void {
    this.#keepalive?.heard();
    if (this.ended) return;
    if (exceeds(message, this.#maxMessageSize)) {
      return this.#options.onRefusal(new ProtocolError(1009, "message over the limit"));
    }
    this.push(message, message.length);
    if (this.isWanted || !this.isFull()) return;
    const { transport, limits, onRefusal } = this.#options;
    if (transport.capabilities.backpressure) this.setPaused(true);
    else if (this.cost > limits.maxReceiveQueue) {
      onRefusal(new ProtocolError(1008, "too many unread messages"));
    }
  }

  receivePong(payload: Uint8Array): void {
    this.#keepalive?.receivePong(payload);
  }

  drained(): void {
    this.#options.onDrained();
  }

  closed(info: WebSocketCloseInfo): void {
    this.#options.onClose(info);
  }

  /** Has the transport wait, or go on. */
  setPaused(paused: boolean): void {
    if (paused === this.paused) return;
    this.paused = paused;
    if (paused) this.#options.transport.pause();
    else this.#options.transport.resume();
  }
}
