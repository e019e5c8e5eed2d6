/**
 * The rooms of a hub, and which of them tells which: members, topics, direct messages, feeds, other hubs,
 * listeners. Does nothing by itself.
 *
 * @module
 */

import { createAuthorizer } from "./authorizer.ts";
import type { Broker, BrokerHub } from "./broker.ts";
import { closeQuietly } from "./close_quietly.ts";
import { DirectMessages } from "./direct_messages.ts";
import { Exchange, type PublishResult } from "./exchange.ts";
import { Feeds } from "./feeds.ts";
import { GuardedBroker } from "./guarded_broker.ts";
import { HubListeners } from "./hub_listeners.ts";
import { checkHubOptions, type HubAction, type HubLimits, type HubOptions } from "./hub_options.ts";
import { Member, type MemberHub } from "./member.ts";
import { prepareOutgoing } from "./outgoing_message.ts";
import { Roster } from "./roster.ts";
import { SortedNames } from "./sorted_names.ts";

/** What a publish came to that reached nobody. */
export const nobody: PublishResult = { delivered: 0, dropped: 0 };

/** The rooms of one hub. */
export class HubRooms {
  readonly limits: HubLimits;
  readonly allow: (action: HubAction) => boolean | PromiseLike<boolean>;
  readonly broker: Broker | undefined;
  readonly roster: Roster;
  readonly exchange: Exchange;
  readonly direct: DirectMessages;
  readonly feeds: Feeds;
  readonly listeners: HubListeners = new HubListeners();
  /** Of the whole cluster. */
  readonly names: SortedNames = new SortedNames();

  /** Throws `TypeError` or `RangeError` for options that mean nothing. */
  constructor(options: HubOptions) {
    this.limits = checkHubOptions(options);
    // Before all others, who may ask for the names.
    this.listeners.add((event) => {
      if (event.type === "joined") this.names.add(event.name);
      else if (event.type === "left") this.names.delete(event.name);
    });
    this.allow = createAuthorizer(options.authorize, this.report);
    this.broker = options.broker && new GuardedBroker(options.broker, this.report);
    this.feeds = new Feeds(
      this.limits.clock,
      (topic, message) => void this.exchange.publish(topic, message, { local: true }),
      this.report,
    );
    this.exchange = new Exchange(
      this.limits,
      this.feeds,
      this.broker,
      (member) => this.roster.remove(member),
    );
    const hubOfMembers = this.#serveMembers();
    this.roster = new Roster(this.limits, this.broker, {
      allow: this.allow,
      create: (name, identity, connection) => new Member(name, identity, connection, hubOfMembers),
      joined: ({ name }) => this.listeners.tell({ type: "joined", name, local: true }),
      left: (member) => {
        this.exchange.forget(member);
        this.listeners.tell({ type: "left", name: member.name, local: true });
      },
    });
    this.direct = new DirectMessages(this.roster, this.exchange, this.broker);
    this.broker?.start(this.#serveBroker());
  }

  /** Tells the listeners of an error of the application. */
  readonly report = (error: unknown): void => this.listeners.tell({ type: "error", error });

  /** The names of a topic's subscribers. */
  async subscribers(topic: string): Promise<string[]> {
    this.exchange.checkTopic(topic);
    const there = await this.broker?.subscribers(topic) ?? [];
    // Who came while the others were asked, is here too.
    const here = this.#subscribersHere(topic);
    return (there.length === 0 ? here : [...new Set([...here, ...there])]).sort();
  }

  #subscribersHere(topic: string): string[] {
    return this.exchange.topics.subscribersOf(topic).map((member) => member.name);
  }

  #serveMembers(): MemberHub {
    return {
      allow: this.allow,
      includes: (member) => this.roster.includes(member),
      subscribe: (member, topic) => this.exchange.subscribe(member, topic),
      unsubscribe: (member, topic) => this.exchange.unsubscribe(member, topic),
      topicsOf: (member) => this.exchange.topics.topicsOf(member),
      publish: (topic, message, publisher) =>
        this.roster.closed ? nobody : this.exchange.publish(topic, message, { publisher }),
      find: (name) => this.direct.find(name),
      send: (target, message) => this.direct.send(target, message),
      list: (topic) => topic === undefined ? this.names.all : this.subscribers(topic),
      deliver: (member, message) => this.exchange.deliver(member, message) !== false,
      leave: (member) => this.roster.remove(member),
    };
  }

  #serveBroker(): BrokerHub {
    return {
      receivePublished: (topic, data) => this.exchange.receive(topic, prepareOutgoing(data)),
      receiveDirect: (name, identity, data) => this.direct.receive(name, identity, prepareOutgoing(data)),
      subscribersHere: (topic) => this.#subscribersHere(topic),
      joined: (name) => this.listeners.tell({ type: "joined", name, local: false }),
      left: (name) => this.listeners.tell({ type: "left", name, local: false }),
      lost: (name) => {
        const member = this.roster.members.get(name);
        if (member === undefined) return;
        this.roster.remove(member);
        void closeQuietly(member.connection, 1008, "The name is taken");
      },
      failed: this.report,
      changed: (connected, error) =>
        this.listeners.tell({ type: "broker", connected, ...(error === undefined ? undefined : { error }) }),
    };
  }
}
