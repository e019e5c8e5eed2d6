/**
 * Where messages meet topics: who listens, and how a message reaches each of them. Knows no names and no
 * network.
 *
 * @module
 */

import type { Broker } from "./broker.ts";
import type { Feeds } from "./feeds.ts";
import { HubError } from "./hub_error.ts";
import type { HubLimits } from "./hub_options.ts";
import type { Member } from "./member.ts";
import { abortQuietly, closeQuietly } from "./close_quietly.ts";
import { isLabel } from "./is_label.ts";
import { deliver, type OutgoingMessage } from "./outgoing_message.ts";
import { TopicGroups } from "./topic_groups.ts";

/** How many members of this hub a message was handed to, and how many missed it because they are slow. */
export interface PublishResult {
  /** Members that it was handed to. */
  readonly delivered: number;
  /** Members that missed it. */
  readonly dropped: number;
}

/** Counts since the beginning. */
export interface ExchangeCounts {
  /** Messages published to topics here, by members, feeds and other hubs. */
  published: number;
  /** Messages handed to connections. */
  delivered: number;
  /** Messages that slow members missed. */
  dropped: number;
  /** Slow members that were closed. */
  closedSlow: number;
}

/** Tells channels from topics between hubs: no topic begins so. */
export const channelPrefix = "\0";

/** The topics of one hub. */
export class Exchange {
  /** Who listens to what. */
  readonly topics: TopicGroups<Member> = new TopicGroups();
  /** Who follows what channel. */
  readonly channels: TopicGroups<Member> = new TopicGroups();
  /** Counts since the beginning. */
  readonly counts: ExchangeCounts = { published: 0, delivered: 0, dropped: 0, closedSlow: 0 };
  readonly #limits: HubLimits;
  readonly #broker: Broker | undefined;
  readonly #feeds: Feeds;
  readonly #remove: (member: Member) => void;
  /** What came up while messages were being handed over. */
  readonly #later: (() => void)[] = [];
  #busy = false;

  /** `remove` is told which member cannot stay. */
  constructor(
    limits: HubLimits,
    feeds: Feeds,
    broker: Broker | undefined,
    remove: (member: Member) => void,
  ) {
    this.#limits = limits;
    this.#feeds = feeds;
    this.#broker = broker;
    this.#remove = remove;
  }

  /** Throws `HubError` for what is no topic. */
  checkTopic(topic: string): void {
    const { maxTopicLength } = this.#limits;
    if (isLabel(topic, maxTopicLength) && !topic.startsWith(channelPrefix)) return;
    throw new HubError("invalid-topic", `Cannot use the topic: it is text of 1 to ${maxTopicLength} units`);
  }

  /** Subscribes. Pending until other hubs know that somebody here listens. Throws `HubError`. */
  subscribe(member: Member, topic: string): void | Promise<void> {
    const { topics } = this;
    if (topics.includes(topic, member)) return;
    this.checkTopic(topic);
    const { maxTopicsPerMember, maxTopics } = this.#limits;
    if (topics.countTopics(member) >= maxTopicsPerMember) {
      throw new HubError("too-many-topics", `Cannot subscribe: ${maxTopicsPerMember} topics already`);
    }
    if (topics.size >= maxTopics && !topics.has(topic)) {
      throw new HubError("too-many-topics", `Cannot subscribe: the hub has ${maxTopics} topics already`);
    }
    if (!topics.add(topic, member)) return;
    this.#feeds.begin(topic);
    return this.#broker?.subscribe(topic);
  }

  /** Unsubscribes. */
  unsubscribe(member: Member, topic: string): void {
    if (!this.topics.delete(topic, member)) return;
    this.#feeds.end(topic);
    this.#broker?.unsubscribe(topic);
  }

  /** Has a member follow a channel, whatever it may itself. */
  follow(member: Member, channel: string): void | Promise<void> {
    if (member.joined && this.channels.add(channel, member)) {
      return this.#broker?.subscribe(channelPrefix + channel);
    }
  }

  /** The end of that. */
  unfollow(member: Member, channel: string): void {
    if (this.channels.delete(channel, member)) this.#broker?.unsubscribe(channelPrefix + channel);
  }

  /** Ends all that a member listens to. */
  forget(member: Member): void {
    for (const topic of this.topics.topicsOf(member)) this.unsubscribe(member, topic);
    for (const channel of this.channels.topicsOf(member)) this.unfollow(member, channel);
  }

  /**
   * Hands a message to everybody in a topic, but for its publisher; at other hubs too, unless it is `local`.
   * Throws `HubError`.
   */
  publish(
    topic: string,
    message: OutgoingMessage,
    { publisher, local = false }: { readonly publisher?: Member; readonly local?: boolean | undefined } = {},
  ): PublishResult | Promise<PublishResult> {
    this.checkTopic(topic);
    return this.#publish(topic, message, local, publisher);
  }

  #publish(
    topic: string,
    message: OutgoingMessage,
    local: boolean,
    publisher?: Member,
  ): PublishResult | Promise<PublishResult> {
    return this.inTurn(() => {
      this.counts.published++;
      if (!local && this.#broker?.connected) this.#broker.publish(topic, message.data);
      return this.#handToAll(this.topics, topic, message, publisher);
    });
  }

  /** Hands a message to everybody who follows a channel; at other hubs too, unless it is `local`. */
  announce(
    channel: string,
    message: OutgoingMessage,
    { local = false }: { readonly local?: boolean | undefined } = {},
  ): PublishResult | Promise<PublishResult> {
    return this.inTurn(() => {
      if (!local && this.#broker?.connected) this.#broker.publish(channelPrefix + channel, message.data);
      return this.#handToAll(this.channels, channel, message);
    });
  }

  /** Another hub published, or announced. */
  receive(topic: string, message: OutgoingMessage): void {
    if (topic.startsWith(channelPrefix)) {
      void this.announce(topic.slice(channelPrefix.length), message, { local: true });
    } else {
      void this.#publish(topic, message, true);
    }
  }

  /** First in one go to whom that reaches, then to the others one by one. */
  #handToAll(
    index: TopicGroups<Member>,
    topic: string,
    message: OutgoingMessage,
    publisher?: Member,
  ): PublishResult {
    let alone = 0;
    let dropped = 0;
    const together = index.send(topic, message.prepared, publisher, (member) => {
      if (this.#hand(member, message, true)) alone++;
      else dropped++;
    });
    this.counts.delivered += together;
    return { delivered: together + alone, dropped };
  }

  /** Hands a message to one member. Whether its connection took it. */
  deliver(member: Member, message: OutgoingMessage): boolean | Promise<boolean> {
    return this.inTurn(() => member.joined && this.#hand(member, message, false));
  }

  /**
   * Does something once the message that is being handed over has reached everybody, so that nobody sees them
   * in another order.
   */
  inTurn<Result>(run: () => Result): Result | Promise<Result> {
    if (this.#busy) {
      return new Promise<Result>((resolve, reject) => {
        this.#later.push(() => {
          try {
            resolve(run());
          } catch (error) {
            reject(error);
          }
        });
      });
    }
    this.#busy = true;
    try {
      return run();
    } finally {
      for (let next; (next = this.#later.shift()) !== undefined;) next();
      this.#busy = false;
    }
  }

  #hand(member: Member, message: OutgoingMessage, toMany: boolean): boolean {
    const { connection } = member;
    switch (deliver(connection, message, this.#limits.maxQueue, toMany)) {
      case "sent":
        this.counts.delivered++;
        return true;
      case "slow":
        this.counts.dropped++;
        if (this.#limits.slowMembers === "close") {
          this.counts.closedSlow++;
          this.#remove(member);
          void closeQuietly(connection, 1013, "Too slow");
        }
        return false;
      case "closed":
        return false;
      case "failed":
        this.#remove(member);
        abortQuietly(connection);
        return false;
    }
  }
}
