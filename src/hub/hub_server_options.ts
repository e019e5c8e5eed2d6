/**
 * The options of a hub's server, their defaults, and what its sessions follow.
 *
 * @module
 */

import { chooseClock, type Clock } from "../connection/clock.ts";
import { checkNumber } from "../protocol/engine_options.ts";

/** The options of a server. */
export interface HubServerOptions {
  /** Requests a second that one client may go on making. Default 50. */
  readonly requestsPerSecond?: number | undefined;
  /** Requests that one client may make at once. Default 200. */
  readonly requestBurst?: number | undefined;
  /**
   * Milliseconds from the beginning of a connection to its login, after which it is closed with 1008. Default
   * 10 000.
   */
  readonly loginTimeout?: number | undefined;
  /** The longest request, in UTF-16 units. Default 65 536. */
  readonly maxRequestLength?: number | undefined;
  /** The source of time, for tests. */
  readonly clock?: Clock | undefined;
}

/** The numbers of a server, checked. */
export interface HubServerLimits {
  /** Requests a second that one client may go on making. */
  readonly requestsPerSecond: number;
  /** Requests that one client may make at once. */
  readonly requestBurst: number;
  /** Milliseconds to the login. */
  readonly loginTimeout: number;
  /** The longest request, in UTF-16 units. */
  readonly maxRequestLength: number;
  /** The source of time. */
  readonly clock: Clock;
}

/** Checks all that a server will use. Throws `TypeError` or `RangeError`. */
export function checkHubServerOptions(options: HubServerOptions): HubServerLimits {
  return {
    clock: chooseClock(options),
    requestsPerSecond: checkNumber("requestsPerSecond", options.requestsPerSecond, 50, 1),
    requestBurst: checkNumber("requestBurst", options.requestBurst, 200, 1),
    loginTimeout: checkNumber("loginTimeout", options.loginTimeout, 10_000),
    maxRequestLength: checkNumber("maxRequestLength", options.maxRequestLength, 65_536, 1),
  };
}

/**
 * What sessions follow: every member that comes or goes; every member that goes; who comes to a topic and
 * leaves it.
 */
export const presenceChannels = {
  members: "members",
  leaving: "leaving",
  ofTopic: (topic: string): string => `topic ${topic}`,
} as const;
