/**
 * A broker over NATS: keeps up a link to it, and carries what hubs say to each other. Knows no revisions.
 *
 * @module
 */

import type { Msg, NatsConnection, Subscription } from "@nats-io/nats-core";
import { type Clock, systemClock } from "../connection/clock.ts";
import type { Broker, BrokerData, BrokerHub } from "./broker.ts";
import {
  type CheckedNatsBrokerOptions,
  checkNatsBrokerOptions,
  type NatsBrokerOptions,
} from "./nats_broker_options.ts";
import { answerSubscribers, askSubscribers } from "./nats_census.ts";
import { NatsLink } from "./nats_link.ts";
import { NatsNames } from "./nats_names.ts";
import { decodePayload, encodePayload, toToken } from "./nats_subjects.ts";
import { createNode, withResolver } from "./node_identity.ts";

/** Milliseconds between two attempts to connect: at first, and at most. */
const firstWait = 100;
const longestWait = 2_000;
const taken = new Uint8Array([1]);
const refused = new Uint8Array([0]);

/**
 * Links hubs by NATS. A node whose process is gone is known to be so by its lease, which it renews while it
 * lives: then its names are free again.
 */
export class NatsBroker implements Broker {
  readonly #options: CheckedNatsBrokerOptions;
  readonly #clock: Clock = systemClock;
  /** Topics that members here listen to, and what makes them heard. */
  readonly #topics = new Map<string, Subscription | undefined>();
  #hub!: BrokerHub;
  #names!: NatsNames;
  #link: NatsLink | undefined;
  #question = 0;
  /** The connection that is in use, or being prepared. */
  #connection: NatsConnection | undefined;
  /** What the hub was told last. */
  #reported: boolean | undefined;
  /** Resolves when it is known whether the link works at all. */
  readonly #settled = withResolver();
  #stopped = false;
  #wake: (() => void) | undefined;
  #running: Promise<void> | undefined;

  /** Throws `TypeError` or `RangeError` for options that mean nothing. */
  constructor(options: NatsBrokerOptions) {
    this.#options = checkNatsBrokerOptions(options);
  }

  /** Whether the other hubs can be reached. */
  get connected(): boolean {
    return this.#link !== undefined;
  }

  /** Begins to connect, and goes on until `stop()`. Throws `TypeError` the second time. */
  start(hub: BrokerHub): void {
    if (this.#running !== undefined) throw new TypeError("Cannot start: the broker has a hub");
    this.#hub = hub;
    this.#names = new NatsNames(createNode(), hub, this.#clock, this.#options.leaseTime);
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    let wait = firstWait;
    while (!this.#stopped) {
      try {
        const link = await this.#open();
        wait = firstWait;
        await this.#live(link);
      } catch (error) {
        this.#report(false, error);
      }
      if (this.#stopped) return;
      await this.#sleep(wait * (0.5 + Math.random()));
      wait = Math.min(longestWait, wait * 2);
    }
  }

  #report(connected: boolean, error?: unknown): void {
    if (this.#reported === connected || this.#stopped) return;
    this.#reported = connected;
    this.#settled.resolve();
    this.#hub.changed(connected, error);
  }

  async #open(): Promise<NatsLink> {
    const { servers, connect, ...options } = this.#options;
    const { node } = this.#names;
    const connection = await connect({
      servers: [...servers],
      name: node,
      // What is published while nobody can be reached is for members here alone: nothing is kept for later.
      reconnect: false,
      noEcho: true,
      timeout: 2_000,
      // Behind a queue of messages, an answer may take its time.
      pingInterval: 2_000,
      maxPingOut: 4,
    }) as NatsConnection;
    this.#connection = connection;
    if (this.#stopped) void connection.close();
    return await NatsLink.open(connection, { ...options, node, report: (error) => this.#hub.failed(error) });
  }

  /** Uses a link to its end. */
  async #live(link: NatsLink): Promise<void> {
    let cancel: (() => void) | undefined;
    const rest = () => cancel = this.#clock.after(this.#options.leaseTime / 5, tick);
    const tick = () => void this.#names.tick(link).then(rest, (error) => link.fail(error));
    try {
      const { node } = this.#names;
      link.subscribe(`to.${node}.*`, (message, subject) => this.#receiveDirect(message, subject.slice(3)));
      answerSubscribers(link, (topic) => this.#hub.subscribersHere(topic));
      for (const topic of this.#topics.keys()) this.#topics.set(topic, this.#listen(link, topic));
      await this.#names.takeUp(link);
      await link.connection.flush();
      if (this.#stopped) return;
      this.#link = link;
      rest();
      this.#report(true);
      throw await link.ended;
    } finally {
      this.#link = undefined;
      cancel?.();
      this.#names.letGo();
      link.fail(undefined);
    }
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(milliseconds, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Claims a name in the cluster. */
  claim(name: string): string | Promise<string | undefined> {
    if (this.#reported !== undefined) return this.#names.claim(name);
    return this.#settled.promise.then(() => this.#names.claim(name));
  }

  /** Gives a name back. */
  release(name: string): void {
    this.#names.release(name);
  }

  /** The identity of another node's claim. */
  find(name: string): string | undefined | Promise<string | undefined> {
    return this.#names.find(name);
  }

  // Topics

  /** Has a topic's messages come from other nodes. */
  subscribe(topic: string): void | Promise<void> {
    const link = this.#link;
    this.#topics.set(topic, link === undefined ? undefined : this.#listen(link, topic));
    if (link === undefined) return;
    // Once the server has answered, it knows of the subscription.
    return link.connection.flush().catch((error) => link.fail(error));
  }

  #listen(link: NatsLink, topic: string): Subscription {
    return link.listenTo(
      toToken(topic),
      (payload) => this.#hub.receivePublished(topic, decodePayload(payload)),
    );
  }

  /** Has them not come any more. */
  unsubscribe(topic: string): void {
    const subscription = this.#topics.get(topic);
    this.#topics.delete(topic);
    if (subscription?.isClosed() === false) subscription.unsubscribe();
  }

  /** Publishes to other nodes. What is too long for the servers is told to the hub. */
  publish(topic: string, data: BrokerData): void {
    try {
      this.#link?.publishTo(toToken(topic), encodePayload(data));
    } catch (error) {
      this.#hub.failed(error);
    }
  }

  // Direct messages

  /** Sends to another node's member. */
  async send(_name: string, identity: string, data: BrokerData): Promise<boolean> {
    if (this.#link === undefined) return false;
    try {
      return (await this.#link.request(`to.${identity}`, encodePayload(data)))[0] === 1;
    } catch {
      // Nobody is there, or does not answer in time.
      return false;
    }
  }

  #receiveDirect(message: Msg, identity: string): void {
    const name = this.#names.nameOf(identity);
    const done = name !== undefined && this.#hub.receiveDirect(name, identity, decodePayload(message.data));
    message.respond(done ? taken : refused);
  }

  // Who is in a topic

  /** Asks the other nodes, and waits for their answers for a second at most. */
  async subscribers(topic: string): Promise<string[]> {
    const link = this.#link;
    const { node, otherNodes } = this.#names;
    if (link === undefined || otherNodes === 0) return [];
    return await askSubscribers(link, `${node}.${++this.#question}`, topic, otherNodes);
  }

  /** Gives the names back and ends the link. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#settled.resolve();
    this.#wake?.();
    await this.#names.end();
    await this.#connection?.close();
    await this.#running;
  }
}
