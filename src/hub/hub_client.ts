/**
 * The client's side of the application protocol, over any connection. Knows no page and no reconnecting.
 *
 * @module
 */

import type { ByteSource } from "../connection/bytes.ts";
import type { Message } from "../connection/connection_options.ts";
import type { MessageConnection } from "../connection/message_connection.ts";
import { quietly, rejectQuietly } from "../connection/quietly.ts";
import { Attendance, isList, type MemberList } from "./attendance.ts";
import {
  type HubAnswer,
  type HubClientEvent,
  hubProtocolVersion,
  type HubRequestInit,
  type Json,
  readHubReply,
  writeHubRequest,
} from "./application_protocol.ts";
import { closeQuietly } from "./close_quietly.ts";
import {
  checkHubClientOptions,
  type HubClientOptions,
  type HubClientSettings,
} from "./hub_client_options.ts";
import { HubError } from "./hub_error.ts";

/** What a client needs of its connection. Every `MessageConnection` has it. */
export type HubClientConnection =
  & Pick<MessageConnection, "abort" | "close" | "closed" | "readyState" | "send">
  & AsyncIterable<Message>;

/** A request that waits for its answer. */
interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: HubError) => void;
  readonly cancelTimer: () => void;
}

/** Has a request forgotten that got no answer. */
type Forget = (why: "timeout" | "left") => void;

/**
 * A client of a hub's server. Every request resolves with its answer and rejects with `HubError`: what the
 * server said, `timeout`, or `left` where the connection is not open any more. Receives the connection's
 * messages itself, from the beginning.
 */
export class HubClient {
  /** The connection. */
  readonly connection: HubClientConnection;
  readonly #settings: HubClientSettings;
  readonly #waiting = new Map<number, Waiting<HubAnswer>>();
  /** In the order of their answers, which have no ids. */
  readonly #echoes: Waiting<Uint8Array<ArrayBuffer>>[] = [];
  /** What was told of comings and goings while lists are waited for, by the request. */
  readonly #told = new Map<number, HubClientEvent[]>();
  #id = 0;

  /** Throws `RangeError` or `TypeError` for options that mean nothing. */
  constructor(connection: HubClientConnection, options: HubClientOptions = {}) {
    this.connection = connection;
    this.#settings = checkHubClientOptions(options);
    void this.#receiveAll();
  }

  /**
   * Logs in under a name, which comes back as it is now. With `presence`, who is there, and events of who
   * comes and goes: the list knows those that came before it.
   */
  login<Presence extends boolean = false>(
    name: string,
    { presence }: { readonly presence?: Presence } = {},
  ): Promise<{ readonly name: string } & (Presence extends true ? MemberList : Partial<MemberList>)> {
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
      // One that comes too late is still to come, before those of later messages.
      return (why) => why === "left" && this.#echoes.splice(this.#echoes.indexOf(waiting), 1);
    });
  }

  /** Sends to a member. Rejects with `not-delivered` where it reached nobody. */
  async send(to: string, data: Json): Promise<void> {
    await this.#request({ type: "send", to, data });
  }

  /**
   * Subscribes to a topic. With `presence`, who is in it, and events of who comes and goes, as `login()`
   * does.
   */
  subscribe<Presence extends boolean = false>(
    topic: string,
    { presence }: { readonly presence?: Presence } = {},
  ): Promise<{ readonly topic: string } & (Presence extends true ? MemberList : Partial<MemberList>)> {
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
    const text = writeHubRequest(id, request);
    const { maxRequestLength } = this.#settings;
    if (text.length > maxRequestLength) {
      const error = new HubError("too-big", `Cannot ask: more than ${maxRequestLength} units`);
      return rejectQuietly(error);
    }
    const answer = this.#send<HubAnswer>(text, (waiting) => {
      this.#waiting.set(id, waiting);
      if ("presence" in request) this.#told.set(id, []);
      return () => this.#take(id);
    });
    // What an answer to this request has, the protocol says.
    return answer as Promise<Answer>;
  }

  /** Sends, and waits for what `enter` is to hand to the waiting one. */
  #send<Answer>(data: string | ByteSource, enter: (waiting: Waiting<Answer>) => Forget): Promise<Answer> {
    return quietly(
      new Promise<Answer>((resolve, reject) => {
        if (this.connection.readyState !== "open") {
          throw new HubError("left", "Cannot ask: the connection is not open");
        }
        const cancelTimer = this.#settings.clock.after(this.#settings.requestTimeout, () => {
          forget("timeout");
          reject(new HubError("timeout", "Cannot wait any longer: no answer"));
        });
        const forget = enter({ resolve, reject, cancelTimer });
        this.connection.send(data).catch((cause) => {
          cancelTimer();
          forget("left");
          reject(new HubError("left", "Cannot ask: the connection took nothing", { cause }));
        });
      }),
    );
  }

  async #receiveAll(): Promise<void> {
    try {
      for await (const message of this.connection) this.#receive(message);
    } catch {
      void closeQuietly(this.connection, 1011);
    }
    await this.connection.closed;
    const error = new HubError("left", "Cannot wait any longer: the connection has ended");
    for (const waiting of [...this.#waiting.values(), ...this.#echoes]) {
      waiting.cancelTimer();
      waiting.reject(error);
    }
    this.#waiting.clear();
    this.#told.clear();
    this.#echoes.length = 0;
  }

  #receive(message: Message): void {
    if (typeof message !== "string") return this.#settleEcho((waiting) => waiting.resolve(message));
    const reply = readHubReply(message);
    switch (reply?.type) {
      case "ok": {
        const { type: _, id, ...answer } = reply;
        const told = this.#told.get(id) ?? [];
        this.#take(id)?.resolve(told.length === 0 ? answer : bringUpToDate(answer, told));
        return;
      }
      case "error": {
        const error = new HubError(reply.code, reply.message);
        // What has no id was about bytes: all else that a client sends has one.
        if (reply.id === null) return this.#settleEcho((waiting) => waiting.reject(error));
        this.#take(reply.id)?.reject(error);
        return;
      }
      case "joined":
      case "left":
        for (const told of this.#told.values()) told.push(reply);
        this.#settings.onEvent(reply);
        return;
      case "direct":
      case "message":
        this.#settings.onEvent(reply);
    }
  }

  /** The request that waits under an id, which does not any more. */
  #take(id: number): Waiting<HubAnswer> | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    this.#told.delete(id);
    waiting?.cancelTimer();
    return waiting;
  }

  #settleEcho(settle: (waiting: Waiting<Uint8Array<ArrayBuffer>>) => void): void {
    const waiting = this.#echoes.shift();
    if (waiting === undefined) return;
    waiting.cancelTimer();
    settle(waiting);
  }
}

/** An answer whose list, if it has one, knows what was told while it was on its way. */
function bringUpToDate(answer: HubAnswer, told: readonly HubClientEvent[]): HubAnswer {
  if (!isList(answer)) return answer;
  const attendance = new Attendance(answer, answer.topic);
  for (const event of told) attendance.hear(event);
  return { ...answer, ...attendance.list };
}
