/**
 * One member of a hub: a name, a connection, and what may be done in that name. Asks for leave, keeps the
 * order, and leaves the doing to the hub.
 *
 * @module
 */

import type { ByteSource } from "../connection/bytes.ts";
import { ActionOrder, isThenable } from "./action_order.ts";
import type { BrokerData } from "./broker.ts";
import { HubError } from "./hub_error.ts";
import type { HubAction, HubConnection } from "./hub_options.ts";
import { type OutgoingMessage, prepareOutgoing } from "./outgoing_message.ts";
import type { PublishResult } from "./exchange.ts";

/** What a member needs of its hub. */
export interface MemberHub {
  allow(action: HubAction): boolean | PromiseLike<boolean>;
  includes(member: Member): boolean;
  subscribe(member: Member, topic: string): void | Promise<void>;
  unsubscribe(member: Member, topic: string): void;
  topicsOf(member: Member): string[];
  publish(topic: string, message: OutgoingMessage, publisher: Member): PublishResult | Promise<PublishResult>;
  /** Whom a name means at this moment. */
  find(name: string): Target | PromiseLike<Target>;
  send(target: Target, message: OutgoingMessage): boolean | Promise<boolean>;
  list(topic: string | undefined): string[] | Promise<string[]>;
  deliver(member: Member, message: OutgoingMessage): boolean;
  leave(member: Member): void;
}

/** Somebody with a name: a member here, a claim elsewhere, or nobody. */
export type Target = Member | { readonly name: string; readonly identity: string } | undefined;

/**
 * Somebody with a name and a connection. The promise of an action rejects with `HubError`, or with whatever
 * `authorize` threw, which nobody has to look at; and with `TypeError` for what is no message.
 */
export class Member {
  /** The name, which nobody else in the cluster has. */
  readonly name: string;
  /** Tells this stay from every other one under the same name. */
  readonly identity: string;
  /** The connection. */
  readonly connection: HubConnection;
  readonly #hub: MemberHub;
  readonly #order = new ActionOrder();

  /** Made by `hub.join()`. */
  constructor(name: string, identity: string, connection: HubConnection, hub: MemberHub) {
    this.name = name;
    this.identity = identity;
    this.connection = connection;
    this.#hub = hub;
  }

  /** Whether it is a member still. */
  get joined(): boolean {
    return this.#hub.includes(this);
  }

  /** The topics it is subscribed to. */
  get topics(): string[] {
    return this.#hub.topicsOf(this);
  }

  /**
   * Subscribes to a topic; once more changes nothing. Rejects with `HubError`: `invalid-topic`,
   * `too-many-topics`, `not-allowed`, `left`.
   */
  subscribe(topic: string): Promise<void> {
    return this.#act({ type: "subscribe", member: this, topic }, () => this.#hub.subscribe(this, topic));
  }

  /** Unsubscribes from a topic; nothing of it comes from now on. Without a subscription, nothing changes. */
  unsubscribe(topic: string): Promise<void> {
    return this.#act({ type: "unsubscribe", member: this, topic }, () => this.#hub.unsubscribe(this, topic));
  }

  /**
   * Publishes to everybody else in a topic, subscribed to it or not. Rejects with `TypeError` for what is no
   * message, with `HubError`: `invalid-topic`, `not-allowed`, `left`.
   */
  publish(topic: string, data: string | ByteSource): Promise<PublishResult> {
    const message = prepareQuietly(data);
    if (message instanceof TypeError) return Promise.reject(message);
    return this.#act(
      { type: "publish", member: this, topic, data: message.data },
      () => this.#hub.publish(topic, message, this),
    );
  }

  /**
   * Sends to whoever has the name now, be it this member itself. Resolves with whether the message was handed
   * to a connection: `false` where nobody has the name, who had it has left, or is too slow. Rejects with
   * `TypeError` for what is no message.
   */
  send(to: string, data: string | ByteSource): Promise<boolean> {
    const message = prepareQuietly(data);
    if (message instanceof TypeError) return Promise.reject(message);
    // Who comes to have the name later, is somebody else.
    const target = this.#hub.find(to);
    let found = isThenable(target) ? undefined : target;
    return this.#act(
      { type: "send", member: this, to, data: message.data },
      () => this.#hub.send(found, message),
      isThenable(target) ? target.then((value) => void (found = value)) : undefined,
    );
  }

  /** The names of all members, or of a topic's, of the whole cluster, sorted. */
  list(topic?: string): Promise<string[]> {
    return this.#act({ type: "list", member: this, topic }, () => this.#hub.list(topic));
  }

  /**
   * Sends to this member itself, on the hub's own account. Returns whether the connection took it; `true` as
   * well where it has to wait until everybody has the message before. Throws `TypeError` for what is no
   * message.
   */
  deliver(data: string | ByteSource): boolean {
    return this.#hub.deliver(this, prepareOutgoing(data));
  }

  /** Leaves the hub. The connection stays as it is. */
  leave(): void {
    this.#hub.leave(this);
  }

  #act<Result>(
    action: HubAction,
    act: () => Result | PromiseLike<Result>,
    before?: PromiseLike<void>,
  ): Promise<Result> {
    return this.#order.run<boolean, Result>(
      () => before === undefined ? this.#allow(action) : before.then(() => this.#allow(action)),
      (allowed) => {
        if (!allowed) throw new HubError("not-allowed", `Cannot ${action.type}: not allowed`);
        // It may have left while it waited.
        this.#checkJoined(action);
        return act();
      },
    );
  }

  #allow(action: HubAction): boolean | PromiseLike<boolean> {
    this.#checkJoined(action);
    return this.#hub.allow(action);
  }

  #checkJoined({ type }: HubAction): void {
    if (!this.joined) throw new HubError("left", `Cannot ${type}: no member any more`);
  }
}

/** The message, or what is wrong with it. */
function prepareQuietly(data: string | ByteSource): OutgoingMessage | TypeError {
  try {
    return prepareOutgoing(data);
  } catch (error) {
    return error as TypeError;
  }
}

/** Data as hubs carry it. */
export type { BrokerData };
