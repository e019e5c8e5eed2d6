/**
 * The options of a hub, their defaults, and how they are checked.
 *
 * @module
 */

import { chooseClock, type Clock } from "../connection/clock.ts";
import type { MessageConnection } from "../connection/message_connection.ts";
import { checkFunctions, checkNumber } from "../protocol/engine_options.ts";
import type { Broker, BrokerData } from "./broker.ts";
import type { ExchangeCounts } from "./exchange.ts";
import type { Member } from "./member.ts";

/** What a hub needs of a connection. Every `MessageConnection` has it. */
export type HubConnection = Pick<
  MessageConnection,
  "abort" | "bufferedAmount" | "close" | "closed" | "groupSeat" | "readyState" | "restingAmount" | "send"
>;

/** What somebody is about to do, as `authorize` is asked. */
export type HubAction =
  | { readonly type: "join"; readonly name: string; readonly connection: HubConnection }
  | { readonly type: "subscribe" | "unsubscribe"; readonly member: Member; readonly topic: string }
  | { readonly type: "publish"; readonly member: Member; readonly topic: string; readonly data: BrokerData }
  | { readonly type: "send"; readonly member: Member; readonly to: string; readonly data: BrokerData }
  /** The names of all members, or of a topic's. */
  | { readonly type: "list"; readonly member: Member; readonly topic: string | undefined };

/** What happens in a hub, as `watch()` tells it. */
export type HubEvent =
  /** A member joined, at this hub (`local`) or another one of the cluster. */
  | { readonly type: "joined"; readonly name: string; readonly local: boolean }
  /** A member left, however it did. */
  | { readonly type: "left"; readonly name: string; readonly local: boolean }
  /** The broker can be reached again, or not any more: then this hub goes on by itself. */
  | { readonly type: "broker"; readonly connected: boolean; readonly error?: unknown }
  /** Something of the application threw: a feed, a listener, `authorize`, `onState`; or the broker did. */
  | { readonly type: "error"; readonly error: unknown };

/** What a hub is made of at the moment, and what it has done. */
export interface HubStats extends Readonly<ExchangeCounts> {
  /** Members of this hub. */
  readonly members: number;
  /** Topics of this hub that have subscribers. */
  readonly topics: number;
  /** Feeds that are drawn from. */
  readonly feeds: number;
}

/** The options of a hub. */
export interface HubOptions {
  /**
   * Asked before every action of a member. What is not `true` refuses; what it throws, the action rejects
   * with. While a promise of it is pending, the later actions of the same member wait.
   */
  readonly authorize?: ((action: HubAction) => boolean | PromiseLike<boolean>) | undefined;
  /** What links this hub to others. Default: nothing. */
  readonly broker?: Broker | undefined;
  /**
   * What becomes of a member for whom more than `maxQueue` bytes would wait: it misses the message, or is
   * closed with 1013. Default `"drop"`.
   */
  readonly slowMembers?: "drop" | "close" | undefined;
  /**
   * Bytes that may wait for one member. A single message may be longer. Default 1 MiB. Where connections do
   * not tell what waits, as without `capabilities.sendBackpressure` on Cloudflare Workers, nobody is found to
   * be slow: there the runtime holds what waits.
   */
  readonly maxQueue?: number | undefined;
  /** The most members of this hub. Default 100 000. */
  readonly maxMembers?: number | undefined;
  /** The most topics of this hub that have subscribers. Default 100 000. */
  readonly maxTopics?: number | undefined;
  /** The most topics of one member. Default 100. */
  readonly maxTopicsPerMember?: number | undefined;
  /** The longest name, in UTF-16 units. Default 64. */
  readonly maxNameLength?: number | undefined;
  /** The longest topic, in UTF-16 units. Default 128. */
  readonly maxTopicLength?: number | undefined;
  /** Milliseconds that `close()` leaves the members for their closing handshakes. Default 10 000. */
  readonly closeTimeout?: number | undefined;
  /** The source of time, for tests. */
  readonly clock?: Clock | undefined;
}

/** The options, checked. */
export interface HubLimits {
  readonly slowMembers: "drop" | "close";
  readonly maxQueue: number;
  readonly maxMembers: number;
  readonly maxTopics: number;
  readonly maxTopicsPerMember: number;
  readonly maxNameLength: number;
  readonly maxTopicLength: number;
  readonly closeTimeout: number;
  readonly clock: Clock;
}

/** Checks all that a hub will use. Throws `TypeError` or `RangeError`. */
export function checkHubOptions(options: HubOptions): HubLimits {
  const { slowMembers = "drop" } = options;
  if (slowMembers !== "drop" && slowMembers !== "close") {
    throw new TypeError(`Cannot use slowMembers: neither "drop" nor "close"`);
  }
  checkFunctions(options, "authorize");
  return {
    slowMembers,
    clock: chooseClock(options),
    maxQueue: checkNumber("maxQueue", options.maxQueue, 1024 * 1024),
    maxMembers: checkNumber("maxMembers", options.maxMembers, 100_000),
    maxTopics: checkNumber("maxTopics", options.maxTopics, 100_000),
    maxTopicsPerMember: checkNumber("maxTopicsPerMember", options.maxTopicsPerMember, 100),
    maxNameLength: checkNumber("maxNameLength", options.maxNameLength, 64, 1),
    maxTopicLength: checkNumber("maxTopicLength", options.maxTopicLength, 128, 1),
    closeTimeout: checkNumber("closeTimeout", options.closeTimeout, 10_000),
  };
}
