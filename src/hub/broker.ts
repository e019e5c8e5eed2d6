/**
 * What links the hubs of several processes, as each hub sees it. Types alone; knows no network.
 *
 * @module
 */

/** What hubs carry, as it is: text or bytes. */
export type BrokerData = string | Uint8Array;

/**
 * The link of one hub to the others. Delivery is at most once, and in order for each hub that publishes.
 * While the link is down, the hub goes on by itself, and a broker takes up again what it was told when the
 * link is back: the claims of names, the topics.
 */
export interface Broker {
  /** Whether the other hubs can be reached. */
  readonly connected: boolean;
  /** Begins. Called once, by the hub that the broker is given to. */
  start(hub: BrokerHub): void;
  /**
   * Claims a name for a member of this hub. Gives the identity of this claim, which no other claim ever has,
   * or `undefined` where another hub has the name. While the link is down every claim succeeds; what turns
   * out to be taken when it is back, is `lost()`.
   */
  claim(name: string): string | undefined | Promise<string | undefined>;
  /** Gives a name back. */
  release(name: string): void;
  /** The identity of the claim that a member of another hub has on a name, or `undefined`. */
  find(name: string): string | undefined | Promise<string | undefined>;
  /** From when it resolves on, what other hubs publish to the topic is received. */
  subscribe(topic: string): void | Promise<void>;
  /** Nobody here listens to the topic any more. */
  unsubscribe(topic: string): void;
  /** Publishes to the other hubs. */
  publish(topic: string, data: BrokerData): void;
  /**
   * Sends to the member of another hub whose claim has this identity. Whether it is known to have been handed
   * over.
   */
  send(name: string, identity: string, data: BrokerData): Promise<boolean>;
  /** The names of the topic's subscribers at other hubs, as far as they answer in time. */
  subscribers(topic: string): Promise<string[]>;
  /** Ends: the names are given back. */
  stop(): Promise<void>;
}

/** A hub, as its broker sees it. */
export interface BrokerHub {
  /** Another hub published. */
  receivePublished(topic: string, data: BrokerData): void;
  /** Another hub sends to a member of this one. Whether the member took it. */
  receiveDirect(name: string, identity: string, data: BrokerData): boolean;
  /** The names of this hub's subscribers of a topic. */
  subscribersHere(topic: string): string[];
  /** A member joined another hub. Those who are there when the link comes to be, join then. */
  joined(name: string): void;
  /** A member left another hub, or that hub is gone. Told once for each that joined. */
  left(name: string): void;
  /** Another hub has the name that was claimed here. */
  lost(name: string): void;
  /** Something went wrong that concerns one message only, as one that is too long for the link. */
  failed(error: unknown): void;
  /** The link went down, with the error that says why, or is back. */
  changed(connected: boolean, error?: unknown): void;
}
