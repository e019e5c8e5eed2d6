/**
 * Being there under a name, over one connection after the other: logs in, comes back by itself, subscribes anew. Knows no elements.
 *
 * @module
 */
/// <reference lib="dom" />
import { isRecoverable, openWebSocket } from "@weft/websocket/browser";
import {
  HubClient,
  type HubClientEvent,
  HubError,
  hubSubprotocol,
  type Json,
  type MemberList,
} from "@weft/websocket/hub";
import { type Count, CountedConnection } from "./counted_connection.ts";

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

/** Milliseconds between attempts to come back: the first, and the longest. */
const [firstWait, longestWait] = [250, 5_000];
/** How often a name may be found taken that was ours: the server may not have noticed yet that we were gone. */
const patience = 12;

/** A stay at a server. */
export class Session {
  /** `out`: without a name; `in`: with one; `away`: with one, and on the way back. */
  state: "out" | "in" | "away" = "out";
  name = "";
  /** Who is here. */
  readonly members = new Set<string>();
  /** How many are here, of whom `members` are the first thousand. */
  total = 0;
  /** Milliseconds that the last answer took. An idle connection is left alone, so that its server may sleep. */
  latency: number | undefined;
  protocol = "";
  extensions = "";
  readonly sent: Count = { messages: 0, bytes: 0 };
  readonly received: Count = { messages: 0, bytes: 0 };
  /** The topics, and whether it is told who is in each. */
  readonly topics = new Map<string, boolean>();
  #client: HubClient | undefined;
  /** Counts the stays: what belongs to an earlier one comes too late. */
  #stayCount = 0;
  #wake: (() => void) | undefined;
  readonly #listeners: { [Name in keyof SessionListeners]: SessionListeners[Name][] } = {
    change: [],
    event: [],
    subscribed: [],
    refused: [],
  };

  /** Connects only by `enter()`. */
  constructor() {
    // No need to wait when there is a network again.
    addEventListener("online", () => this.#wake?.());
  }

  /** Calls the listener from now on. */
  on<Name extends keyof SessionListeners>(name: Name, listener: SessionListeners[Name]): void {
    this.#listeners[name].push(listener);
  }

  // Coming and going

  /** Comes in under a name. Rejects with `HubError` where it cannot be that, with `Error` where there is no server. */
  async enter(name: string): Promise<void> {
    const client = this.#client?.connection.readyState === "open" ? this.#client : await this.#connect();
    await this.#logIn(client, name, this.#stayCount);
    void this.#stay(client);
  }

  /** Leaves for good. */
  leave(): void {
    const client = this.#client;
    this.#end();
    void client?.connection.close();
  }

  async #connect(): Promise<HubClient> {
    const url = `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/${location.search}`;
    const connection = await openWebSocket(url, { protocols: [hubSubprotocol] });
    this.protocol = connection.protocol;
    this.extensions = connection.extensions;
    const counted = new CountedConnection(connection, this.sent, this.received);
    return this.#client = new HubClient(counted, { onEvent: (event) => this.#receive(event) });
  }

  async #logIn(client: HubClient, wanted: string, stay: number): Promise<void> {
    const { name, members, total } = await this.#time(client.login(wanted, { presence: true }));
    if (stay !== this.#stayCount) throw new HubError("left", "Cannot come in: left meanwhile");
    this.members.clear();
    for (const member of members) this.members.add(member);
    this.total = total;
    this.name = name;
    this.state = "in";
    this.#change();
  }

  /** Stays, and comes back whenever the connection ends, until one of both sides does not want it any more. */
  async #stay(client: HubClient): Promise<void> {
    const stay = this.#stayCount;
    for (;;) {
      const info = await client.connection.closed;
      if (stay !== this.#stayCount) return;
      // Some ends another attempt would not mend: the name turned out to be somebody else's, say.
      if (!isRecoverable(info)) return this.#refuse(info.reason || "The server closed the connection");
      this.state = "away";
      this.latency = undefined;
      this.#change();
      const next = await this.#comeBack();
      if (next === undefined) return;
      client = next;
    }
  }

  async #comeBack(): Promise<HubClient | undefined> {
    const stay = this.#stayCount;
    let refusals = 0;
    for (let wait = firstWait;; wait = Math.min(2 * wait, longestWait)) {
      await this.#wait(wait * (0.5 + Math.random() / 2));
      if (stay !== this.#stayCount) return;
      try {
        const client = await this.#connect();
        await this.#logIn(client, this.name, stay);
        await Promise.all(
          [...this.topics].map(([topic, presence]) => this.#subscribe(client, topic, presence)),
        );
        return client;
      } catch (error) {
        void this.#client?.connection.close();
        if (stay !== this.#stayCount) return;
        this.state = "away";
        this.#change();
        if (!(error instanceof HubError) || error.code === "left" || error.code === "timeout") continue;
        if (++refusals > patience) return this.#refuse(error.message);
      }
    }
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  }

  #refuse(reason: string): undefined {
    this.#end();
    for (const listener of this.#listeners.refused) listener(reason);
  }

  #end(): void {
    this.#stayCount++;
    this.state = "out";
    this.#client = undefined;
    this.members.clear();
    this.topics.clear();
    this.latency = undefined;
    this.#wake?.();
    this.#change();
  }

  // Doing

  /** Has text come back. */
  echo(text: string): Promise<Json> {
    return this.#time(this.#required.echo(text));
  }

  /** Has bytes come back. */
  echoBytes(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    return this.#time(this.#required.echoBytes(bytes));
  }

  /** Sends to a member. */
  send(to: string, text: string): Promise<void> {
    return this.#time(this.#required.send(to, text));
  }

  /** Publishes to a topic. */
  publish(topic: string, text: string): Promise<void> {
    return this.#time(this.#required.publish(topic, text));
  }

  /** Subscribes, now and after every return. Resolves with the topic as it is called. */
  subscribe(topic: string, options: { readonly presence: boolean }): Promise<string> {
    return this.#subscribe(this.#required, topic, options.presence);
  }

  /** Unsubscribes. */
  async unsubscribe(topic: string): Promise<void> {
    this.topics.delete(topic);
    // Who is away, has no subscription to give up, and gets none on the way back.
    if (this.state === "in") await this.#client?.unsubscribe(topic);
  }

  get #required(): HubClient {
    if (this.#client === undefined) throw new HubError("left", "Cannot ask: not connected");
    return this.#client;
  }

  async #subscribe(client: HubClient, topic: string, presence: boolean): Promise<string> {
    const answer = await this.#time(client.subscribe(topic, { presence }));
    this.topics.set(answer.topic, presence);
    const list = { members: [], total: 0, ...answer };
    for (const listener of this.#listeners.subscribed) listener(answer.topic, list);
    return answer.topic;
  }

  // Being told

  #receive(event: HubClientEvent): void {
    if ((event.type === "joined" || event.type === "left") && event.topic === undefined) {
      const { name, type } = event;
      const isNew = !this.members.has(name);
      if (type === "joined") this.members.add(name);
      else this.members.delete(name);
      // Of those beyond the first thousand, only the number is known.
      if (type === "left") this.total--;
      else if (isNew) this.total++;
      this.#change();
    }
    for (const listener of this.#listeners.event) listener(event);
  }

  async #time<Answer>(answer: Promise<Answer>): Promise<Answer> {
    const start = performance.now();
    const value = await answer;
    this.latency = performance.now() - start;
    return value;
  }

  #change(): void {
    for (const listener of this.#listeners.change) listener();
  }
}
