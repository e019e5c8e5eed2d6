/**
 * The options of a hub's client, their defaults, and how they are checked.
 *
 * @module
 */

import { chooseClock, type Clock } from "../connection/clock.ts";
import { checkFunctions, checkNumber } from "../protocol/engine_options.ts";
import type { HubClientEvent } from "./application_protocol.ts";

/** The options of a client. */
export interface HubClientOptions {
  /**
   * Called with direct messages, topics' messages and presence, in order, nothing left out. What it throws
   * closes the connection with 1011, or with 4011 where 1011 is not for applications.
   */
  readonly onEvent?: ((event: HubClientEvent) => void) | undefined;
  /** Milliseconds that an answer may take. Default 10 000. */
  readonly requestTimeout?: number | undefined;
  /**
   * The longest request that the server reads, in UTF-16 units; a longer one rejects with `too-big`. Default
   * 65 536.
   */
  readonly maxRequestLength?: number | undefined;
  /** The source of time, for tests. */
  readonly clock?: Clock | undefined;
}

/** The options, checked. */
export interface HubClientSettings {
  readonly onEvent: (event: HubClientEvent) => void;
  readonly requestTimeout: number;
  readonly maxRequestLength: number;
  readonly clock: Clock;
}

/** Checks all that a client will use. Throws `TypeError` or `RangeError`. */
export function checkHubClientOptions(options: HubClientOptions): HubClientSettings {
  checkFunctions(options, "onEvent");
  return {
    onEvent: options.onEvent ?? (() => {}),
    requestTimeout: checkNumber("requestTimeout", options.requestTimeout, 10_000, 1),
    maxRequestLength: checkNumber("maxRequestLength", options.maxRequestLength, 65_536, 1),
    clock: chooseClock(options),
  };
}
