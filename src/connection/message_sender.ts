/**
 * Messages on their way to the engine: which are taken, whose turn it is, and what their senders are told.
 * Knows neither frames nor how a connection closes.
 *
 * @module
 */

import type { MessageType } from "../protocol/engine_event.ts";
import type { SendOptions } from "../protocol/engine_options.ts";
import { isPrepared, type PreparedMessage } from "../protocol/prepared_message.ts";
import { ProtocolError } from "../protocol/protocol_error.ts";
import { encodeText } from "../protocol/text.ts";
import type { WebSocketEngine } from "../protocol/web_socket_engine.ts";
import { type ByteSource, toBytes } from "./bytes.ts";
import type { ConnectionEnd } from "./connection_end.ts";
import { Outbox, type OutboxOptions } from "./outbox.ts";
import { attempt, quietly, reject, rejectQuietly } from "./quietly.ts";
import { iterateBody, type MessageBody, sendPieces } from "./send_stream.ts";

/** What a sender needs of its connection. */
export interface SenderOptions extends OutboxOptions {
  /** The most bytes that may wait, unless they are one message. */
  readonly maxSendQueue: number;
  /** How it ends. */
  readonly end: ConnectionEnd;
  /** Something of ours went wrong. */
  readonly onError: (error: unknown) => void;
}

/** Somebody who waits for the end of a message in pieces. */
interface Turn {
  readonly size: number;
  readonly begin: () => void;
}

/** The sending half of a connection. What it rejects with is said there. */
export class MessageSender extends Outbox {
  readonly #options: SenderOptions;
  readonly #engine: WebSocketEngine;
  readonly #end: ConnectionEnd;
  /** Whether a message goes out in pieces; whoever comes later waits, in the order of the calls. */
  #streaming = false;
  #turns: Turn[] = [];
  /** Bytes of those who wait. */
  #waitingBytes = 0;
  /** Wakes a streamed message that waits for its body. */
  #interrupt: ((error: unknown) => void) | undefined;

  constructor(options: SenderOptions) {
    super(options);
    this.#options = options;
    this.#engine = options.engine;
    this.#end = options.end;
  }

  /** Bytes accepted and not taken by the transport. */
  get bufferedAmount(): number {
    return this.unsentBytes + this.#waitingBytes;
  }

  /** Whether the connection is open. */
  get #isOpen(): boolean {
    return !this.#end.ended && !this.#engine.closeSent;
  }

  /** Throws where it is not. */
  assertOpen(operation: string): void {
    if (!this.#isOpen) throw this.#end.createError(operation);
  }

  /** Sends a message, or lets it wait for its turn. */
  send(message: string | ByteSource | PreparedMessage, options?: SendOptions): Promise<void> {
    const data = typeof message === "string" || isPrepared(message) ? message : toBytes(message);
    if (data === undefined) return Promise.reject(new TypeError("Cannot send: neither text nor bytes"));
    if (!this.#isOpen) return reject(this.#end.createError("Cannot send"));
    const buffered = this.bufferedAmount;
    const room = this.#options.maxSendQueue - buffered;
    // A text takes up to three bytes for each of its units.
    if (
      (typeof data !== "string" || 3 * data.length > room) && sizeOf(data) > room &&
      buffered > this.restingBytes
    ) {
      return rejectQuietly(new RangeError(`Cannot send: ${buffered} bytes wait already`));
    }
    if (this.#isFree) return this.#sendNow(data, options);
    return this.#waitForTurn(sizeOf(data), () => this.#sendNow(data, options));
  }

  #sendNow(data: string | Uint8Array | PreparedMessage, options: SendOptions | undefined): Promise<void> {
    try {
      this.assertOpen("Cannot send");
      // A message to many is no reply: whatever else this peer has sent, it need not wait for that.
      return this.#queued(this.#engine.send(data, options), isPrepared(data));
    } catch (error) {
      if (!(error instanceof ProtocolError)) return reject(error);
      this.#options.onError(error);
      return reject(this.#end.createError("Cannot send"));
    }
  }

  /** Something is queued, unless a tap that saw it has ended everything. */
  #queued(borrowed: boolean, toMany = false): Promise<void> {
    if (this.#end.ended) throw this.#end.createError("Cannot send");
    return this.sendQueued(borrowed, toMany);
  }

  /** Sends one message in fragments, each piece as it comes, while others wait. */
  sendStream(type: MessageType, body: MessageBody, options?: SendOptions): Promise<void> {
    return attempt(() => {
      if (type !== "text" && type !== "binary") throw new TypeError(`Cannot send: no type ${type}`);
      const pieces = iterateBody(body);
      const begin = () => {
        this.#streaming = true;
        return quietly(
          sendPieces(type, pieces, {
            send: (piece, fin) =>
              attempt(() => {
                this.assertOpen("Cannot send");
                return this.#queued(this.#engine.sendPiece(type, piece, fin, options));
              }),
            wait: (next) => this.#untilClosing(next),
            fail: (error) => this.#isOpen && this.#options.onError(error),
          }).finally(() => this.#giveWay()),
        );
      };
      return this.#isFree ? begin() : this.#waitForTurn(0, begin);
    });
  }

  /** Waits for a promise as long as the connection is open. */
  #untilClosing<Value>(promise: PromiseLike<Value> | Value): Promise<Value> {
    return attempt(() => {
      this.assertOpen("Cannot send");
      return new Promise((resolve, reject) => {
        this.#interrupt = reject;
        Promise.resolve(promise).then(resolve, reject);
      });
    });
  }

  // Turns

  /** Whether one can send at once. */
  get #isFree(): boolean {
    return !this.#streaming && this.#turns.length === 0;
  }

  /** Waits for a turn to send so many bytes. */
  #waitForTurn(size: number, begin: () => Promise<void>): Promise<void> {
    this.#waitingBytes += size;
    return quietly(new Promise((resolve) => this.#turns.push({ size, begin: () => resolve(begin()) })));
  }

  /** Lets those send who wait, up to the next message in pieces. */
  #giveWay(): void {
    this.#streaming = false;
    for (let turn; !this.#streaming && (turn = this.#turns.shift()) !== undefined;) {
      this.#waitingBytes -= turn.size;
      turn.begin();
    }
  }

  /** The connection is closing: a streamed message does not wait for its body. */
  interrupt(): void {
    this.#interrupt?.(this.#end.createError("Cannot send"));
  }
}

/** The bytes of a message's payload. */
function sizeOf(data: string | Uint8Array | PreparedMessage): number {
  return (typeof data === "string" ? encodeText(data) : isPrepared(data) ? data.bytes : data).length;
}
