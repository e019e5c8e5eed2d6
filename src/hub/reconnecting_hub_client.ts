/**
 * A client of a hub's server that stays in under its name, over one connection after the other. Knows no URL,
 * and not how connections are made or waited for.
 *
 * @module
 */

import type { ByteSource } from "../connection/bytes.ts";
import type { WebSocketCloseInfo } from "../connection/close_info.ts";
import { createCloseError } from "../connection/connection_streams.ts";
import { isRecoverable } from "../connection/is_recoverable.ts";
import type { MessageConnection } from "../connection/message_connection.ts";
import type { ConnectAgain } from "../connection/reconnect_options.ts";
import { ReconnectingConnection } from "../connection/reconnecting_connection.ts";
import { checkFunctions } from "../protocol/engine_options.ts";
import { type Json, normaliseLabel } from "./application_protocol.ts";
import type { MemberList } from "./attendance.ts";
import { closeQuietly } from "./close_quietly.ts";
import { enterHub } from "./enter_hub.ts";
import type { HubClient } from "./hub_client.ts";
import { checkHubClientOptions } from "./hub_client_options.ts";
import { HubError } from "./hub_error.ts";
import { isFinalRefusal } from "./is_final_refusal.ts";
import { quietly, rejectQuietly } from "../connection/quietly.ts";
import type { HubClientState, ReconnectingHubClientOptions } from "./reconnecting_hub_client_options.ts";

/**
 * How often in a row a name that was ours may be taken: the server may not have noticed yet that we were
 * gone.
 */
const patience = 12;

/**
 * A `HubClient` that comes back: it connects by the function that it is given, logs in, and does so anew
 * whenever the connection ends, as `ReconnectingConnection` does, and subscribes again to what it was
 * subscribed to. What is asked while it is not in, rejects with `HubError`: `left`. It ends for good by
 * `close()`, by an end that `shouldReconnect` says no to, or where the server refuses the login and would do
 * so again.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createWebSocketPair } from "@weft/websocket";
 * import { Hub, HubServer, ReconnectingHubClient } from "@weft/websocket/hub";
 *
 * const server = new HubServer(new Hub());
 * const client = new ReconnectingHubClient(() => {
 *   const [near, far] = createWebSocketPair(); // where others open a socket
 *   void server.serve(far);
 *   return near;
 * }, { name: "ann" });
 * await client.entered;
 * assertEquals(await client.subscribe("news"), { topic: "news" });
 * assertEquals(await client.list("news"), { members: ["ann"], total: 1 });
 * await client.close();
 * ```
 */
export class ReconnectingHubClient {
  /**
   * Resolves when it has come in for the first time; rejects with what ended it before. Nobody has to look at
   * it.
   */
  readonly entered: Promise<void>;
  /** Resolves when it has ended for good, however it did. Never rejects. */
  readonly closed: Promise<WebSocketCloseInfo>;
  readonly #options: ReconnectingHubClientOptions;
  readonly #connection: ReconnectingConnection;
  readonly #topics = new Map<string, boolean>();
  #name: string;
  #state: HubClientState["state"] = "away";
  /** The client of the present connection, once it is in. */
  #client: HubClient | undefined;
  #settleEntered!: { readonly resolve: () => void; readonly reject: (error: unknown) => void };
  #hasEntered = false;
  #isClosing = false;
  /** Why the present connection did not come in, and how often that was so in a row. */
  #refusal: HubError | undefined;
  #refusals = 0;
  /** What the application has thrown. */
  #failure: { readonly error: unknown } | undefined;

  /**
   * Starts to connect, in a turn of its own. Throws `TypeError` or `RangeError` for options that mean
   * nothing.
   */
  constructor(connect: ConnectAgain, options: ReconnectingHubClientOptions) {
    if (typeof connect !== "function") throw new TypeError("Cannot use connect: not a function");
    if (typeof options.name !== "string") throw new TypeError("Cannot use name: not text");
    checkFunctions(options, "onState", "shouldReconnect");
    checkHubClientOptions(options);
    const { baseDelay, clock, connectTimeout, maxDelay, maxRetries, random, stableAfter } = options;
    this.#options = options;
    this.#name = options.name;
    this.entered = quietly(new Promise((resolve, reject) => this.#settleEntered = { resolve, reject }));
    const connectAnew: ConnectAgain = (attempt) => {
      this.#refusal = undefined;
      return connect(attempt);
    };
    this.#connection = new ReconnectingConnection(connectAnew, {
      ...{ baseDelay, clock, connectTimeout, maxDelay, maxRetries, random, stableAfter },
      shouldReconnect: (info) => this.#goesOn(info),
      onOpen: (connection) => this.#enter(connection),
      onDisconnect: (info, delay) => this.#leave(info, delay),
    });
    this.closed = this.#connection.closed;
  }

  /** `in`; `away`: on the way, or on the way back; `out`: not any more. */
  get state(): HubClientState["state"] {
    return this.#state;
  }

  /** The name, as the server has it once it was in. */
  get name(): string {
    return this.#name;
  }

  /** The topics that are subscribed to, now and after every return, and whether with `presence`. */
  get topics(): ReadonlyMap<string, boolean> {
    return this.#topics;
  }

  // Coming and going

  /** Ends the present waiting for the next attempt, as when the network is back. */
  retry(): void {
    this.#connection.retry();
  }

  /** Leaves for good. Resolves when the connection has ended. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#connection.close();
  }

  async #enter(connection: MessageConnection): Promise<void> {
    try {
      await enterHub(connection, {
        ...this.#options,
        name: this.#name,
        topics: this.#topics,
        onEvent: (event) => this.#call(() => this.#options.onEvent?.(event)),
        onEnter: (client, state) => {
          if (connection.readyState !== "open") return;
          this.#client = client;
          this.#name = state.name;
          this.#hasEntered = true;
          this.#refusals = 0;
          this.#settleEntered.resolve();
          this.#tell(state);
        },
      });
    } catch (error) {
      this.#client = undefined;
      // How a connection has ended, it tells itself.
      if (error instanceof HubError && error.code !== "left") {
        this.#refusal = error;
        this.#refusals++;
      }
      await closeQuietly(connection, this.#failure === undefined ? 1000 : 1011);
    }
  }

  /** Whether to connect again after such an end. */
  #goesOn(info: WebSocketCloseInfo): boolean {
    const refusal = this.#refusal;
    if (this.#failure !== undefined) return false;
    if (refusal === undefined) return (this.#options.shouldReconnect ?? isRecoverable)(info);
    if (refusal.code === "name-taken" && this.#hasEntered) return this.#refusals < patience;
    return !isFinalRefusal(refusal);
  }

  #leave(info: WebSocketCloseInfo, delay: number | undefined): void {
    this.#client = undefined;
    const told = this.#failure?.error ?? this.#refusal ?? info.error;
    if (delay !== undefined) {
      this.#tell({ state: "away", info, delay, ...(told === undefined ? undefined : { error: told }) });
      return;
    }
    const error = told ?? createCloseError("Cannot go on", info);
    this.#settleEntered.reject(this.#isClosing ? new HubError("left", "Cannot come in: closed") : error);
    this.#tell({ state: "out", info, ...(this.#isClosing ? undefined : { error }) });
  }

  #tell(state: HubClientState): void {
    this.#state = state.state;
    this.#call(() => this.#options.onState?.(state));
  }

  /** Calls the application. What it throws, ends all. */
  #call(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  // Doing

  /** Has any JSON come back. */
  echo(data: Json): Promise<Json> {
    return this.#ask((client) => client.echo(data));
  }

  /** Has bytes come back, as a binary message. */
  echoBytes(bytes: ByteSource): Promise<Uint8Array<ArrayBuffer>> {
    return this.#ask((client) => client.echoBytes(bytes));
  }

  /** Sends to a member. Rejects with `not-delivered` where it reached nobody. */
  send(to: string, data: Json): Promise<void> {
    return this.#ask((client) => client.send(to, data));
  }

  /** Publishes to everybody else in a topic. */
  publish(topic: string, data: Json): Promise<void> {
    return this.#ask((client) => client.publish(topic, data));
  }

  /** Who is there, or in a topic. */
  list(topic?: string): Promise<MemberList> {
    return this.#ask((client) => client.list(topic));
  }

  /**
   * Subscribes to a topic, now and after every return. With `presence`, who is in it, and events of who comes
   * and goes.
   */
  subscribe<Presence extends boolean = false>(
    topic: string,
    options: { readonly presence?: Presence } = {},
  ): Promise<{ readonly topic: string } & (Presence extends true ? MemberList : Partial<MemberList>)> {
    return this.#ask((client) => {
      const answer = client.subscribe(topic, options);
      answer.then(({ topic }) => this.#topics.set(topic, options.presence ?? false), () => {});
      return answer;
    });
  }

  /** Unsubscribes from a topic, for every return too: whoever is away has nothing to ask for that. */
  unsubscribe(topic: string): Promise<void> {
    this.#topics.delete(normaliseLabel(topic) ?? topic);
    return this.#client === undefined ? Promise.resolve() : this.#ask((client) => client.unsubscribe(topic));
  }

  #ask<Answer>(ask: (client: HubClient) => Promise<Answer>): Promise<Answer> {
    if (this.#client !== undefined) return quietly(ask(this.#client));
    return rejectQuietly(new HubError("left", "Cannot ask: not connected"));
  }
}
