/**
 * The options of a hub's client that comes back, and what it tells of its state. Types alone.
 *
 * @module
 */

import type { WebSocketCloseInfo } from "../connection/close_info.ts";
import type { ReconnectOptions } from "../connection/reconnect_options.ts";
import type { MemberList } from "./attendance.ts";
import type { HubClientOptions } from "./hub_client_options.ts";
import type { HubError } from "./hub_error.ts";

/** A topic after a return. */
export interface ReturnedTopic extends Partial<MemberList> {
  /** The topic. */
  readonly topic: string;
  /**
   * Why it is not subscribed to any more, where the server has refused it. Without it, and with `presence`:
   * who is in it.
   */
  readonly error?: HubError;
}

/** Where a client is. */
export type HubClientState =
  /** Logged in, and subscribed to all topics as before; with `presence`, who is there. */
  | {
    readonly state: "in";
    readonly name: string;
    readonly topics: readonly ReturnedTopic[];
  } & Partial<MemberList>
  /**
   * On the way back: how the connection or the attempt ended, what the server refused, and milliseconds until
   * the next attempt.
   */
  | {
    readonly state: "away";
    readonly info: WebSocketCloseInfo;
    readonly error?: unknown;
    readonly delay: number;
  }
  /** It has ended for good: how, and for what reason, where it was not by `close()`. */
  | { readonly state: "out"; readonly info: WebSocketCloseInfo; readonly error?: unknown };

/** The options of `ReconnectingHubClient`. */
export interface ReconnectingHubClientOptions extends
  HubClientOptions,
  Pick<
    ReconnectOptions,
    "baseDelay" | "connectTimeout" | "maxDelay" | "maxRetries" | "random" | "shouldReconnect" | "stableAfter"
  > {
  /** The name. */
  readonly name: string;
  /** Whether to be told who is there, comes and goes. Default `false`. */
  readonly presence?: boolean | undefined;
  /**
   * Called with each new state, in order with `onEvent`: the lists are right at that moment, and what is told
   * later is to be applied to them. What it throws ends it all.
   */
  readonly onState?: ((state: HubClientState) => void) | undefined;
}
