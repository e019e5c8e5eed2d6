/**
 * What the engine tells of the peer.
 *
 * @module
 */

import type { ProtocolError } from "./protocol_error.ts";

/** Text or binary (RFC 6455 §5.6). */
export type MessageType = "text" | "binary";

/** A whole message: a string for text, bytes of their own for binary. */
export interface MessageEvent {
  /** Discriminates. */
  readonly type: "message";
  /** The message. */
  readonly data: string | Uint8Array<ArrayBuffer>;
}

/** The next piece of a message, where the engine streams; text as valid UTF-8, cut anywhere. */
export interface PieceEvent {
  /** Discriminates. */
  readonly type: "piece";
  /** Of the message that it belongs to. */
  readonly messageType: MessageType;
  /** The bytes; may be empty. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Whether it begins a message. */
  readonly first: boolean;
  /** Whether it ends the message. */
  readonly fin: boolean;
}

/** A Ping, which the engine has answered, or a Pong (RFC 6455 §5.5.2, §5.5.3). */
export interface PingPongEvent {
  /** Discriminates. */
  readonly type: "ping" | "pong";
  /** At most 125 bytes. */
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** The peer's Close (RFC 6455 §5.5.1), which the engine has answered. The last event. */
export interface CloseEvent {
  /** Discriminates. */
  readonly type: "close";
  /** The peer's code; 1005 where it gave none. */
  readonly code: number;
  /** The peer's reason. */
  readonly reason: string;
}

/**
 * The peer broke a rule, and the engine has queued the Close that says so (RFC 6455 §7.1.7). The last event.
 */
export interface ErrorEvent {
  /** Discriminates. */
  readonly type: "error";
  /** Which rule, and the code that went out. */
  readonly error: ProtocolError;
}

/** What the engine tells of the peer, in order. */
export type EngineEvent = MessageEvent | PieceEvent | PingPongEvent | CloseEvent | ErrorEvent;
