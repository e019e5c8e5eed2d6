/**
 * A socket shaped as the WHATWG has it, as a transport of messages: Deno's, workerd's, a browser's. Knows no
 * runtime; where they differ, each says so in `StandardSocketTraits`.
 *
 * @module
 */

import type { WebSocketCloseInfo } from "../connection/close_info.ts";
import type { Message } from "../connection/connection_options.ts";
import type { ConnectionCapabilities } from "../connection/message_connection.ts";
import { encodeText } from "../protocol/text.ts";
import { unshare } from "./message_data.ts";
import type { MessageReceiver, MessageTransport } from "./message_transport.ts";

/** What is used of a `WebSocket`. */
export interface WebSocketLike {
  /** Set to `"arraybuffer"`. */
  binaryType: string;
  /** 0 to 3: connecting, open, closing, closed. */
  readonly readyState: number;
  /** Missing in workerd. */
  readonly bufferedAmount?: number;
  /** Sends a message. */
  send(message: string | Uint8Array<ArrayBuffer>): void;
  /** Closes. */
  close(code?: number, reason?: string): void;
  /** Listens. */
  addEventListener(type: "open", listener: () => void): void;
  /** To messages, */
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  /** failures */
  addEventListener(type: "error", listener: (event: object) => void): void;
  /** and the end. */
  addEventListener(type: "close", listener: (event: WebSocketLikeClose) => void): void;
}

/** What is used of a `CloseEvent`. */
export interface WebSocketLikeClose {
  /** The code of the peer's Close; 0, in Deno, or 1006 without one. */
  readonly code: number;
  /** The reason that belongs to it. */
  readonly reason: string;
  /** Whether there was a Close. */
  readonly wasClean: boolean;
}

/** How a runtime's sockets differ from another's. */
export interface StandardSocketTraits {
  /** What they can do. */
  readonly capabilities: ConnectionCapabilities;
  /**
   * What the words of an error event stand for: usually a `ProtocolError`. Only where such events have words.
   */
  readonly explain?: (message: string) => Error;
  /** Whether no close event may follow an error event. Default false. */
  readonly endsByError?: boolean;
  /** Whether a lone surrogate would be sent as it is, which is no UTF-8. Default false. */
  readonly sendsSurrogates?: boolean;
}

const connecting = 0;
const closing = 2;

/** Milliseconds between two looks at what is buffered: the first and the last. */
const polling = { first: 1, last: 32 };

/** Wraps a socket that is open or about to be. */
export class StandardSocket implements MessageTransport {
  readonly capabilities: ConnectionCapabilities;
  readonly #socket: WebSocketLike;
  readonly #traits: StandardSocketTraits;
  #receiver: MessageReceiver | undefined;
  /** What waits for the socket to open, and its bytes. */
  #early: (() => void)[] | undefined;
  #earlyBytes = 0;
  #polling: ReturnType<typeof setTimeout> | undefined;
  #error: Error | undefined;

  constructor(socket: WebSocketLike, traits: StandardSocketTraits) {
    this.capabilities = traits.capabilities;
    this.#socket = socket;
    this.#traits = traits;
    socket.binaryType = "arraybuffer";
    if (socket.readyState === connecting) this.#early = [];
    socket.addEventListener("open", () => this.#open());
    socket.addEventListener("message", ({ data }) => this.#receiver?.receiveMessage(toMessage(data)));
    socket.addEventListener("error", (event) => this.#fail(event));
    socket.addEventListener("close", (event) => this.#end(event));
  }

  get bufferedAmount(): number {
    return (this.#socket.bufferedAmount ?? 0) + this.#earlyBytes;
  }

  start(receiver: MessageReceiver): void {
    this.#receiver = receiver;
  }

  pause(): void {}

  resume(): void {}

  send(message: string | Uint8Array<ArrayBuffer>): void {
    if (this.#traits.sendsSurrogates && typeof message === "string") message = toWellFormed(message);
    // WHATWG §3.1 takes none that is shared; Node's fails without a word.
    message = unshare(message);
    if (this.#early === undefined) return this.#socket.send(message);
    this.#early.push(() => this.#socket.send(message));
    this.#earlyBytes += typeof message === "string" ? encodeText(message).length : message.length;
  }

  waitForRoom(highWaterMark: number): void {
    this.#poll(highWaterMark, polling.first);
  }

  #poll(highWaterMark: number, delay: number): void {
    this.#polling = setTimeout(() => {
      if (this.bufferedAmount < highWaterMark) this.#receiver?.drained();
      else this.#poll(highWaterMark, Math.min(2 * delay, polling.last));
    }, delay);
  }

  ping(): void {}

  close(code: number, reason: string): void {
    // Codes of endpoints below 3000 are shown as those of applications where only those are let through.
    const shown = this.capabilities.closeCodes || code === 1000 || code >= 3000 ? code : code + 3000;
    if (this.#early === undefined) this.#socket.close(shown, reason);
    else this.#early.push(() => this.#socket.close(shown, reason));
  }

  destroy(): void {
    this.#receiver = undefined;
    clearTimeout(this.#polling);
    this.#leave();
  }

  /**
   * Closes what is not closed, or answers the peer's Close where the runtime does not. There is
   * nothing more that can be done.
   */
  #leave(code?: number): void {
    try {
      if (this.#socket.readyState <= closing) this.#socket.close(code);
    } catch {
      // It was gone already, or not yet there.
    }
  }

  #open(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    this.#earlyBytes = 0;
    // Whoever was let go of before has to be closed now.
    if (this.#receiver === undefined) return this.#leave();
    for (const act of early) act();
  }

  #fail(event: object): void {
    const { message = "" } = event as { readonly message?: string };
    this.#error ??= this.#traits.explain?.(message);
    if (this.#traits.endsByError) this.#end({ code: 1006, reason: "", wasClean: false });
  }

  #end({ code, reason, wasClean }: WebSocketLikeClose): void {
    // §5.5.1 "the endpoint typically echos the status code it received"
    this.#leave(wasClean && code !== 1005 ? code : undefined);
    this.#receiver?.closed(toCloseInfo(code, reason, wasClean, this.#error));
  }
}

/** How a connection ended, from what its runtime says. An error that carries a close code is the reason. */
export function toCloseInfo(
  code: number,
  reason: string,
  wasClean: boolean,
  error: (Error & { readonly closeCode?: number }) | undefined,
): WebSocketCloseInfo {
  if (wasClean) return { closeCode: code, reason, wasClean };
  if (error === undefined) return { closeCode: 1006, reason: "", wasClean };
  // §7.1.7 where the peer broke a rule, the code with which the connection was failed
  return {
    closeCode: error.closeCode ?? 1006,
    reason: error.closeCode === undefined ? "" : error.message,
    wasClean,
    error,
  };
}

/** The text with U+FFFD for each lone surrogate; Node 20's types do not know that strings can. */
function toWellFormed(text: string): string {
  return (text as string & { toWellFormed(): string }).toWellFormed();
}

function toMessage(data: unknown): Message {
  return typeof data === "string" ? data : new Uint8Array(data as ArrayBuffer);
}
