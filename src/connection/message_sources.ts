/**
 * The messages of connections that follow each other, as those of one. Asks a connection only for what is
 * asked of it, so that its backpressure holds, and keeps what it leaves behind at its end.
 *
 * @module
 */

import type { Message } from "./connection_options.ts";
import type { StreamedConnection } from "./connection_streams.ts";
import type { MessageConnection } from "./message_connection.ts";
import { Reception } from "./reception.ts";

/** Unread bytes of ended connections from which on there is enough to read; also 16 messages. */
const receiveHighWaterMark = 65_536;

/** What the unread messages of ended connections may take at most: their bytes, and 1 KiB each. */
const maxUnread = 16_777_216;

/** Who receives by a handler. */
export interface SourcesHandler {
  /** Takes each message, in order; a promise that it returns holds the next one back. */
  readonly handle: (message: Message) => unknown;
  /** The handler has thrown. */
  readonly onError: (error: unknown) => void;
}

/** Receives, in order, over all connections: what those that have ended have left, then from the last one. */
export class MessageSources extends Reception<StreamedConnection> {
  /** The connection that is received from. */
  #source: MessageConnection | undefined;
  #isWanted = false;
  #isPressed = false;
  /** Settles when the last call of `take()` has its message. */
  #turn: Promise<unknown> = Promise.resolve();
  #waiting: (() => void)[] = [];

  /** Receives by `handler`, if there is one. */
  constructor(connection: StreamedConnection, handler: SourcesHandler | undefined) {
    super({ connection, receiveHighWaterMark });
    if (handler === undefined) return;
    this.claim("onMessage");
    void this.#handleAll(handler);
  }

  /** The next connection, behind `leave()`. */
  use(connection: MessageConnection): void {
    this.#source = connection;
    this.#isPressed = false;
    this.#wake();
  }

  /**
   * The connection has ended: keeps what was not read of it, or forgets it where nobody has received so far.
   */
  async leave(): Promise<void> {
    const source = this.#source;
    this.#source = undefined;
    if (source === undefined || !this.#isWanted) return;
    try {
      for (let message; (message = await source.receive()) !== undefined;) {
        this.push(message, message.length);
      }
    } catch {
      // It has a way to receive of its own: whoever has asked it here was told so.
    }
    this.#wake();
  }

  /**
   * Waits until so little is unread that another connection may add to it, or something is to be sent.
   * Rejects with `RangeError` when that is too much.
   */
  async catchUp(): Promise<void> {
    while (this.isFull() && !this.#isPressed && !this.ended) await this.#untilWoken();
    if (this.cost > maxUnread) {
      throw new RangeError(`Cannot connect: ${this.length} messages are unread`);
    }
  }

  /** Something is to be sent: the next connection may not wait until others are read. */
  press(): void {
    this.#isPressed = true;
    this.#wake();
  }

  /** There will be no other connection. */
  override end(): void {
    this.ended = true;
    this.#wake();
  }

  override take(): Promise<Message | undefined> {
    this.#isWanted = true;
    const message = this.#turn.then(() => this.#next());
    this.#turn = message.catch(() => {});
    return message;
  }

  async #next(): Promise<Message | undefined> {
    for (;;) {
      const unread = this.shift();
      const source = this.#source;
      if (unread !== undefined) {
        this.#wake();
        return unread;
      } else if (source !== undefined) {
        const message = await source.receive();
        if (message !== undefined) return message;
        if (this.#source === source) this.#source = undefined;
      } else {
        if (this.ended) return undefined;
        await this.#untilWoken();
      }
    }
  }

  async #handleAll({ handle, onError }: SourcesHandler): Promise<void> {
    try {
      for (let message; (message = await this.take()) !== undefined;) await handle(message);
    } catch (error) {
      onError(error);
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #untilWoken(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
