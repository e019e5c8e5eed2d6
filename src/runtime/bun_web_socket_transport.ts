/**
 * Messages over a socket of `Bun.serve`. Knows of Bun what it calls, and no handshake; type-checks and loads
 * anywhere.
 *
 * @module
 */

import type { ConnectionCapabilities } from "../connection/message_connection.ts";
import { ProtocolError } from "../protocol/protocol_error.ts";
import { encodeText } from "../protocol/text.ts";
import { type BunPublisher, BunSeat, type BunSubscriber } from "./bun_group.ts";
import type { MessageReceiver, MessageTransport } from "./message_transport.ts";
import { toCloseInfo } from "./standard_socket.ts";

/** What the sockets of `Bun.serve` can do. */
export const bunCapabilities: ConnectionCapabilities = {
  backpressure: true,
  sendBackpressure: true,
  ping: true,
  streaming: false,
  sendOptions: false,
  closeCodes: true,
  closingHandshake: false,
  abort: true,
};

/** What is used of a `Bun.ServerWebSocket`. */
export interface BunServerWebSocket extends BunSubscriber {
  /** What `upgrade()` was given. */
  readonly data: unknown;
  /** Set to `"uint8array"`. */
  binaryType?: string | undefined;
  /** Bytes sent; `-1` where they wait, `0` where the message is dropped. */
  send(message: string | Uint8Array<ArrayBuffer>): number;
  /** Sends what the function sends by one call of the system. */
  cork(run: () => void): unknown;
  /** Sends a Ping. */
  ping(payload: Uint8Array<ArrayBuffer>): number;
  /** Stops reading. */
  pause(): void;
  /** Continues reading. */
  resume(): void;
  /** Sends a Close and ends the connection. */
  close(code: number, reason: string): void;
  /** Ends the connection. */
  terminate(): void;
}

/** Where an open socket has its transport at hand: its `data` costs some processes as much as a send. */
const own = Symbol("the transport of Weft");

/** A socket of ours. */
interface OwnSocket extends BunServerWebSocket {
  [own]?: BunWebSocketTransport;
}

/** The transport of a socket, if it is one of ours and open. */
export function transportOf(socket: BunServerWebSocket): BunWebSocketTransport | undefined {
  return (socket as OwnSocket)[own];
}

/** The transport of one socket, which `open()` is told. */
export class BunWebSocketTransport implements MessageTransport {
  readonly capabilities: ConnectionCapabilities = bunCapabilities;
  readonly groupSeat: BunSeat;
  receiver: MessageReceiver | undefined;
  #socket: BunServerWebSocket | undefined;

  // Sending
  /** What waits here, as Bun would drop what it cannot hold. */
  #queue: { readonly message: string | Uint8Array<ArrayBuffer>; readonly size: number }[] = [];
  #queuedBytes = 0;
  /** Whether Bun has said that it has to wait. */
  #isBlocked = false;
  /** Whether Bun collects what is sent, as it does in a handler of the socket's. */
  #isCollected = false;
  /** Whether something was sent in this turn, and what follows waits for its end. */
  #isTurn = false;
  /** The mark that the receiver waits for. */
  #awaitedMark: number | undefined;
  /** What is to be done behind the queue. */
  #close: (() => void) | undefined;

  /** Takes a socket of the server's. */
  constructor(server: BunPublisher) {
    this.groupSeat = new BunSeat(server, () => this.#block());
  }

  get bufferedAmount(): number {
    return (this.#isBlocked ? this.#socket?.getBufferedAmount() ?? 0 : 0) + this.#queuedBytes;
  }

  start(receiver: MessageReceiver): void {
    this.receiver = receiver;
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  /** A message has come, and what is sent now leaves with what else the socket's handler sends. */
  receiveMessage(message: string | Uint8Array<ArrayBuffer>): void {
    this.#isCollected = true;
    this.receiver?.receiveMessage(message);
    this.#isCollected = false;
  }

  send(message: string | Uint8Array<ArrayBuffer>): void {
    if (this.#isBlocked || this.#isTurn) this.#enqueue(message);
    else if (this.#socket?.send(message) === -1) this.#block();
    else if (!this.#isCollected) this.#beginTurn();
  }

  #enqueue(message: string | Uint8Array<ArrayBuffer>): void {
    // What is published from now on would overtake it.
    this.groupSeat.leave();
    const size = sizeOf(message);
    this.#queue.push({ message, size });
    this.#queuedBytes += size;
  }

  /** Each message is a call of the system: those that follow in this turn share one. */
  #beginTurn(): void {
    this.#isTurn = true;
    queueMicrotask(this.#endTurn);
  }

  /** Bun has something that waits for the peer, and is to be given no more. */
  #block(): void {
    this.#isBlocked = true;
    this.groupSeat.leave();
  }

  readonly #endTurn = (): void => {
    this.#isTurn = false;
    if (this.#queue.length > 0 && !this.#isBlocked) this.#socket?.cork(() => this.#sendQueued());
  };

  #sendQueued(): void {
    let count = 0;
    while (count < this.#queue.length && !this.#isBlocked) {
      const { message, size } = this.#queue[count++]!;
      this.#queuedBytes -= size;
      if (this.#socket?.send(message) === -1) this.#block();
    }
    this.#queue.splice(0, count);
    if (this.#queue.length === 0) this.#endQueue();
    if (this.#awaitedMark === undefined || this.bufferedAmount >= this.#awaitedMark) return;
    this.#awaitedMark = undefined;
    this.receiver?.drained();
  }

  /** Nothing waits here. */
  #endQueue(): void {
    if (this.#close !== undefined) this.#close();
    else if (!this.#isBlocked && this.#socket !== undefined) this.groupSeat.take(this.#socket);
  }

  waitForRoom(highWaterMark: number): void {
    this.#awaitedMark = highWaterMark;
  }

  ping(payload: Uint8Array<ArrayBuffer>): void {
    this.#socket?.ping(payload);
  }

  close(code: number, reason: string): void {
    this.groupSeat.leave();
    this.#close = () => this.#socket?.close(code, reason);
    if (this.#queue.length === 0) this.#close();
  }

  destroy(): void {
    this.groupSeat.leave();
    this.receiver = undefined;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#socket?.terminate();
    this.#socket = undefined;
  }

  /** Bun has a socket for it. */
  open(socket: BunServerWebSocket): void {
    socket.binaryType = "uint8array";
    (socket as OwnSocket)[own] = this;
    this.#socket = socket;
    this.groupSeat.take(socket);
  }

  /** Some of what waited in Bun has left. */
  flush(): void {
    if (this.#socket === undefined || this.#socket.getBufferedAmount() > 0) return;
    this.#isBlocked = false;
    this.#sendQueued();
  }

  /** Bun says that the socket is gone, and in some orders says so twice. */
  end(code: number, reason: string): void {
    const { receiver } = this;
    const error = code === 1006 ? explain(reason) : undefined;
    receiver?.closed(toCloseInfo(code, reason, code !== 1006, error));
  }
}

/** What the reason of a 1006 stands for: Bun has told the peer with the code. */
function explain(reason: string): Error | undefined {
  if (/too big/.test(reason)) return new ProtocolError(1009, "message over the runtime's limit");
  if (/UTF-8/.test(reason)) return new ProtocolError(1007, "text that is not UTF-8");
  if (/^Received /.test(reason)) return new ProtocolError(1002, reason);
  return reason === "" ? undefined : new Error(reason);
}

/** The bytes of a message. */
function sizeOf(message: string | Uint8Array): number {
  return typeof message === "string" ? encodeText(message).length : message.length;
}
