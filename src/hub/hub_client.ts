/**
 * The client's side of the application protocol, over any connection. Knows no page and no reconnecting.
 *
 * @module
 */

import type { ByteSource } from "../connection/bytes.ts";
import { type Clock, systemClock } from "../connection/clock.ts";
import type { Message } from "../connection/connection_options.ts";
import type { MessageConnection } from "../connection/message_connection.ts";
import { checkFunctions, checkNumber } from "../protocol/engine_options.ts";
import {
  type HubAnswer,
  type HubClientEvent,
  hubProtocolVersion,
  type HubRequestInit,
  type Json,
  readHubReply,
  writeHubRequest,
} from "./application_protocol.ts";
import { HubError } from "./hub_error.ts";
import { quiet } from "./quiet.ts";

/** The options of a client. */
export interface HubClientOptions {
  /**
   * Called with direct messages, topics' messages and presence, in order, nothing left out. What it throws closes the connection with 1011.
   */
  readonly onEvent?: ((event: HubClientEvent) => void) | undefined;
  /** Milliseconds that an answer may take. Default 10 000. */
  readonly requestTimeout?: number | undefined;
  /** The source of time, for tests. */
  readonly clock?: Clock | undefined;
}

/** What a client needs of its connection. Every `MessageConnection` has it. */
export type HubClientConnection =
  & Pick<MessageConnection, "abort" | "close" | "closed" | "readyState" | "send">
  & AsyncIterable<Message>;

/** Names, sorted, at most `listLimit`, and how many there are in all. */
export interface MemberList {
  /** The names. */
  readonly members: readonly string[];
  /** How many there are in all. */
  readonly total: number;
}

/** A request that waits for its answer. */
interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: HubError) => void;
  readonly cancelTimer: () => void;
}

/**
 * A client of a hub's server. Every request resolves with its answer and rejects with `HubError`: what the server said, `timeout`, or `left` where the connection is not
 * open any more. Receives the connection's messages itself, from the beginning.
 */
export class HubClient {
  /** The connection. */
  readonly connection: HubClientConnection;
  readonly #timeout: number;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting<HubAnswer>>();
  readonly #echoes: Waiting<Uint8Array<ArrayBuffer>>[] = [];
  readonly #onEvent: HubClientOptions["onEvent"];
  #id = 0;

  /** Throws `RangeError` or `TypeError` for options that mean nothing. */
  constructor(connection: HubClientConnection, options: HubClientOptions = {}) {
    this.connection = connection;
    this.#timeout = checkNumber("requestTimeout", options.requestTimeout, 10_000, 1);
    this.#clock = options.clock ?? systemClock;
    checkFunctions(options, "onEvent");
    this.#onEvent = options.onEvent;
    void this.#receiveAll();
  }

  /** Logs in under a name, which comes back as it is now. With `presence`, who is there, and events of who comes and goes. */
  login<Presence extends boolean = false>(
    name: string,
    { presence }: { readonly presence?: Presence } = {},
  ): Promise<{ readonly name: string } & (Presence extends true ? MemberList : unknown)> {
    return this.#request({
      type: "login",
      version: hubProtocolVersion,
      name,
      ...(presence ? { presence } : {}),
    });
  }

  /** Has any JSON come back. */
  async echo(data: Json): Promise<Json> {
    return (await this.#request<{ data: Json }>({ type: "echo", data })).data;
  }

  /** Has bytes come back, as a binary message. */
  echoBytes(bytes: ByteSource): Promise<Uint8Array<ArrayBuffer>> {
    return this.#send(bytes, (waiting) => {
      this.#echoes.push(waiting);
      return () => void this.#echoes.splice(this.#echoes.indexOf(waiting), 1);
    });
  }

  /** Sends to a member. Rejects with `not-delivered` where it reached nobody. */
  async send(to: string, data: Json): Promise<void> {
    await this.#request({ type: "send", to, data });
  }

  /** Subscribes to a topic. With `presence`, who is in it, and events of who comes and goes. */
  subscribe<Presence extends boolean = false>(
    topic: string,
    { presence }: { readonly presence?: Presence } = {},
  ): Promise<{ readonly topic: string } & (Presence extends true ? MemberList : unknown)> {
    return this.#request({ type: "subscribe", topic, ...(presence ? { presence } : {}) });
  }

  /** Unsubscribes from a topic. */
  async unsubscribe(topic: string): Promise<void> {
    await this.#request({ type: "unsubscribe", topic });
  }

  /** Publishes to everybody else in a topic. */
  async publish(topic: string, data: Json): Promise<void> {
    await this.#request({ type: "publish", topic, data });
  }

  /** Who is there, or in a topic. */
  list(topic?: string): Promise<MemberList> {
    return this.#request(topic === undefined ? { type: "list" } : { type: "list", topic });
  }

  #request<Answer>(request: HubRequestInit): Promise<Answer> {
    const id = this.#id++;
    const answer = this.#send<HubAnswer>(writeHubRequest(id, request), (waiting) => {
      this.#waiting.set(id, waiting);
      return () => void this.#waiting.delete(id);
    });
    // What an answer to this request has, the protocol says.
    return answer as Promise<Answer>;
  }

  /** Sends, and waits for what `enter` is to hand to the waiting one; it returns what makes it forget. */
  #send<Answer>(
    data: string | ByteSource,
    enter: (waiting: Waiting<Answer>) => () => void,
  ): Promise<Answer> {
    return quiet(
      new Promise<Answer>((resolve, reject) => {
        if (this.connection.readyState !== "open") {
          throw new HubError("left", "Cannot ask: the connection is not open");
        }
        const cancelTimer = this.#clock.after(this.#timeout, () => {
          forget();
          reject(new HubError("timeout", "Cannot wait any longer: no answer"));
        });
        const forget = enter({ resolve, reject, cancelTimer });
        this.connection.send(data).catch((cause) => {
          cancelTimer();
          forget();
          reject(new HubError("left", "Cannot ask: the connection took nothing", { cause }));
        });
      }),
    );
  }

  async #receiveAll(): Promise<void> {
    try {
      for await (const message of this.connection) this.#receive(message);
    } catch {
      quiet(this.connection.close({ closeCode: 1011 }));
    }
    await this.connection.closed;
    const error = new HubError("left", "Cannot wait any longer: the connection has ended");
    for (const waiting of [...this.#waiting.values(), ...this.#echoes]) {
      waiting.cancelTimer();
      waiting.reject(error);
    }
    this.#waiting.clear();
    this.#echoes.length = 0;
  }

  #receive(message: Message): void {
    if (typeof message !== "string") return this.#settleEcho((waiting) => waiting.resolve(message));
    const reply = readHubReply(message);
    switch (reply?.type) {
      case "ok": {
        const { type: _, id, ...answer } = reply;
        return this.#settle(id, (waiting) => waiting.resolve(answer));
      }
      case "error": {
        const error = new HubError(reply.code, reply.message);
        // What has no id was about bytes: all else that a client sends has one.
        if (reply.id === null) return this.#settleEcho((waiting) => waiting.reject(error));
        return this.#settle(reply.id, (waiting) => waiting.reject(error));
      }
      case "direct":
      case "message":
      case "joined":
      case "left":
        this.#onEvent?.(reply);
    }
  }

  #settle(id: number, settle: (waiting: Waiting<HubAnswer>) => void): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    waiting.cancelTimer();
    settle(waiting);
  }

  #settleEcho(settle: (waiting: Waiting<Uint8Array<ArrayBuffer>>) => void): void {
    const waiting = this.#echoes.shift();
    if (waiting === undefined) return;
    waiting.cancelTimer();
    settle(waiting);
  }
}
