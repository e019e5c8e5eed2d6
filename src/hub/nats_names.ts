/**
 * Who has which name in a cluster: claims that this node makes and keeps, and those of other nodes, which
 * fall when their node's lease runs out. Knows revisions, and no messages.
 *
 * @module
 */

import type { Clock } from "../connection/clock.ts";
import type { BrokerHub } from "./broker.ts";
import { HubError } from "./hub_error.ts";
import { acquireClaim, type Claim } from "./nats_claim.ts";
import type { NatsLink } from "./nats_link.ts";
import { fitsKey, fromToken, toToken } from "./nats_subjects.ts";
import { nodeOf } from "./node_identity.ts";

/** A claim of another node. */
interface RemoteClaim {
  readonly identity: string;
  readonly revision: number;
}

/** Milliseconds after which a claim that was given up is forgotten. */
const markerAge = 60_000;
/** How many are forgotten at a time, and how many claims are made anew at a time. */
const batch = 256;

/** The names, over any number of links one after the other. */
export class NatsNames {
  /** This node. */
  readonly node: string;
  readonly #hub: BrokerHub;
  readonly #clock: Clock;
  readonly #leaseTime: number;
  readonly #claims = new Map<string, Claim>();
  readonly #identities = new Map<string, string>();
  readonly #others = new Map<string, RemoteClaim>();
  /** When each other node was last heard of. */
  readonly #nodes = new Map<string, number>();
  /** Names that this node gave up, and will be told so. */
  readonly #leaving = new Set<string>();
  /** What is left of claims that were given up, and takes room. */
  readonly #markers: { readonly revision: number; readonly since: number }[] = [];
  /** Identities that the present link has told of. */
  readonly #told = new Set<string>();
  /** Whether the present link has told of everything. */
  #ready = false;
  #link: NatsLink | undefined;
  #number = 0;

  constructor(node: string, hub: BrokerHub, clock: Clock, leaseTime: number) {
    this.node = node;
    this.#hub = hub;
    this.#clock = clock;
    this.#leaseTime = leaseTime;
  }

  /** How many other nodes are known to be alive. */
  get otherNodes(): number {
    return this.#nodes.size;
  }

  /** The name that one of this node's claims is on. */
  nameOf(identity: string): string | undefined {
    return this.#identities.get(identity);
  }

  /** Claims a name. Throws `HubError` for one that no key can be made of. */
  claim(name: string): string | Promise<string | undefined> {
    if (!fitsKey(name)) throw new HubError("invalid-name", "Cannot join: the name is too long for NATS");
    const claim: Claim = { identity: `${this.node}.${++this.#number}`, revision: undefined };
    this.#claims.set(name, claim);
    this.#identities.set(claim.identity, name);
    const link = this.#link;
    if (link === undefined) return claim.identity;
    return acquireClaim(link, this.node, toToken(name), claim).then((acquired) => {
      if (acquired) return claim.identity;
      this.#drop(name, claim);
      return undefined;
    });
  }

  /** Gives a name back. */
  release(name: string): void {
    const claim = this.#claims.get(name);
    if (claim === undefined) return;
    this.#drop(name, claim);
    if (claim.revision !== undefined) this.#remove(name, claim.revision);
  }

  #drop(name: string, claim: Claim): void {
    this.#identities.delete(claim.identity);
    if (this.#claims.get(name) === claim) this.#claims.delete(name);
  }

  #remove(name: string, revision: number): void {
    const link = this.#link;
    if (link === undefined) return;
    this.#leaving.add(name);
    link.remove(toToken(name), revision).catch((error) => link.fail(error));
  }

  /** The identity of another node's claim. */
  find(name: string): string | undefined | Promise<string | undefined> {
    const known = this.#others.get(name)?.identity;
    const link = this.#link;
    if (known !== undefined || link === undefined || !fitsKey(name)) return known;
    return link.read(toToken(name)).then(
      (claim) => claim?.identity,
      (error) => {
        link.fail(error);
        return undefined;
      },
    );
  }

  // The life of a link

  /**
   * Goes on with a new link: learns what is claimed, and makes the claims that were made meanwhile or got
   * lost.
   */
  async takeUp(link: NatsLink): Promise<void> {
    this.#link = link;
    this.#nodes.clear();
    await link.watch(this.node, {
      claimed: (key, identity, revision) => this.#claimed(link, key, identity, revision),
      alive: (node, alive) => this.#heardOf(node, alive),
    });
    this.#ready = true;
    for (const [name, { identity }] of [...this.#others]) if (!this.#told.has(identity)) this.#gone(name);
    const missing = [...this.#claims].filter(([, { identity }]) => !this.#told.has(identity));
    this.#told.clear();
    while (missing.length > 0) {
      await Promise.all(missing.splice(0, batch).map(([name, claim]) => this.#reclaim(link, name, claim)));
    }
  }

  /** Goes on without a link. */
  letGo(): void {
    this.#link = undefined;
    this.#ready = false;
    this.#told.clear();
    this.#leaving.clear();
  }

  /** Once a second or so: keeps the lease, looks after the others', and clears up. */
  async tick(link: NatsLink): Promise<void> {
    await link.renew(this.node);
    const now = this.#clock.now();
    for (const [node, heard] of [...this.#nodes]) {
      if (now - heard <= this.#leaseTime) continue;
      if (!await link.isAlive(node)) this.#bury(node);
    }
    let old = 0;
    while (old < batch && old < this.#markers.length && now - this.#markers[old]!.since > markerAge) old++;
    await Promise.all(this.#markers.splice(0, old).map(({ revision }) => link.forget(revision)));
  }

  /** Gives everything up. */
  async end(): Promise<void> {
    const link = this.#link;
    if (link === undefined) return;
    const claims = [...this.#claims];
    this.#claims.clear();
    await Promise.allSettled(
      claims.map(([name, { revision }]) =>
        revision === undefined ? undefined : link.remove(toToken(name), revision)
      ),
    );
    await link.expire(this.node).catch(() => {});
  }

  // Claims

  async #reclaim(link: NatsLink, name: string, claim: Claim): Promise<void> {
    claim.revision = undefined;
    const acquired = await acquireClaim(link, this.node, toToken(name), claim);
    if (this.#claims.get(name) !== claim) {
      // It was given up meanwhile.
      if (claim.revision !== undefined) this.#remove(name, claim.revision);
    } else if (!acquired) {
      this.#drop(name, claim);
      this.#hub.lost(name);
    }
  }

  /** A claim was made or given up, here or elsewhere. */
  #claimed(link: NatsLink, key: string, identity: string | undefined, revision: number): void {
    const name = fromToken(key);
    if (name === undefined) return;
    const claim = this.#claims.get(name);
    if (identity === undefined) {
      if (this.#leaving.delete(name) || !this.#ready) {
        this.#markers.push({ revision, since: this.#clock.now() });
      }
      this.#gone(name);
      // Somebody took this node for dead.
      if (isOutdated(claim, revision)) void this.#reclaim(link, name, claim!);
      return;
    }
    if (!this.#ready) this.#told.add(identity);
    if (nodeOf(identity) === this.node) {
      this.#gone(name);
      if (claim === undefined) this.#remove(name, revision);
      else if (claim.identity === identity) claim.revision = revision;
      return;
    }
    if (isOutdated(claim, revision)) {
      this.#drop(name, claim!);
      this.#hub.lost(name);
    }
    this.#come(name, { identity, revision });
  }

  #come(name: string, claim: RemoteClaim): void {
    const node = nodeOf(claim.identity);
    if (!this.#nodes.has(node)) this.#nodes.set(node, this.#clock.now());
    const before = this.#others.get(name);
    this.#others.set(name, claim);
    if (before?.identity === claim.identity) return;
    if (before !== undefined) this.#hub.left(name);
    this.#hub.joined(name);
  }

  #gone(name: string): void {
    if (this.#others.delete(name)) this.#hub.left(name);
  }

  // Nodes

  #heardOf(node: string, alive: boolean): void {
    if (node === this.node) return;
    if (alive) this.#nodes.set(node, this.#clock.now());
    else this.#nodes.delete(node);
  }

  /** A node is gone, and so are its claims: every other node gives them up, the first one does it. */
  #bury(node: string): void {
    this.#nodes.delete(node);
    for (const [name, { identity, revision }] of [...this.#others]) {
      if (nodeOf(identity) !== node) continue;
      this.#remove(name, revision);
      this.#gone(name);
    }
  }
}

/** Whether something came after a claim that had been made. */
function isOutdated(claim: Claim | undefined, revision: number): boolean {
  return claim?.revision !== undefined && revision > claim.revision;
}
