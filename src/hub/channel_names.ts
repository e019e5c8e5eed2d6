/**
 * Who has which name among the nodes on a `BroadcastChannel`: claims that this node makes by asking all
 * others, and theirs. Knows no channel.
 *
 * @module
 */

import type { BrokerHub } from "./broker.ts";
import { createNode, nodeOf } from "./node_identity.ts";
import type { NodeWords } from "./node_message.ts";
import type { NodeQuestions } from "./node_questions.ts";

/** What the names of a node need of its broker. */
export interface NamesBroker {
  /** Tells all other nodes. */
  say(words: NodeWords): void;
  /** The other nodes. */
  nodes(): Iterable<string>;
  /** The hub. */
  readonly hub: BrokerHub;
  /** What the others are asked. */
  readonly questions: NodeQuestions;
}

/** The names, as one node sees them. */
export class ChannelNames {
  /** This node. */
  readonly node: string = createNode();
  readonly #broker: NamesBroker;
  /** The claims of this node: name to identity, and back. */
  readonly #claims = new Map<string, string>();
  readonly #identities = new Map<string, string>();
  /** Claims that the others are being asked about. */
  readonly #asking = new Map<string, string>();
  /** The claims of other nodes. */
  readonly #others = new Map<string, string>();
  /**
   * Claims that this node had nothing against, before it is told that they stand: messages may come first.
   */
  readonly #conceded = new Map<string, string>();
  #number = 0;

  constructor(broker: NamesBroker) {
    this.#broker = broker;
  }

  /** The claims of this node. */
  get claims(): [name: string, identity: string][] {
    return [...this.#claims];
  }

  /** The name that one of this node's claims is on. */
  nameOf(identity: string): string | undefined {
    return this.#identities.get(identity);
  }

  /** The identity of another node's claim. */
  find(name: string): string | undefined {
    return this.#others.get(name) ?? this.#conceded.get(name);
  }

  /** Claims a name, with the consent of all nodes that are known. */
  async claim(name: string): Promise<string | undefined> {
    if (this.#others.has(name)) return undefined;
    const identity = `${this.node}.${++this.#number}`;
    this.#asking.set(name, identity);
    const { questions } = this.#broker;
    const { yes } = await questions.ask(
      identity,
      this.#broker.nodes(),
      () => this.#broker.say({ type: "claim", name, identity }),
    );
    this.#asking.delete(name);
    if (!yes || this.#others.has(name)) {
      this.#broker.say({ type: "released", name, identity });
      return undefined;
    }
    this.#claims.set(name, identity);
    this.#identities.set(identity, name);
    this.#broker.say({ type: "claimed", name, identity });
    return identity;
  }

  /** Gives a name back. */
  release(name: string): void {
    const identity = this.#claims.get(name);
    if (identity === undefined) return;
    this.#claims.delete(name);
    this.#identities.delete(identity);
    this.#broker.say({ type: "released", name, identity });
  }

  /**
   * Whether this node has nothing against a claim: of two that are made at once, the lesser identity wins.
   */
  concedes(name: string, identity: string): boolean {
    if (this.#claims.has(name)) return false;
    const own = this.#asking.get(name);
    if (own !== undefined && own < identity) return false;
    if (own !== undefined) this.#broker.questions.settle(own, false);
    this.#conceded.set(name, identity);
    return true;
  }

  /** All that a node claims. */
  learn(node: string, claims: readonly (readonly [string, string])[]): void {
    const names = new Set(claims.map(([name]) => name));
    for (const [name, identity] of [...this.#others]) {
      if (nodeOf(identity) === node && !names.has(name)) this.#go(name);
    }
    for (const [name, identity] of claims) this.come(name, identity);
  }

  /** Another node's claim stands. */
  come(name: string, identity: string): void {
    const own = this.#claims.get(name);
    // Both were made without knowing of the other.
    if (own !== undefined && own < identity) {
      return this.#broker.say({ type: "claimed", name, identity: own });
    }
    if (own !== undefined) {
      this.#claims.delete(name);
      this.#identities.delete(own);
      this.#broker.hub.lost(name);
    }
    this.#conceded.delete(name);
    const before = this.#others.get(name);
    if (before === identity) return;
    if (before !== undefined) this.#go(name);
    this.#others.set(name, identity);
    this.#broker.hub.joined(name);
  }

  /** Another node's claim was given up. */
  released(name: string, identity: string): void {
    if (this.#others.get(name) === identity) this.#go(name);
    if (this.#conceded.get(name) === identity) this.#conceded.delete(name);
  }

  #go(name: string): void {
    if (this.#others.delete(name)) this.#broker.hub.left(name);
  }

  /** A node is gone. */
  bury(node: string): void {
    for (const [name, identity] of [...this.#others]) if (nodeOf(identity) === node) this.#go(name);
    for (const [name, identity] of [...this.#conceded]) {
      if (nodeOf(identity) === node) this.#conceded.delete(name);
    }
  }
}
