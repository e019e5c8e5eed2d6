/**
 * Connections of any kind under names, and what they can say to each other. Knows connections only by an interface, and neither who serves
 * them nor what their messages mean.
 *
 * @module
 */

import type { ByteSource } from "../connection/bytes.ts";
import { ActionOrder } from "./action_order.ts";
import { createAuthorizer } from "./authorizer.ts";
import type { Broker } from "./broker.ts";
import { createBrokerSide } from "./broker_side.ts";
import { abortQuietly, closeQuietly } from "./close_quietly.ts";
import { Deadline } from "./deadline.ts";
import { DirectMessages } from "./direct_messages.ts";
import { Exchange, type PublishResult } from "./exchange.ts";
import { Feeds, type FeedSource } from "./feeds.ts";
import { GuardedBroker } from "./guarded_broker.ts";
import { HubListeners } from "./hub_listeners.ts";
import {
  checkHubOptions,
  type HubAction,
  type HubConnection,
  type HubEvent,
  type HubLimits,
  type HubOptions,
  type HubStats,
} from "./hub_options.ts";
import { Member, type MemberHub } from "./member.ts";
import { type OutgoingMessage, prepareOutgoing } from "./outgoing_message.ts";
import { quiet } from "./quiet.ts";
import { Roster } from "./roster.ts";
import { SortedNames } from "./sorted_names.ts";

const nobody: PublishResult = { delivered: 0, dropped: 0 };

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
  readonly #allow: (action: HubAction) => boolean | PromiseLike<boolean>;
  readonly #broker: Broker | undefined;
  readonly #roster: Roster;
  readonly #exchange: Exchange;
  readonly #direct: DirectMessages;
  readonly #feeds: Feeds;
  readonly #listeners = new HubListeners();
  readonly #names = new SortedNames();
  /** The order of what the hub itself sends. */
  readonly #order = new ActionOrder();
  #closed: Promise<void> | undefined;

  /** Throws `TypeError` or `RangeError` for options that mean nothing. */
  constructor(options: HubOptions = {}) {
    this.#limits = checkHubOptions(options);
    this.#listeners.add((event) => {
      if (event.type === "joined") this.#names.add(event.name);
      else if (event.type === "left") this.#names.delete(event.name);
    });
    const report = (error: unknown) => this.#listeners.tell({ type: "error", error });
    this.#allow = createAuthorizer(options.authorize, report);
    this.#broker = options.broker && new GuardedBroker(options.broker, report);
    this.#feeds = new Feeds(
      this.#limits.clock,
      (topic, message) => void this.#exchange.publish(topic, message, { local: true }),
      report,
    );
    this.#exchange = new Exchange(
      this.#limits,
      this.#feeds,
      this.#broker,
      (member) => this.#roster.remove(member),
    );
    const hubOfMembers = this.#serveMembers();
    this.#roster = new Roster(this.#limits, this.#broker, {
      allow: this.#allow,
      create: (name, identity, connection) => new Member(name, identity, connection, hubOfMembers),
      joined: ({ name }) => this.#listeners.tell({ type: "joined", name, local: true }),
      left: (member) => {
        this.#exchange.forget(member);
        this.#listeners.tell({ type: "left", name: member.name, local: true });
      },
    });
    this.#direct = new DirectMessages(this.#roster, this.#exchange, this.#broker);
    this.#broker?.start(
      createBrokerSide({
        roster: this.#roster,
        exchange: this.#exchange,
        direct: this.#direct,
        listeners: this.#listeners,
      }),
    );
  }

  /** Whether `close()` was called. */
  get closing(): boolean {
    return this.#roster.closed;
  }

  /** Counts. */
  get stats(): HubStats {
    return {
      ...this.#exchange.counts,
      members: this.#roster.members.size,
      topics: this.#exchange.topics.size,
      feeds: this.#feeds.runningCount,
    };
  }

  /**
   * Joins a connection under a name, until it ends. Rejects with `HubError`: `invalid-name`, `name-taken`, `too-many-members`,
   * `not-allowed`, `closing`, or `left` where the connection is not open. Where nobody has to be asked, it has joined when this returns.
   */
  join(connection: HubConnection, { name }: { readonly name: string }): Promise<Member> {
    return this.#roster.join(connection, name);
  }

  /** The member of this hub that has the name. */
  member(name: string): Member | undefined {
    return this.#roster.members.get(name);
  }

  /** The names of all members, of the whole cluster, sorted. */
  names(): string[] {
    return this.#names.all;
  }

  /** The names of a topic's subscribers, of the whole cluster, sorted. Rejects with `HubError` for what is no topic. */
  async subscribers(topic: string): Promise<string[]> {
    this.#exchange.checkTopic(topic);
    const there = await this.#broker?.subscribers(topic) ?? [];
    // Who came while the others were asked, is here too.
    const here = this.#exchange.topics.subscribersOf(topic).map((member) => member.name);
    return [...new Set([...here, ...there])].sort();
  }

  /**
   * Publishes to everybody in a topic, in the whole cluster or, by `local`, in this hub alone. Resolves with how many it
   * reached in this hub. Rejects with `TypeError` for what is no message, `HubError` for what is no topic. After `close()`
   * it reaches nobody.
   */
  publish(
    topic: string,
    data: string | ByteSource,
    options: { readonly local?: boolean } = {},
  ): Promise<PublishResult> {
    return this.#spread(data, (message) => this.#exchange.publish(topic, message, options));
  }

  #spread(
    data: string | ByteSource,
    spread: (message: OutgoingMessage) => PublishResult | Promise<PublishResult>,
  ): Promise<PublishResult> {
    try {
      const message = prepareOutgoing(data);
      return Promise.resolve(this.closing ? nobody : spread(message));
    } catch (error) {
      return quiet(Promise.reject(error));
    }
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
    return this.#spread(data, (message) => this.#exchange.announce(channel, message, options));
  }

  /** Sends to whoever has the name, as `member.send()` does. */
  send(to: string, data: string | ByteSource): Promise<boolean> {
    try {
      const message = prepareOutgoing(data);
      return this.#order.run(() => this.#direct.find(to), (target) => this.#direct.send(target, message));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Adds a feed: a source that is drawn from, once for all, while somebody in this hub listens to the topic. What it yields stays in this hub;
   * what it throws ends it, and is told to `watch()`. Returns what removes it. Throws `TypeError` where the topic has one.
   */
  addFeed(topic: string, source: FeedSource): () => void {
    const remove = this.#feeds.add(topic, source);
    if (this.#exchange.topics.has(topic)) this.#feeds.begin(topic);
    return remove;
  }

  /** Tells a listener what happens, until the returned function is called. */
  watch(listener: (event: HubEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  #serveMembers(): MemberHub {
    return {
      allow: this.#allow,
      includes: (member) => this.#roster.includes(member),
      subscribe: (member, topic) => this.#exchange.subscribe(member, topic),
      unsubscribe: (member, topic) => this.#exchange.unsubscribe(member, topic),
      topicsOf: (member) => this.#exchange.topics.topicsOf(member),
      publish: (topic, message, publisher) =>
        this.closing ? nobody : this.#exchange.publish(topic, message, { publisher }),
      find: (name) => this.#direct.find(name),
      send: (target, message) => this.#direct.send(target, message),
      list: (topic) => topic === undefined ? this.names() : this.subscribers(topic),
      deliver: (member, message) => this.#exchange.deliver(member, message) !== false,
      leave: (member) => this.#roster.remove(member),
    };
  }

  /**
   * Closes every member with 1001 and tears down who has not ended within `closeTimeout`, which the broker's end, too, is
   * waited for no longer than. Nobody joins from now on, nothing is published. Resolves when all are gone; never rejects.
   */
  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#roster.closed = true;
    const { members } = this.#roster;
    this.#feeds.stop();
    for (const { connection } of members.values()) {
      void closeQuietly(connection, 1001, "The server goes away");
    }
    const deadline = new Deadline(this.#limits.clock, this.#limits.closeTimeout);
    await deadline.await(
      Promise.allSettled([...members.values()].map(({ connection }) => connection.closed)),
    );
    for (const member of [...members.values()]) {
      abortQuietly(member.connection);
      this.#roster.remove(member);
    }
    if (this.#broker !== undefined) await deadline.await(this.#broker.stop());
    deadline.cancel();
  }
}
