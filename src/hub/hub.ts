/**
 * Connections of any kind under names, and what they can say to each other. Knows connections only by an
 * interface, and neither who serves them nor what their messages mean.
 *
 * @module
 */

import type { ByteSource } from "../connection/bytes.ts";
import { rejectQuietly } from "../connection/quietly.ts";
import { ActionOrder } from "./action_order.ts";
import { abortQuietly, closeQuietly } from "./close_quietly.ts";
import { Deadline } from "./deadline.ts";
import type { PublishResult } from "./exchange.ts";
import type { FeedSource } from "./feeds.ts";
import type { HubConnection, HubEvent, HubOptions, HubStats } from "./hub_options.ts";
import { HubRooms, nobody } from "./hub_rooms.ts";
import type { Member } from "./member.ts";
import { type OutgoingMessage, prepareOutgoing } from "./outgoing_message.ts";

/**
 * Members, topics, direct messages, feeds and presence. A hub sends to its members' connections and watches
 * their end; what they send is received by whoever joined them.
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
  readonly #rooms: HubRooms;
  /** The order of what the hub itself sends. */
  readonly #order = new ActionOrder();
  #closed: Promise<void> | undefined;

  /** Throws `TypeError` or `RangeError` for options that mean nothing. */
  constructor(options: HubOptions = {}) {
    this.#rooms = new HubRooms(options);
  }

  /** Whether `close()` was called. */
  get closing(): boolean {
    return this.#rooms.roster.closed;
  }

  /** Counts. */
  get stats(): HubStats {
    return {
      ...this.#rooms.exchange.counts,
      members: this.#rooms.roster.members.size,
      topics: this.#rooms.exchange.topics.size,
      feeds: this.#rooms.feeds.runningCount,
    };
  }

  /**
   * Joins a connection under a name, until it ends. Rejects with `HubError`: `invalid-name`, `name-taken`,
   * `too-many-members`, `not-allowed`, `closing`, or `left` where the connection is not open. Where nobody
   * has to be asked, it has joined when this returns.
   */
  join(connection: HubConnection, { name }: { readonly name: string }): Promise<Member> {
    return this.#rooms.roster.join(connection, name);
  }

  /** The member of this hub that has the name. */
  member(name: string): Member | undefined {
    return this.#rooms.roster.members.get(name);
  }

  /** The names of all members, of the whole cluster, sorted. */
  names(): string[] {
    return this.#rooms.names.all;
  }

  /**
   * The names of a topic's subscribers, of the whole cluster, sorted. Rejects with `HubError` for what is no
   * topic.
   */
  subscribers(topic: string): Promise<string[]> {
    return this.#rooms.subscribers(topic);
  }

  /**
   * Publishes to everybody in a topic, in the whole cluster or, by `local`, in this hub alone. Resolves with
   * how many it reached in this hub. Rejects with `TypeError` for what is no message, `HubError` for what is
   * no topic. After `close()` it reaches nobody.
   */
  publish(
    topic: string,
    data: string | ByteSource,
    options: { readonly local?: boolean } = {},
  ): Promise<PublishResult> {
    return this.#spread(data, (message) => this.#rooms.exchange.publish(topic, message, options));
  }

  /** Tells `watch()` of an error: of what serves the hub's members, say. */
  report(error: unknown): void {
    this.#rooms.report(error);
  }

  #spread(
    data: string | ByteSource,
    spread: (message: OutgoingMessage) => PublishResult | Promise<PublishResult>,
  ): Promise<PublishResult> {
    try {
      const message = prepareOutgoing(data);
      return Promise.resolve(this.closing ? nobody : spread(message));
    } catch (error) {
      return rejectQuietly(error);
    }
  }

  /**
   * Has a member follow a channel: a topic that only the server's own code knows, which nobody is asked about
   * and which counts for no limit. Resolves when other hubs know of it.
   */
  async follow(member: Member, channel: string): Promise<void> {
    await this.#rooms.exchange.follow(member, channel);
  }

  /** The member follows the channel no more. */
  unfollow(member: Member, channel: string): void {
    this.#rooms.exchange.unfollow(member, channel);
  }

  /** Publishes to those who follow a channel, as `publish()` does. */
  announce(
    channel: string,
    data: string | ByteSource,
    options: { readonly local?: boolean } = {},
  ): Promise<PublishResult> {
    return this.#spread(data, (message) => this.#rooms.exchange.announce(channel, message, options));
  }

  /** Sends to whoever has the name, as `member.send()` does. */
  send(to: string, data: string | ByteSource): Promise<boolean> {
    try {
      const message = prepareOutgoing(data);
      return this.#order.run(
        () => this.#rooms.direct.find(to),
        (target) => this.#rooms.direct.send(target, message),
      );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Adds a feed: a source that is drawn from, once for all, while somebody in this hub listens to the topic.
   * What it yields stays in this hub; what it throws ends it, and is told to `watch()`. Returns what removes
   * it. Throws `TypeError` where the topic has one.
   */
  addFeed(topic: string, source: FeedSource): () => void {
    const remove = this.#rooms.feeds.add(topic, source);
    if (this.#rooms.exchange.topics.has(topic)) this.#rooms.feeds.begin(topic);
    return remove;
  }

  /** Tells a listener what happens, until the returned function is called. */
  watch(listener: (event: HubEvent) => void): () => void {
    return this.#rooms.listeners.add(listener);
  }

  /**
   * Closes every member with 1001 and tears down who has not ended within `closeTimeout`, which the broker's
   * end, too, is waited for no longer than. Nobody joins from now on, nothing is published. Resolves when all
   * are gone; never rejects.
   */
  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    const { broker, feeds, limits, roster } = this.#rooms;
    const { members } = roster;
    roster.closed = true;
    feeds.stop();
    for (const { connection } of members.values()) {
      void closeQuietly(connection, 1001, "The server goes away");
    }
    const deadline = new Deadline(limits.clock, limits.closeTimeout);
    await deadline.await(
      Promise.allSettled([...members.values()].map(({ connection }) => connection.closed)),
    );
    for (const member of [...members.values()]) {
      abortQuietly(member.connection);
      roster.remove(member);
    }
    if (broker !== undefined) await deadline.await(broker.stop());
    deadline.cancel();
  }
}
