/**
 * The ways in which an application receives whole messages, of which a connection takes one. Knows not where
 * messages come from.
 *
 * @module
 */

import type { Message } from "./connection_options.ts";
import { createReadable, type StreamedConnection } from "./connection_streams.ts";

/** The ways to receive. */
type Way = "receive()" | "readable" | "onMessage";

/** The application's side of receiving. */
export abstract class Reception {
  readonly #connection: StreamedConnection;
  #way: Way | undefined;
  #readable: ReadableStream<Message> | undefined;

  /** The connection, for its streams, and the way that was taken at its beginning. */
  constructor(connection: StreamedConnection, way: "onMessage" | undefined) {
    this.#connection = connection;
    this.#way = way;
  }

  /** The next message, `undefined` at the end. */
  protected abstract take(): Promise<Message | undefined>;

  /** The next message, `undefined` at the end. Rejects with `TypeError` where another way is taken. */
  receive(): Promise<Message | undefined> {
    try {
      this.#claim("receive()");
    } catch (error) {
      return Promise.reject(error);
    }
    return this.take();
  }

  /**
   * The messages, to the end; leaving the loop early changes nothing. Throws `TypeError` where another way is
   * taken.
   */
  iterate(): AsyncIterableIterator<Message> {
    this.#claim("receive()");
    const iterator: AsyncIterableIterator<Message> = {
      next: async () => {
        const value = await this.take();
        return value === undefined ? { done: true, value } : { done: false, value };
      },
      return: () => Promise.resolve({ done: true, value: undefined }),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** The messages as a stream, which errors with `TypeError` where another way is taken. */
  get readable(): ReadableStream<Message> {
    return this.#readable ??= createReadable(this.#connection, () => {
      this.#claim("readable");
      return this.take();
    });
  }

  #claim(way: Way): void {
    this.#way ??= way;
    if (this.#way !== way) {
      throw new TypeError(`Cannot receive by ${way}: this connection receives by ${this.#way}`);
    }
  }
}
