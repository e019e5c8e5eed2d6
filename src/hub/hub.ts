/**
 * Connections of any kind under names, and what they can say to each other. Knows connections only by an interface, and neither who serves
 * them nor what their messages mean.
 *
 * @module
 */

import type { ByteSource } from "../connection/bytes.ts";
import { ActionOrder, isThenable } from "./action_order.ts";
import type { Broker } from "./broker.ts";
import {
  abortQuietly,
  channelPrefix,
  closeQuietly,
  Exchange,
  type ExchangeCounts,
  type PublishResult,
} from "./exchange.ts";
import { Feeds, type FeedSource } from "./feeds.ts";
import { HubError } from "./hub_error.ts";
import {
  checkHubOptions,
  type HubAction,
  type HubConnection,
  type HubEvent,
  type HubLimits,
  type HubOptions,
} from "./hub_options.ts";
import { Member, type MemberHub, type Target } from "./member.ts";
import { type OutgoingMessage, prepareOutgoing } from "./outgoing_message.ts";
import { quiet } from "./quiet.ts";

/** What a hub is made of at the moment, and what it has done. */
export interface HubStats extends Readonly<ExchangeCounts> {
  /** Members of this hub. */
  readonly members: number;
  /** Topics of this hub that have subscribers. */
  readonly topics: number;
  /** Feeds that are drawn from. */
  readonly feeds: number;
}

/**
 * Members, topics, direct messages, feeds and presence. A hub sends to its members' connections and watches their end; what they send is
 * received by whoever joined them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createWebSocketPair } from "@weft/websocket";
 * import { Hub } from "@weft/websocket/hub";
 *
 * const hub = new Hub();
 * const [client, server] = createWebSocketPair();
 * const ann = await hub.join(server, { name: "ann" });
 * await ann.subscribe("news");
 * assertEquals(await hub.publish("news", "Hello"), { delivered: 1, dropped: 0 });
 * assertEquals(await hub.send("ann", "Hello, Ann"), true);
 * assertEquals([await client.receive(), await client.receive()], ["Hello", "Hello, Ann"]);
 * await Promise.all([hub.close(), client.close()]);
 * ```
 */
export class Hub {
  readonly #limits: HubLimits;
  readonly #authorize: HubOptions["authorize"];
  readonly #broker: Broker | undefined;
  readonly #exchange: Exchange;
  readonly #feeds: Feeds;
  readonly #members = new Map<string, Member>();
  /** Names of those who are about to join. */
  readonly #joining = new Set<string>();
  readonly #listeners = new Set<(event: HubEvent) => void>();
  readonly #hubOfMembers: MemberHub;
  /** The order of what the hub itself sends. */
  readonly #order = new ActionOrder();
  #identity = 0;
  #closed: Promise<void> | undefined;

  /** Throws `TypeError` or `RangeError` for options that mean nothing. */
  constructor(options: HubOptions = {}) {
    this.#limits = checkHubOptions(options);
    this.#authorize = options.authorize;
    this.#broker = options.broker;
    this.#feeds = new Feeds(
      this.#limits.clock,
      (topic, message) => void this.#exchange.publish(topic, message),
      (error) => this.#tell({ type: "error", error }),
    );
    this.#exchange = new Exchange(
      this.#limits,
      this.#feeds,
      options.broker,
      (member) => this.#remove(member),
    );
    this.#hubOfMembers = this.#serveMembers();
    this.#broker?.start({
      receivePublished: (topic, data) => this.#exchange.receive(topic, prepareOutgoing(data)),
      receiveDirect: (name, identity, data) => this.#receiveDirect(name, identity, data),
      subscribersHere: (topic) => this.#exchange.topics.subscribersOf(topic).map((member) => member.name),
      joined: (name) => this.#tell({ type: "joined", name, local: false }),
      left: (name) => this.#tell({ type: "left", name, local: false }),
      lost: (name) => this.#dismiss(name),
      failed: (error) => this.#tell({ type: "error", error }),
      changed: (connected, error) =>
        this.#tell({ type: "broker", connected, ...(error === undefined ? undefined : { error }) }),
    });
  }

  /** Whether `close()` was called. */
  get closing(): boolean {
    return this.#closed !== undefined;
  }

  /** Counts. */
  get stats(): HubStats {
    return {
      ...this.#exchange.counts,
      members: this.#members.size,
      topics: this.#exchange.topics.size,
      feeds: this.#feeds.runningCount,
    };
  }

  /**
   * Joins a connection under a name, until it ends. Rejects with `HubError`: `invalid-name`, `name-taken`, `too-many-members`,
   * `not-allowed`, `closing`, or `left` where the connection is not open. Where nobody has to be asked, it has joined when this returns.
   */
  join(connection: HubConnection, options: { readonly name: string }): Promise<Member> {
    const { name } = options;
    const refusal = this.#refuse(name, connection);
    if (refusal !== undefined) return quiet(Promise.reject(refusal));
    this.#joining.add(name);
    const order = new ActionOrder();
    const joined = order.run<boolean, Member>(
      () => this.#allow({ type: "join", name, connection }),
      (allowed) => {
        if (!allowed) throw new HubError("not-allowed", "Cannot join: not allowed");
        const identity = this.#broker === undefined ? `${++this.#identity}` : this.#broker.claim(name);
        return isThenable(identity)
          ? identity.then((claimed) => this.#admit(name, claimed, connection))
          : this.#admit(name, identity, connection);
      },
    );
    joined.catch(() => this.#joining.delete(name));
    return joined;
  }

  #refuse(name: string, connection: HubConnection): HubError | undefined {
    const { maxNameLength, maxMembers } = this.#limits;
    if (this.closing) return new HubError("closing", "Cannot join: the hub closes");
    if (typeof name !== "string" || name === "" || name.length > maxNameLength || !name.isWellFormed()) {
      return new HubError("invalid-name", `Cannot join: a name is text of 1 to ${maxNameLength} units`);
    }
    if (this.#members.has(name) || this.#joining.has(name)) {
      return new HubError("name-taken", "Cannot join: the name is taken");
    }
    if (this.#members.size + this.#joining.size >= maxMembers) {
      return new HubError("too-many-members", `Cannot join: ${maxMembers} members already`);
    }
    if (connection.readyState !== "open") {
      return new HubError("left", "Cannot join: the connection is not open");
    }
    return undefined;
  }

  #admit(name: string, identity: string | undefined, connection: HubConnection): Member {
    if (identity === undefined) throw new HubError("name-taken", "Cannot join: the name is taken");
    if (this.closing || connection.readyState !== "open") {
      this.#broker?.release(name);
      throw this.closing
        ? new HubError("closing", "Cannot join: the hub closes")
        : new HubError("left", "Cannot join: the connection is not open");
    }
    const member = new Member(name, identity, connection, this.#hubOfMembers);
    this.#joining.delete(name);
    this.#members.set(name, member);
    const remove = () => this.#remove(member);
    connection.closed.then(remove, remove);
    this.#tell({ type: "joined", name, local: true });
    return member;
  }

  #remove(member: Member): void {
    if (this.#members.get(member.name) !== member) return;
    this.#exchange.forget(member);
    this.#members.delete(member.name);
    this.#broker?.release(member.name);
    this.#tell({ type: "left", name: member.name, local: true });
  }

  /** The name turned out to be somebody else's. */
  #dismiss(name: string): void {
    const member = this.#members.get(name);
    if (member === undefined) return;
    this.#remove(member);
    closeQuietly(member, 1008, "The name is taken");
  }

  /** The member of this hub that has the name. */
  member(name: string): Member | undefined {
    return this.#members.get(name);
  }

  /** The names of all members, of the whole cluster. */
  names(): string[] {
    return [...new Set([...this.#members.keys(), ...this.#broker?.names() ?? []])];
  }

  /** The names of a topic's subscribers, of the whole cluster. */
  async subscribers(topic: string): Promise<string[]> {
    const here = this.#exchange.topics.subscribersOf(topic).map((member) => member.name);
    return [...new Set([...here, ...await this.#broker?.subscribers(topic) ?? []])];
  }

  /**
   * Publishes to everybody in a topic, in the whole cluster or, by `local`, in this hub alone. Resolves with how many it reached in this hub. Rejects with
   * `TypeError` for what is no message. After `close()` it reaches nobody.
   */
  publish(
    topic: string,
    data: string | ByteSource,
    options: { readonly local?: boolean } = {},
  ): Promise<PublishResult> {
    try {
      const message = prepareOutgoing(data);
      return Promise.resolve(this.#publish(topic, message, undefined, options.local));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #publish(topic: string, message: OutgoingMessage, publisher: Member | undefined, local = false) {
    if (this.closing) return { delivered: 0, dropped: 0 };
    const result = this.#exchange.publish(topic, message, publisher);
    if (!local && this.#broker?.connected) this.#broker.publish(topic, message.data);
    return result;
  }

  /**
   * Has a member follow a channel: a topic that only the server's own code knows, which nobody is asked about and which counts for no limit. Resolves when other
   * hubs know of it.
   */
  async follow(member: Member, channel: string): Promise<void> {
    await this.#exchange.follow(member, channel);
  }

  /** The member follows the channel no more. */
  unfollow(member: Member, channel: string): void {
    this.#exchange.unfollow(member, channel);
  }

  /** Publishes to those who follow a channel, as `publish()` does. */
  announce(
    channel: string,
    data: string | ByteSource,
    options: { readonly local?: boolean } = {},
  ): Promise<PublishResult> {
    try {
      const message = prepareOutgoing(data);
      if (this.closing) return Promise.resolve({ delivered: 0, dropped: 0 });
      const result = this.#exchange.announce(channel, message);
      if (!options.local && this.#broker?.connected) {
        this.#broker.publish(channelPrefix + channel, message.data);
      }
      return Promise.resolve(result);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Sends to whoever has the name, as `member.send()` does. */
  send(to: string, data: string | ByteSource): Promise<boolean> {
    try {
      const message = prepareOutgoing(data);
      return this.#order.run(() => this.#find(to), (target) => this.#send(target, message));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #find(name: string): Target | PromiseLike<Target> {
    const member = this.#members.get(name);
    if (member !== undefined || this.#broker === undefined) return member;
    const identity = this.#broker.find(name);
    const toTarget = (found: string | undefined) =>
      found === undefined ? undefined : { name, identity: found };
    return isThenable(identity) ? identity.then(toTarget) : toTarget(identity);
  }

  #send(target: Target, message: OutgoingMessage): boolean | Promise<boolean> {
    if (target === undefined || this.closing) return false;
    if (target instanceof Member) return this.#exchange.deliver(target, message);
    return this.#broker!.send(target.name, target.identity, message.data);
  }

  #receiveDirect(name: string, identity: string, data: string | Uint8Array): boolean {
    const member = this.#members.get(name);
    if (member === undefined || member.identity !== identity) return false;
    return this.#exchange.deliver(member, prepareOutgoing(data)) !== false;
  }

  /**
   * Adds a feed: a source that is drawn from, once for all, while somebody in this hub listens to the topic. What it yields stays in this hub;
   * what it throws ends it, and is told to `watch()`. Returns what removes it. Throws `TypeError` where the topic has one.
   */
  addFeed(topic: string, source: FeedSource): () => void {
    this.#feeds.add(topic, source);
    if (this.#exchange.topics.has(topic)) this.#feeds.begin(topic);
    return () => this.#feeds.remove(topic);
  }

  /** Tells a listener what happens, until the returned function is called. */
  watch(listener: (event: HubEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tell(event: HubEvent): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        // Who cannot be told of an error, is not told of the next one.
        if (event.type !== "error") this.#tell({ type: "error", error });
      }
    }
  }

  #allow(action: HubAction): boolean | PromiseLike<boolean> {
    if (this.#authorize === undefined) return true;
    const fail = (error: unknown): never => {
      this.#tell({ type: "error", error });
      throw error;
    };
    try {
      const answer = this.#authorize(action);
      return isThenable(answer) ? answer.then((allowed) => allowed === true, fail) : answer === true;
    } catch (error) {
      return fail(error);
    }
  }

  #serveMembers(): MemberHub {
    return {
      allow: (action) => this.#allow(action),
      includes: (member) => this.#members.get(member.name) === member,
      subscribe: (member, topic) => this.#exchange.subscribe(member, topic),
      unsubscribe: (member, topic) => this.#exchange.unsubscribe(member, topic),
      topicsOf: (member) => this.#exchange.topics.topicsOf(member),
      publish: (topic, message, publisher) => this.#publish(topic, message, publisher),
      find: (name) => this.#find(name),
      send: (target, message) => this.#send(target, message),
      list: (topic) => topic === undefined ? this.names() : this.subscribers(topic),
      deliver: (member, message) => this.#exchange.deliver(member, message) !== false,
      leave: (member) => this.#remove(member),
    };
  }

  /**
   * Closes every member with 1001 and tears down who has not ended within `closeTimeout`. Nobody joins from now on, nothing is published. Resolves when all are
   * gone; never rejects.
   */
  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    // Now `closing` is true.
    await undefined;
    this.#feeds.stop();
    const members = [...this.#members.values()];
    for (const member of members) closeQuietly(member, 1001, "The server goes away");
    let cancel: (() => void) | undefined;
    const timeout = new Promise<void>((resolve) => {
      cancel = this.#limits.clock.after(this.#limits.closeTimeout, resolve);
    });
    await Promise.race([Promise.allSettled(members.map((member) => member.connection.closed)), timeout]);
    cancel?.();
    for (const member of this.#members.values()) abortQuietly(member);
    for (const member of [...this.#members.values()]) this.#remove(member);
    await this.#broker?.stop();
  }
}
