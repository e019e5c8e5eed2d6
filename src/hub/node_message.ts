/**
 * What the nodes on a `BroadcastChannel` say to each other. Types alone.
 *
 * @module
 */

import type { BrokerData } from "./broker.ts";

/** What nodes say to each other. Without `to` it is for all. */
export type NodeMessage = { readonly from: string; readonly to?: string } & NodeWords;
/** What is said. */
export type NodeWords =
  /** Who is there? Whoever hears it, tells its state. */
  | { readonly type: "hello" }
  | { readonly type: "state"; readonly claims: readonly (readonly [name: string, identity: string])[] }
  | { readonly type: "alive" | "bye" }
  | { readonly type: "claim" | "claimed" | "released"; readonly name: string; readonly identity: string }
  | { readonly type: "publish"; readonly topic: string; readonly data: BrokerData }
  | {
    readonly type: "direct";
    readonly question: number;
    readonly identity: string;
    readonly data: BrokerData;
  }
  | { readonly type: "who"; readonly question: number; readonly topic: string }
  /** To `claim` by its identity, to `direct` and `who` by their numbers. */
  | {
    readonly type: "answer";
    readonly question: number | string;
    readonly yes: boolean;
    readonly names?: string[];
  };
