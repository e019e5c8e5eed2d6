/**
 * What waits for the application, or goes to its handler, and whether it has enough. Knows not where messages
 * come from.
 *
 * @module
 */

import type { Message } from "../connection/connection_options.ts";
import type { StreamedConnection } from "../connection/connection_streams.ts";
import { Inbox } from "../connection/inbox.ts";
import { Reception } from "../connection/reception.ts";

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
export class MessageReception extends Reception {
  readonly #options: ReceptionOptions;
  readonly #inbox: Inbox<Message>;
  /** Whether a promise of the handler is pending. */
  #handling = false;

  /** Receives by `handle`, if there is one. */
  constructor(options: ReceptionOptions) {
    super(options.connection, options.handle && "onMessage");
    this.#options = options;
    this.#inbox = new Inbox(options.highWaterMark);
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
    if (this.#options.handle !== undefined && !this.#handling) this.#handle(message);
    else this.#inbox.push(message, message.length);
  }

  /** Nothing more will come; what waits can still be taken. */
  end(): void {
    this.#inbox.end();
  }

  /** Forgets what waits. */
  clear(): void {
    this.#inbox.clear();
  }

  protected override take(): Promise<Message | undefined> {
    const taken = this.#inbox.take();
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
