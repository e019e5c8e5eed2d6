/**
 * A connection that counts what goes over it, for `HubClient`. Knows nothing of what it means.
 *
 * @module
 */
import type { WebSocketCloseInfo } from "@weft/websocket";
import type { ByteSource, HubClientConnection, Message, MessageConnection } from "@weft/websocket/hub";

/** Messages and their bytes, as they are before compression. */
export interface Count {
  messages: number;
  bytes: number;
}

/** A connection, counted. */
export class CountedConnection implements HubClientConnection {
  readonly #connection: MessageConnection;
  readonly #sent: Count;
  readonly #received: Count;

  /** Adds to the counts, whichever connections have done so before. */
  constructor(connection: MessageConnection, sent: Count, received: Count) {
    this.#connection = connection;
    this.#sent = sent;
    this.#received = received;
  }

  /** Resolves once the connection has ended. */
  get closed(): Promise<WebSocketCloseInfo> {
    return this.#connection.closed;
  }

  /** Whether messages can be sent. */
  get readyState(): "open" | "closing" | "closed" {
    return this.#connection.readyState;
  }

  /** Sends a message. */
  send(message: string | ByteSource): Promise<void> {
    count(this.#sent, message);
    return this.#connection.send(message);
  }

  /** Closes the connection. */
  close(info?: { readonly closeCode?: number; readonly reason?: string }): Promise<WebSocketCloseInfo> {
    return this.#connection.close(info);
  }

  /** Tears the connection down. */
  abort(reason?: unknown): void {
    this.#connection.abort(reason);
  }

  /** The messages, in order. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Message> {
    for await (const message of this.#connection) {
      count(this.#received, message);
      yield message;
    }
  }
}

const encoder = new TextEncoder();

function count(counter: Count, message: string | ByteSource): void {
  counter.messages++;
  counter.bytes += typeof message === "string" ? encoder.encode(message).length : message.byteLength;
}
