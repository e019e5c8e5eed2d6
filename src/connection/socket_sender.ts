/**
 * The sending half of a WHATWG `WebSocket` over a connection: calls that return at once, in order, Blobs
 * included, and `bufferedAmount` as the standard counts it. Knows no events.
 *
 * @module
 */

import { encodeText } from "../protocol/text.ts";
import { toBytes } from "./bytes.ts";
import type { CloseOptions } from "./close_options.ts";
import type { Message } from "./connection_options.ts";
import type { MessageConnection } from "./message_connection.ts";
import { WebSocketError } from "./web_socket_error.ts";

/** What `send()` was given; its bytes are no longer the caller's. */
export type Payload = Message | Blob;

/**
 * Takes what `send()` was given as Web IDL does: what is neither bytes nor a Blob is text. Throws `TypeError`
 * for shared memory.
 */
export function toPayload(data: unknown): Payload {
  if (data instanceof Blob) return data;
  const bytes = data instanceof ArrayBuffer || ArrayBuffer.isView(data) ? toBytes(data) : undefined;
  if (bytes === undefined) return `${data}`;
  if (!(bytes.buffer instanceof ArrayBuffer)) throw new TypeError("Cannot send: the memory is shared");
  // The caller may change it as soon as send() has returned.
  return new Uint8Array(bytes);
}

/** The bytes that a payload counts as. */
export function measurePayload(payload: Payload): number {
  if (typeof payload === "string") return encodeText(payload).length;
  return payload instanceof Blob ? payload.size : payload.length;
}

/** Sends and closes in order. What an open connection can never take brings it down. */
export class SocketSender {
  readonly #connection: MessageConnection;
  /** Bytes that the connection has not accepted, or refused. */
  #waiting = 0;
  /** Those of them that it was offered. */
  #offered = 0;
  /** Bytes that it has accepted since it last had nothing to write. */
  #accepted = 0;
  /** Pending while a Blob is read, and for those behind it. */
  #tail: Promise<void> | undefined;
  #failure: unknown;

  /** Sends by `connection`. */
  constructor(connection: MessageConnection) {
    this.#connection = connection;
  }

  /** Bytes of payload that have not left. */
  get bufferedAmount(): number {
    const buffered = this.#connection.bufferedAmount;
    if (buffered === 0) this.#accepted = 0;
    // The connection counts what it was offered too, and headers.
    return this.#waiting + Math.min(this.#accepted, Math.max(0, buffered - this.#offered));
  }

  /** Why the connection was brought down, if it was. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Sends a payload that counts as so many bytes. */
  send(payload: Payload, size: number): void {
    this.#waiting += size;
    if (this.#tail === undefined && !(payload instanceof Blob)) return this.#pass(payload, size);
    this.#follow(async () =>
      this.#pass(payload instanceof Blob ? new Uint8Array(await payload.arrayBuffer()) : payload, size)
    );
  }

  /** Closes behind what was sent. */
  close(info: CloseOptions): void {
    if (this.#tail === undefined) this.#close(info);
    else this.#follow(() => this.#close(info));
  }

  /** Brings the connection down. */
  fail(error: unknown): void {
    this.#failure ??= error;
    this.#connection.abort(error);
  }

  #follow(step: () => unknown): void {
    const tail = (this.#tail ?? Promise.resolve()).then(step).then(() => {}, (error) => this.#refused(error))
      .then(() => {
        if (this.#tail === tail) this.#tail = undefined;
      });
    this.#tail = tail;
  }

  #pass(message: Message, size: number): void {
    this.#offered += size;
    this.#connection.send(message).then(() => {
      this.#settled(size);
      this.#accepted += size;
    }, (error) => {
      // A connection that comes back stays open where a message is lost with the one before, or there is none
      // to take it.
      if (error instanceof WebSocketError && this.#connection.readyState === "open") this.#settled(size);
      else this.#refused(error);
    });
  }

  #settled(size: number): void {
    this.#waiting -= size;
    this.#offered -= size;
  }

  #close(info: CloseOptions): void {
    this.#connection.close(info).catch((error) => this.#refused(error));
  }

  #refused(error: unknown): void {
    // WHATWG §3.1 "If the data cannot be sent, ... the user agent must flag the WebSocket as full and then
    // close the WebSocket connection"
    if (this.#connection.readyState === "open") this.fail(error);
  }
}
