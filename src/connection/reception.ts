/**
 * What has arrived and was not asked for yet, or was asked for and has not arrived, and the ways to ask, of
 * which a connection takes one. Says when it is full; whoever fills it stops then. Knows not where messages
 * come from.
 *
 * @module
 */

import type { PieceEvent } from "../protocol/engine_event.ts";
import type { Message, MessageHandler } from "./connection_options.ts";
import { createReadable, type StreamedConnection } from "./connection_streams.ts";
import { attempt } from "./quietly.ts";

/** The most messages that wait unread. */
const mostWaiting = 16;

/** The ways to receive. Pieces of messages come by `messages()` alone. */
type Way = "receive()" | "messages()" | "readable" | "onMessage";

/** What a reception needs of its connection. */
export interface ReceptionOptions<Connection> {
  /** The connection, for its streams and its handler. */
  readonly connection: Connection;
  /** Bytes that wait unread before it is full; also 16 messages. */
  readonly receiveHighWaterMark: number;
  /** Takes each message, in order; a promise that it returns holds the next one back. */
  readonly onMessage?: MessageHandler<Connection> | undefined;
  /** The handler has thrown. */
  readonly onError?: (error: unknown) => void;
  /** Something was taken, and so little is left that more may come. */
  readonly onLow?: () => void;
}

/** The application's side of receiving: first come, first served. */
export class Reception<Connection extends StreamedConnection, Item extends Message | PieceEvent = Message> {
  /** Whether nothing more will come. */
  ended = false;

  readonly #options: ReceptionOptions<Connection>;
  readonly #connection: Connection;
  readonly #onMessage: MessageHandler<Connection> | undefined;
  #way: Way | undefined;
  #readable: ReadableStream<Message> | undefined;
  /** Whether the handler takes the next message at once. */
  #isReady: boolean;
  #unread: Array<{ readonly item: Item; readonly size: number }> = [];
  /** Bytes unread. */
  #size = 0;
  #takers: Array<(item: Item | undefined) => void> = [];

  /** Receives by the handler, if there is one. */
  constructor(options: ReceptionOptions<Connection>) {
    this.#options = options;
    this.#connection = options.connection;
    this.#onMessage = options.onMessage;
    this.#isReady = options.onMessage !== undefined;
    if (this.#isReady) this.#way = "onMessage";
  }

  // What waits

  /** Messages that wait. */
  get length(): number {
    return this.#unread.length;
  }

  /** What the messages that wait cost: their bytes, and 1 KiB each. */
  get cost(): number {
    return this.#size + 1024 * this.length;
  }

  /** Whether what comes next is waited for. */
  get isWanted(): boolean {
    return this.#isReady || this.#takers.length > 0;
  }

  /** Whether no more should come, where `pending` bytes are on their way already and not waited for. */
  isFull(pending = 0): boolean {
    const size = this.#size + pending;
    return this.length >= mostWaiting || size > 0 && size >= this.#options.receiveHighWaterMark;
  }

  /** Takes in a message, or a piece of one, of so many bytes. */
  push(item: Item, size: number): void {
    if (this.#isReady) return this.#handle(item as Message);
    const taker = this.#takers.shift();
    if (taker !== undefined) return taker(item);
    this.#unread.push({ item, size });
    this.#size += size;
  }

  /** The next message or piece, if one waits. */
  shift(): Item | undefined {
    // There are never many, so that moving them up costs nothing.
    const first = this.#unread.shift();
    this.#size -= first?.size ?? 0;
    return first?.item;
  }

  /** The next message or piece, as soon as there is one; `undefined` once it has ended. */
  take(): Promise<Item | undefined> {
    const item = this.shift();
    const taken = item !== undefined || this.ended
      ? Promise.resolve(item)
      : new Promise<Item | undefined>((resolve) => this.#takers.push(resolve));
    this.#taken();
    return taken;
  }

  /** Forgets what waits. */
  clear(): void {
    this.#unread = [];
    this.#size = 0;
  }

  /** Nothing more will come. What waits can still be taken. */
  end(): void {
    this.ended = true;
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }

  #handle(message: Message): void {
    try {
      const result = this.#onMessage!(message, this.#connection);
      if (!isThenable(result)) return;
      this.#isReady = false;
      result.then(() => this.#handled(), this.#options.onError);
    } catch (error) {
      this.#options.onError!(error);
    }
  }

  #handled(): void {
    this.#isReady = true;
    while (this.#isReady && this.length > 0) this.#handle(this.shift() as Message);
    this.#taken();
  }

  #taken(): void {
    const { receiveHighWaterMark, onLow } = this.#options;
    if (this.length <= mostWaiting / 2 && this.#size <= receiveHighWaterMark / 2) onLow?.();
  }

  // The ways to ask

  /** The next message, `undefined` at the end. Rejects with `TypeError` where another way is taken. */
  receive(): Promise<Message | undefined> {
    return attempt(() => this.#takeBy("receive()"));
  }

  /**
   * The messages, to the end; leaving the loop early changes nothing. Throws `TypeError` where another way is
   * taken.
   */
  iterate(): AsyncIterableIterator<Message> {
    this.claim("receive()");
    const iterator: AsyncIterableIterator<Message> = {
      next: async () => {
        const value = await this.receive();
        return value === undefined ? { done: true, value } : { done: false, value };
      },
      return: () => Promise.resolve({ done: true, value: undefined }),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** The messages as a stream, which errors with `TypeError` where another way is taken. */
  get readable(): ReadableStream<Message> {
    return this.#readable ??= createReadable(this.#connection, () => this.#takeBy("readable"));
  }

  /** Takes a way. Throws `TypeError` where another one is taken. */
  claim(way: Way): void {
    this.#way ??= way;
    if (this.#way !== way) {
      throw new TypeError(`Cannot receive by ${way}: this connection receives by ${this.#way}`);
    }
  }

  #takeBy(way: Way): Promise<Message | undefined> {
    this.claim(way);
    return this.take() as Promise<Message | undefined>;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === "function";
}
