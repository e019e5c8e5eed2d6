/**
 * What every connection can do, whoever owns its frames: our engine, or the runtime. Types alone.
 *
 * @module
 */

import type { HandshakeRequest } from "../handshake/handshake_request.ts";
import type { HandshakeResponse } from "../handshake/handshake_response.ts";
import type { SendOptions } from "../protocol/engine_options.ts";
import type { PreparedMessage } from "../protocol/prepared_message.ts";
import type { MessageType } from "../protocol/engine_event.ts";
import type { Role } from "../protocol/role.ts";
import type { ByteSource } from "./bytes.ts";
import type { WebSocketCloseInfo } from "./close_info.ts";
import type { CloseOptions } from "./close_options.ts";
import type { GroupSeat } from "./connection_group.ts";
import type { Message } from "./connection_options.ts";
import type { IncomingMessage } from "./incoming_message.ts";
import type { MessageBody } from "./send_stream.ts";

/** What of a connection works. What does not, throws or rejects with `TypeError`. */
export interface ConnectionCapabilities {
  /** Unread messages slow their sender down. */
  readonly backpressure: boolean;
  /** `send()` stays pending while the peer is slow, and `bufferedAmount` says how much waits. */
  readonly sendBackpressure: boolean;
  /** `ping()`, and `latency`. */
  readonly ping: boolean;
  /** `messages()` and `sendStream()`, in constant memory. */
  readonly streaming: boolean;
  /** `compress` and `fragmentSize` of `send()`. */
  readonly sendOptions: boolean;
  /** Every code that an application may close with; otherwise 1000 and those from 3000 on. */
  readonly closeCodes: boolean;
  /** `close()` waits for the peer's Close; otherwise `closed` tells our own at once. */
  readonly closingHandshake: boolean;
  /** `abort()` reaches the peer as the end of the transport; otherwise as a Close. */
  readonly abort: boolean;
}

/** A connection, in what all of them share: `WebSocketConnection`, and those over a runtime's own sockets. */
export interface MessageConnection extends AsyncIterable<Message>, AsyncDisposable {
  /**
   * What works here; `undefined` where there was no connection yet, as at the beginning of one that comes
   * back.
   */
  readonly capabilities: ConnectionCapabilities | undefined;
  /** Which side this is. */
  readonly role: Role;
  /** The request that opened the connection, on a server that knows it. */
  readonly request: HandshakeRequest | undefined;
  /** The response that opened the connection, on a client that knows it. */
  readonly response: HandshakeResponse | undefined;
  /** The agreed subprotocol; empty where there is none. */
  readonly protocol: string;
  /** The agreed extensions; empty where there are none. */
  readonly extensions: string;
  /** `closing` from our Close on, and over bytes from the peer's; `closed` when the transport is gone. */
  readonly readyState: "open" | "closing" | "closed";
  /** Bytes accepted by `send()` and not yet taken by the transport. */
  readonly bufferedAmount: number;
  /** Of these, bytes that no peer keeps waiting, where some wait for more to leave with them. */
  readonly restingAmount?: number | undefined;
  /** Its place among those that one call sends to, where the runtime has such a call. */
  readonly groupSeat?: GroupSeat | undefined;
  /** The last measured round trip in milliseconds, of any ping. */
  readonly latency: number | undefined;
  /** Resolves once the connection has ended, however it did. Never rejects. */
  readonly closed: Promise<WebSocketCloseInfo>;
  /** The messages as a stream: closed by a clean close, errored with `WebSocketError` by any other. */
  readonly readable: ReadableStream<Message>;
  /** The connection as a sink: closing it closes the connection, aborting it tears it down. */
  readonly writable: WritableStream<string | ByteSource>;
  /**
   * Sends a message: a string as text, bytes as binary, or one that `prepareMessage()` made. Pending while
   * the peer is slow, where that can be known.
   */
  send(message: string | ByteSource | PreparedMessage, options?: SendOptions): Promise<void>;
  /** Sends one message in fragments, each piece as it comes. */
  sendStream(type: MessageType, body: MessageBody, options?: SendOptions): Promise<void>;
  /** The next message, or `undefined` once there are no more. */
  receive(): Promise<Message | undefined>;
  /** The messages as they arrive, each with a body to be streamed. */
  messages(): AsyncIterableIterator<IncomingMessage>;
  /** The messages, up to the end of the connection; leaving the loop early leaves the connection open. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message>;
  /** Sends a Ping and resolves with the round trip in milliseconds. */
  ping(payload?: ByteSource): Promise<number>;
  /** Closes the connection behind all that was sent. Resolves as `closed` does. */
  close(info?: CloseOptions): Promise<WebSocketCloseInfo>;
  /** Tears the connection down, without a closing handshake. */
  abort(reason?: unknown): void;
}
