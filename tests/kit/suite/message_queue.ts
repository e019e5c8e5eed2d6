/**
 * For connections that tell their messages to `onMessage` alone: the other ways to receive, as the cases know them.
 *
 * @module
 */

import type { Message, MessageConnection } from "../../../mod.ts";
import { Reception } from "../../../src/connection/reception.ts";

/** The messages of one connection. */
export class MessageQueue {
  #waiting: { readonly message: Message; readonly resolve: () => void }[] = [];
  #takers: ((message: Message | undefined) => void)[] = [];
  #hasEnded = false;

  /** What `onMessage` is to return: resolves when the message was taken. */
  add(message: Message): Promise<void> {
    const taker = this.#takers.shift();
    taker?.(message);
    return taker === undefined
      ? new Promise((resolve) => this.#waiting.push({ message, resolve }))
      : Promise.resolve();
  }

  /** The connection, with all ways to receive. */
  attach(connection: MessageConnection): MessageConnection {
    void connection.closed.then(() => {
      this.#hasEnded = true;
      for (const taker of this.#takers) taker(undefined);
    });
    const reception = new QueueReception(connection, () => this.#take());
    const ways = {
      receive: () => reception.receive(),
      get readable() {
        return reception.readable;
      },
      [Symbol.asyncIterator]: () => reception.iterate(),
    };
    return new Proxy(connection, {
      get(_target, name) {
        const owner = name in ways ? ways : connection;
        const value: unknown = Reflect.get(owner, name, owner);
        return typeof value === "function" ? value.bind(owner) : value;
      },
    });
  }

  #take(): Promise<Message | undefined> {
    const next = this.#waiting.shift();
    next?.resolve();
    if (next !== undefined || this.#hasEnded) return Promise.resolve(next?.message);
    return new Promise((resolve) => this.#takers.push(resolve));
  }
}

class QueueReception extends Reception<MessageConnection> {
  readonly #take: () => Promise<Message | undefined>;

  constructor(connection: MessageConnection, take: () => Promise<Message | undefined>) {
    super({ connection, receiveHighWaterMark: 0 });
    this.#take = take;
  }

  override take(): Promise<Message | undefined> {
    return this.#take();
  }
}
