/**
 * The WHATWG `WebSocket` interface over a connection. Knows no URL and no network; the connection may still
 * be coming.
 *
 * @module
 */

import { HandshakeError } from "../handshake/handshake_error.ts";
import { ProtocolError } from "../protocol/protocol_error.ts";
import { toCloseArguments } from "./close_arguments.ts";
import type { WebSocketCloseInfo } from "./close_info.ts";
import type { Message } from "./connection_options.ts";
import type { MessageConnection } from "./message_connection.ts";
import { createCloseEvent, createErrorEvent } from "./socket_events.ts";
import { measurePayload, SocketSender, toPayload } from "./socket_sender.ts";
import { SocketTarget } from "./socket_target.ts";

/** What a `ConnectionSocket` is made of. */
export interface SocketSource {
  /** The connection, or the promise of one. */
  readonly connection: MessageConnection | PromiseLike<MessageConnection>;
  /** What `url` says. */
  readonly url: string;
  /** Called when the socket is closed before there is a connection. */
  readonly cancel?: ((reason: unknown) => void) | undefined;
}

const neverOpened: WebSocketCloseInfo = { closeCode: 1006, reason: "", wasClean: false };

/** A WebSocket as the WHATWG has it (WebSockets §3.1). */
export class ConnectionSocket extends SocketTarget implements WebSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;

  readonly url: string;

  readonly #cancel: ((reason: unknown) => void) | undefined;
  readonly #origin: string;
  #binaryType: BinaryType = "blob";
  #connection: MessageConnection | undefined;
  #sender: SocketSender | undefined;
  /** Bytes given to `send()` when it was too late. */
  #unsent = 0;
  #isClosing = false;
  #isClosed = false;

  /** Throws `TypeError` where the connection is received from already. */
  constructor({ connection, url, cancel }: SocketSource) {
    super();
    this.url = url;
    this.#origin = url === "" ? "" : new URL(url).origin;
    this.#cancel = cancel;
    if ("then" in connection) {
      void this.#await(connection);
    } else {
      this.#adopt(connection);
    }
  }

  // State

  get readyState(): 0 | 1 | 2 | 3 {
    if (this.#isClosed) return this.CLOSED;
    if (this.#isClosing) return this.CLOSING;
    return this.#connection === undefined ? this.CONNECTING : this.OPEN;
  }

  get protocol(): string {
    return this.#connection?.protocol ?? "";
  }

  get extensions(): string {
    return this.#connection?.extensions ?? "";
  }

  get bufferedAmount(): number {
    return this.#unsent + (this.#sender?.bufferedAmount ?? 0);
  }

  get binaryType(): BinaryType {
    return this.#binaryType;
  }

  set binaryType(type: BinaryType) {
    // Web IDL: a value that an enumeration does not have changes nothing.
    if (type === "blob" || type === "arraybuffer") this.#binaryType = type;
  }

  get [Symbol.toStringTag](): string {
    return "WebSocket";
  }

  // Sending

  send(data: string | Blob | ArrayBufferLike | ArrayBufferView): void {
    if (arguments.length === 0) throw new TypeError("Cannot send: nothing is given");
    const payload = toPayload(data);
    if (this.readyState === this.CONNECTING) {
      throw new DOMException("Cannot send: the connection is not open yet", "InvalidStateError");
    }
    const size = measurePayload(payload);
    if (this.readyState === this.OPEN) this.#sender!.send(payload, size);
    else this.#unsent += size;
  }

  close(code?: number, reason?: string): void {
    const info = toCloseArguments(code, reason);
    if (this.#isClosing || this.#isClosed) return;
    if (this.#sender !== undefined) {
      this.#isClosing = true;
      this.#sender.close(info);
    } else {
      const error = new DOMException("The WebSocket was closed before it was open", "AbortError");
      this.#fail(error);
      this.#cancel?.(error);
    }
  }

  // Receiving

  async #await(connecting: PromiseLike<MessageConnection>): Promise<void> {
    let connection;
    try {
      connection = await connecting;
      if (this.#isClosing) connection.abort();
      else this.#adopt(connection);
    } catch (error) {
      connection?.abort(error);
      this.#fail(error);
    }
  }

  /** Goes on with a connection: tells all that happens to it, in tasks to come. */
  #adopt(connection: MessageConnection): void {
    const messages = connection[Symbol.asyncIterator]();
    this.#connection = connection;
    this.#sender = new SocketSender(connection);
    void this.#tell(connection, messages);
  }

  async #tell(connection: MessageConnection, messages: AsyncIterator<Message>): Promise<void> {
    await nextTask();
    // §4 "When the WebSocket connection is established, ... fire an event named open"
    if (!this.#isClosing) this.#fire(new Event("open"));
    try {
      for (let next; !(next = await messages.next()).done;) {
        // §4 "If ready state is not OPEN (1), then return"
        if (!this.#isClosing) this.#fire(this.#createMessageEvent(next.value));
      }
    } catch (error) {
      // What it comes back with may be received from already.
      this.#sender!.fail(error);
    }
    this.#isClosing = true;
    const info = await connection.closed;
    // A peer that is lost has broken no rule, nor refused to be connected to again.
    const blamed = info.error instanceof ProtocolError || info.error instanceof HandshakeError;
    this.#end(info, this.#sender!.failure ?? (blamed ? info.error : undefined));
  }

  /** There will be no connection. */
  #fail(error: unknown): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    void nextTask().then(() => this.#end(neverOpened, error ?? new Error("Cannot connect")));
  }

  #end(info: WebSocketCloseInfo, failure: unknown): void {
    this.#isClosed = true;
    // §4 "If the user agent was required to fail the WebSocket connection, ... fire an event named error";
    // then close
    if (failure !== undefined) this.#fire(createErrorEvent(failure));
    this.#fire(createCloseEvent(info));
  }

  #createMessageEvent(message: Message): MessageEvent {
    return new MessageEvent("message", { data: this.#toData(message), origin: this.#origin });
  }

  #toData(message: Message): string | Blob | ArrayBuffer {
    if (typeof message === "string") return message;
    if (this.#binaryType === "blob") return new Blob([message]);
    const isWhole = message.byteLength === message.buffer.byteLength;
    return isWhole ? message.buffer : message.slice().buffer;
  }

  // Events

  /**
   * Where a runtime lets a listener's error through, it goes where the others let it go: to nobody's call.
   */
  #fire(event: Event): void {
    try {
      this.dispatchEvent(event);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

/** A turn of the event loop: whoever has made a socket listens to it before anything is told. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
