/**
 * A broker that throws nothing: what another one throws is told, and its hub goes on by itself.
 *
 * @module
 */

import { isThenable } from "./action_order.ts";
import type { Broker, BrokerData, BrokerHub } from "./broker.ts";

/** Another broker, guarded. But for `start()` and `claim()`, whose errors are for whoever calls. */
export class GuardedBroker implements Broker {
  readonly #broker: Broker;
  readonly #report: (error: unknown) => void;

  /** `report` is told what the broker throws. */
  constructor(broker: Broker, report: (error: unknown) => void) {
    this.#broker = broker;
    this.#report = report;
  }

  get connected(): boolean {
    return this.#guard(() => this.#broker.connected, false);
  }

  start(hub: BrokerHub): void {
    this.#broker.start(hub);
  }

  claim(name: string): string | undefined | Promise<string | undefined> {
    return this.#broker.claim(name);
  }

  release(name: string): void {
    this.#guard(() => this.#broker.release(name), undefined);
  }

  find(name: string): string | undefined | Promise<string | undefined> {
    return this.#guard(() => this.#broker.find(name), undefined);
  }

  subscribe(topic: string): void | Promise<void> {
    return this.#guard(() => this.#broker.subscribe(topic), undefined);
  }

  unsubscribe(topic: string): void {
    this.#guard(() => this.#broker.unsubscribe(topic), undefined);
  }

  publish(topic: string, data: BrokerData): void {
    this.#guard(() => this.#broker.publish(topic, data), undefined);
  }

  send(name: string, identity: string, data: BrokerData): Promise<boolean> {
    return Promise.resolve(this.#guard(() => this.#broker.send(name, identity, data), false));
  }

  subscribers(topic: string): Promise<string[]> {
    return Promise.resolve(
      this.#guard<string[] | Promise<string[]>>(() => this.#broker.subscribers(topic), []),
    );
  }

  stop(): Promise<void> {
    return Promise.resolve(this.#guard(() => this.#broker.stop(), undefined));
  }

  /** What comes of a call, or `failure`. */
  #guard<Result>(call: () => Result, failure: Awaited<Result>): Result | Awaited<Result> {
    const fail = (error: unknown): Awaited<Result> => {
      this.#report(error);
      return failure;
    };
    try {
      const result = call();
      // What a promise of it comes to, has the same type.
      return isThenable(result) ? result.then(undefined, fail) as Result : result;
    } catch (error) {
      return fail(error);
    }
  }
}
