/**
 * How one claim on a name is made: by comparing and setting, until it stands or somebody alive has the name.
 *
 * @module
 */

import type { NatsLink } from "./nats_link.ts";
import { nodeOf } from "./node_identity.ts";

/** A claim of this node. */
export interface Claim {
  /** Tells it from every other one. */
  readonly identity: string;
  /** Missing until it is made. */
  revision: number | undefined;
}

/** How often a claim is tried while others try too. */
const attempts = 8;

/** Makes a node's claim. Whether it stands; where the link fails, it does until the next one. */
export async function acquireClaim(
  link: NatsLink,
  node: string,
  key: string,
  claim: Claim,
): Promise<boolean> {
  try {
    let previous = 0;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const revision = await link.write(key, claim.identity, previous);
      if (revision !== undefined) {
        claim.revision = revision;
        return true;
      }
      const holder = await link.read(key);
      previous = holder?.revision ?? 0;
      if (holder?.identity === undefined) continue;
      if (holder.identity === claim.identity) {
        claim.revision = holder.revision;
        return true;
      }
      // What this node claimed before, it gave up; a node without a lease has no claims.
      const holdingNode = nodeOf(holder.identity);
      if (holdingNode !== node && await link.isAlive(holdingNode)) return false;
    }
    return false;
  } catch (error) {
    link.fail(error);
    return true;
  }
}
