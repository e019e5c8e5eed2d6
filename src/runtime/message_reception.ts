/**
 * The application's side of receiving whole messages: in which way it does, what waits for it, and whether it
 * has enough. Knows not where messages come from.
 *
 * @module
 */

import { createReadable, type StreamedConnection } from "../connection/connection_streams.ts";
import type { Message } from "../connection/connection_options.ts";
import { Inbox } from "../connection/inbox.ts";

/** The ways to receive, of which a connection takes one. */
type Way = "receive()" | "readable" | "onMessage";

/** What a reception needs of its connection. */
export interface ReceptionOptions {
  /** The connection, for its streams. */
  readonly connection: StreamedConnection;
  /** Bytes that wait unread before it is full; also 16 messages. */
  readonly highWaterMark: number;
  /** Takes each message, in order; a promise that it returns holds the next one back. */
  readonly handle: ((message: Message) => unknown) | undefined;
  /** Something was taken. */
  readonly onTaken: () => void;
  /** The handler has thrown. */
  readonly onError: (error: unknown) => void;
}

/** Receives the messages of one connection. */
export class MessageReception {
  readonly #options: ReceptionOptions;
  readonly #inbox: Inbox<Message>;
  #way: Way | undefined;
  /** Whether a promise of the handler is pending. */
  #handling = false;
  #readable: ReadableStream<Message> | undefined;

  constructor(options: ReceptionOptions) {
    this.#options = options;
    this.#inbox = new Inbox(options.highWaterMark);
    if (options.handle !== undefined) this.#way = "onMessage";
  }

  /** Whether the application has enough to do. */
  get full(): boolean {
    return this.#inbox.isFull(0);
  }

  /** Whether more may come again, after it was full. */
  get low(): boolean {
    return this.#inbox.low;
  }

  /** What the messages that wait cost, those without a byte too. */
  get cost(): number {
    return this.#inbox.size + 1024 * this.#inbox.length;
  }

  /** Takes a message in. */
  add(message: Message): void {
    if (this.#way === "onMessage" && !this.#handling) this.#handle(message);
    else this.#inbox.push(message, message.length);
  }

  /** The next message, `undefined` at the end. Rejects with `TypeError` where another way is taken. */
  receive(): Promise<Message | undefined> {
    try {
      this.#claim("receive()");
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#take();
  }

  /** The messages, to the end. Throws `TypeError` where another way is taken. */
  iterate(): AsyncIterableIterator<Message> {
    this.#claim("receive()");
    const iterator: AsyncIterableIterator<Message> = {
      next: async () => {
        const value = await this.#take();
        return value === undefined ? { done: true, value } : { done: false, value };
      },
      return: () => Promise.resolve({ done: true, value: undefined }),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** The messages as a stream. */
  get readable(): ReadableStream<Message> {
    return this.#readable ??= createReadable(this.#options.connection, () => {
      this.#claim("readable");
      return this.#take();
    });
  }

  /** Nothing more will come; what waits can still be taken. */
  end(): void {
    this.#inbox.end();
  }

  /** Forgets what waits. */
  clear(): void {
    this.#inbox.clear();
  }

  #claim(way: Way): void {
    this.#way ??= way;
    if (this.#way !== way) {
      throw new TypeError(`Cannot receive by ${way}: this connection receives by ${this.#way}`);
    }
  }

  #take(): Promise<Message | undefined> {
    const message = this.#inbox.shift();
    const taken = message === undefined ? this.#inbox.wait() : Promise.resolve(message);
    this.#options.onTaken();
    return taken;
  }

  /** Calls the handler with a message. */
  #handle(message: Message): void {
    try {
      const result = this.#options.handle!(message);
      if (typeof (result as PromiseLike<unknown> | undefined)?.then !== "function") return;
      this.#handling = true;
      (result as PromiseLike<unknown>).then(() => this.#handled(), this.#options.onError);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #handled(): void {
    this.#handling = false;
    while (!this.#handling && this.#inbox.length > 0) this.#handle(this.#inbox.shift()!);
    this.#options.onTaken();
  }
}
