/**
 * A broker whose other hubs are the test: what it is told, and how it fails.
 *
 * @module
 */

import type { Broker, BrokerHub } from "../../src/hub/broker.ts";

/** A broker that tells of each call, and does what the teller throws or returns. */
export class RecordedBroker implements Broker {
  /** The hub that it was started with. */
  hub!: BrokerHub;
  readonly #tell: (call: keyof Broker, about: string) => unknown;
  #claims = 0;

  constructor(tell: (call: keyof Broker, about: string) => unknown) {
    this.#tell = tell;
  }

  get connected(): boolean {
    return true;
  }

  start(hub: BrokerHub): void {
    this.hub = hub;
  }

  claim(name: string): string | Promise<string | undefined> {
    return (this.#tell("claim", name) ?? `${++this.#claims}`) as string;
  }

  release(name: string): void {
    return this.#tell("release", name) as void;
  }

  find(name: string): string | undefined | Promise<string | undefined> {
    return this.#tell("find", name) as string | undefined;
  }

  subscribe(topic: string): void | Promise<void> {
    return this.#tell("subscribe", topic) as void;
  }

  unsubscribe(topic: string): void {
    return this.#tell("unsubscribe", topic) as void;
  }

  publish(topic: string): void {
    return this.#tell("publish", topic) as void;
  }

  send(name: string): Promise<boolean> {
    return Promise.resolve((this.#tell("send", name) ?? false) as boolean);
  }

  subscribers(topic: string): Promise<string[]> {
    return Promise.resolve((this.#tell("subscribers", topic) ?? []) as string[]);
  }

  stop(): Promise<void> {
    return Promise.resolve(this.#tell("stop", "") as void);
  }
}
