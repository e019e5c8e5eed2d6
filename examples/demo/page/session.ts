/**
 * Being there under a name: what the page shows of it. Knows no elements, and leaves coming back to `ReconnectingHubClient`.
 *
 * @module
 */
/// <reference lib="dom" />
import { openWebSocket } from "@weft/websocket/browser";
import {
  Attendance,
  type HubClientEvent,
  type HubClientState,
  HubError,
  hubSubprotocol,
  type Json,
  type MemberList,
  type MessageConnection,
  ReconnectingHubClient,
} from "@weft/websocket/hub";
import { type Count, countMessages } from "./count_messages.ts";

/** What a session tells whoever listens. */
export interface SessionListeners {
  /** Something of the session's state has changed. */
  change: () => void;
  /** A message or somebody's coming or going. */
  event: (event: HubClientEvent) => void;
  /** A topic is subscribed to, for the first time or anew: who is in it. */
  subscribed: (topic: string, list: MemberList) => void;
  /** It is over, and not by `leave()`. */
  refused: (reason: string) => void;
}

const nobody: MemberList = { members: [], total: 0 };

/** A stay at a server, and those after it. */
export class Session {
  /** `out`: without a name; `in`: with one; `away`: with one, and on the way back. */
  state: "out" | "in" | "away" = "out";
  name = "";
  /** Milliseconds that the last answer took. An idle connection is left alone, so that its server may sleep. */
  latency: number | undefined;
  protocol = "";
  extensions = "";
  readonly sent: Count = { messages: 0, bytes: 0 };
  readonly received: Count = { messages: 0, bytes: 0 };
  /** Of the present stay. */
  #client: ReconnectingHubClient | undefined;
  #everybody = new Attendance(nobody);
  #opened = 0;
  readonly #listeners: { [Name in keyof SessionListeners]: SessionListeners[Name][] } = {
    change: [],
    event: [],
    subscribed: [],
    refused: [],
  };

  /** Connects only by `enter()`. */
  constructor() {
    // No need to wait when there is a network again.
    addEventListener("online", () => this.#client?.retry());
  }

  /** Who is here. */
  get members(): ReadonlySet<string> {
    return this.#everybody.members;
  }

  /** How many are here, of whom `members` are the first thousand. */
  get total(): number {
    return this.#everybody.total;
  }

  /** The topics, and whether it is told who is in each. */
  get topics(): ReadonlyMap<string, boolean> {
    return this.#client?.topics ?? new Map();
  }

  /** Calls the listener from now on. */
  on<Name extends keyof SessionListeners>(name: Name, listener: SessionListeners[Name]): void {
    this.#listeners[name].push(listener);
  }

  #tell<Name extends keyof SessionListeners>(name: Name, ...told: Parameters<SessionListeners[Name]>): void {
    for (const listener of this.#listeners[name] as ((...told: unknown[]) => void)[]) listener(...told);
  }

  // Coming and going

  /** Comes in under a name. Rejects with `HubError` where it cannot be that, with another error where there is no server. */
  enter(name: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const client: ReconnectingHubClient = new ReconnectingHubClient(() => this.#connect(), {
        name,
        presence: true,
        baseDelay: 500,
        maxDelay: 5_000,
        onEvent: (event) => this.#client === client && this.#receive(event),
        onState: (state) => {
          if (this.#client === client) return this.#follow(state);
          if (state.state === "in") {
            this.#client = client;
            return this.#follow(state);
          }
          // Who was never in, does not wait at the door.
          reject(state.error);
          void client.close();
        },
      });
      client.entered.then(resolve, () => {});
    });
  }

  async #connect(): Promise<MessageConnection> {
    const url = `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/${location.search}`;
    const connection = await openWebSocket(url, { protocols: [hubSubprotocol] });
    this.protocol = connection.protocol;
    this.extensions = connection.extensions;
    this.#opened = performance.now();
    return countMessages(connection, this.sent, this.received);
  }

  #follow(told: HubClientState): void {
    if (told.state === "out") {
      const { info, error } = told;
      this.leave();
      this.#tell(
        "refused",
        error instanceof HubError ? error.message : info.reason || "The server closed the connection",
      );
      return;
    }
    this.state = told.state;
    this.latency = undefined;
    if (told.state === "away") return this.#tell("change");
    this.name = told.name;
    this.latency = performance.now() - this.#opened;
    this.#everybody = new Attendance({ ...nobody, ...told });
    this.#tell("change");
    for (const { topic, members = [], total = 0 } of told.topics) {
      this.#tell("subscribed", topic, { members, total });
    }
  }

  /** Leaves for good. */
  leave(): void {
    void this.#client?.close();
    this.#client = undefined;
    this.state = "out";
    this.latency = undefined;
    this.#everybody = new Attendance(nobody);
    this.#tell("change");
  }

  // Doing

  /** Has text come back. */
  echo(text: string): Promise<Json> {
    return this.#ask((client) => client.echo(text));
  }

  /** Has bytes come back. */
  echoBytes(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    return this.#ask((client) => client.echoBytes(bytes));
  }

  /** Sends to a member. */
  send(to: string, text: string): Promise<void> {
    return this.#ask((client) => client.send(to, text));
  }

  /** Publishes to a topic. */
  publish(topic: string, text: string): Promise<void> {
    return this.#ask((client) => client.publish(topic, text));
  }

  /** Subscribes, now and after every return. Resolves with the topic as it is called. */
  subscribe(topic: string, options: { readonly presence: boolean }): Promise<string> {
    return this.#ask((client) =>
      client.subscribe(topic, options).then((answer) => {
        // At once: what is told next, is told of this list.
        this.#tell("subscribed", answer.topic, { ...nobody, ...answer });
        return answer.topic;
      })
    );
  }

  /** Unsubscribes. */
  async unsubscribe(topic: string): Promise<void> {
    await this.#client?.unsubscribe(topic);
  }

  async #ask<Answer>(ask: (client: ReconnectingHubClient) => Promise<Answer>): Promise<Answer> {
    if (this.#client === undefined) throw new HubError("left", "Cannot ask: not connected");
    const start = performance.now();
    const answer = await ask(this.#client);
    this.latency = performance.now() - start;
    return answer;
  }

  // Being told

  #receive(event: HubClientEvent): void {
    if (this.#everybody.hear(event)) this.#tell("change");
    this.#tell("event", event);
  }
}
