/**
 * A WHATWG `WebSocketStream` as a transport of messages. Knows streams of whole messages, and no handshake.
 *
 * @module
 */

import type { Message } from "../connection/connection_options.ts";
import type { ConnectionCapabilities } from "../connection/message_connection.ts";
import { encodeText } from "../protocol/text.ts";
import type { MessageReceiver, MessageTransport } from "./message_transport.ts";

/** What is used of an open `WebSocketStream`. */
export interface WebSocketStreamLike {
  /** Resolves with the streams, once it is open. */
  readonly opened: Promise<OpenedStream>;
  /** Resolves with a clean end, rejects with any other. */
  readonly closed: Promise<{ readonly closeCode?: number; readonly reason?: string }>;
  /** Starts the closing handshake. */
  close(info?: { readonly closeCode?: number; readonly reason?: string }): void;
}

/** What `opened` resolves with. */
export interface OpenedStream {
  /** The messages. */
  readonly readable: ReadableStream<string | Uint8Array<ArrayBuffer> | ArrayBuffer>;
  /** Where messages go. */
  readonly writable: WritableStream<string | Uint8Array<ArrayBuffer>>;
  /** The agreed subprotocol. */
  readonly protocol: string;
  /** The agreed extensions. */
  readonly extensions: string;
}

/** What a browser's `WebSocketStream` can do. */
const capabilities: ConnectionCapabilities = {
  backpressure: true,
  sendBackpressure: true,
  ping: false,
  streaming: false,
  sendOptions: false,
  closeCodes: false,
  closingHandshake: true,
  abort: false,
};

/** Wraps a stream that is open. */
export class StreamSocket implements MessageTransport {
  readonly capabilities: ConnectionCapabilities = capabilities;
  readonly #stream: WebSocketStreamLike;
  readonly #reader: ReadableStreamDefaultReader<string | Uint8Array<ArrayBuffer> | ArrayBuffer>;
  readonly #writer: WritableStreamDefaultWriter<string | Uint8Array<ArrayBuffer>>;
  #receiver: MessageReceiver | undefined;
  #paused = false;
  #reading = false;
  #buffered = 0;
  /** Below so many buffered bytes, somebody wants to know. */
  #awaited: number | undefined;
  /** Settles when all is written. */
  #written: Promise<void> = Promise.resolve();

  /** Takes what `stream.opened` resolved with. */
  constructor(stream: WebSocketStreamLike, { readable, writable }: OpenedStream) {
    this.#stream = stream;
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
    // The end is told by `closed`.
    this.#reader.closed.catch(() => {});
    this.#writer.closed.catch(() => {});
  }

  get bufferedAmount(): number {
    return this.#buffered;
  }

  start(receiver: MessageReceiver): void {
    this.#receiver = receiver;
    this.#stream.closed.catch((error) => this.#fail(error));
    void this.#read();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    void this.#read();
  }

  send(message: string | Uint8Array<ArrayBuffer>): void {
    const size = typeof message === "string" ? encodeText(message).length : message.length;
    this.#buffered += size;
    // The stream looks at it when its turn comes; until then its owner may have changed it.
    this.#written = this.#writer.write(typeof message === "string" ? message : message.slice()).then(
      () => this.#take(size),
      () => {},
    );
  }

  waitForRoom(highWaterMark: number): void {
    this.#awaited = highWaterMark;
  }

  ping(): void {}

  close(code: number, reason: string): void {
    // Only the codes of applications are let through; the others are shown as such.
    const closeCode = code === 1000 || code >= 3000 ? code : code + 3000;
    void this.#written.then(() => this.#stream.close({ closeCode, reason }));
  }

  destroy(): void {
    this.#receiver = undefined;
    this.#stream.closed.catch(() => {});
    this.#stream.close();
    this.#reader.cancel().catch(() => {});
    this.#writer.abort().catch(() => {});
  }

  #take(size: number): void {
    this.#buffered -= size;
    if (this.#awaited === undefined || this.#buffered >= this.#awaited) return;
    this.#awaited = undefined;
    this.#receiver?.drained();
  }

  async #read(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (!this.#paused && this.#receiver !== undefined) {
        const { done, value } = await this.#reader.read();
        if (done) {
          // What was read comes before the end.
          const { closeCode = 1005, reason = "" } = await this.#stream.closed;
          this.#receiver?.closed({ closeCode, reason, wasClean: true });
        } else {
          this.#receiver?.receiveMessage(toMessage(value));
        }
      }
    } catch {
      // `closed` tells why.
    }
    this.#reading = false;
  }

  #fail(error: { readonly closeCode?: number | null; readonly reason?: string }): void {
    const { closeCode, reason = "" } = error;
    this.#receiver?.closed({ closeCode: closeCode ?? 1006, reason, wasClean: false, error });
  }
}

function toMessage(value: string | Uint8Array<ArrayBuffer> | ArrayBuffer): Message {
  return value instanceof ArrayBuffer ? new Uint8Array(value) : value;
}
