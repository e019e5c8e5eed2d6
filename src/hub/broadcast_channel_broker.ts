/**
 * A broker over `BroadcastChannel`: hubs in the workers of one process, or in the pages of one origin. Knows no servers: the nodes agree among
 * themselves.
 *
 * @module
 */

import { type Clock, systemClock } from "../connection/clock.ts";
import type { Broker, BrokerData, BrokerHub } from "./broker.ts";
import { createNode, nodeOf, withResolver } from "./node_identity.ts";
import type { NodeMessage, NodeWords } from "./node_message.ts";
import { NodeQuestions } from "./node_questions.ts";

/** The options of a broker over `BroadcastChannel`. */
export interface BroadcastChannelBrokerOptions {
  /** The name of the channel. Default `"weft"`. */
  readonly channel?: string | undefined;
  /** The source of time, for tests. */
  readonly clock?: Clock | undefined;
}

/** Milliseconds that other nodes have to tell of themselves before the first claim. */
const settling = 100;
/** Milliseconds between two signs of life, and of silence that mean the end of a node. */
const heartbeat = 1_000;
const lifetime = 5_000;

/**
 * Links hubs by `BroadcastChannel`. A name is claimed by asking all nodes; a node that says nothing for 5 s is gone, and its names are free. Should two nodes
 * not have known of each other, one of two claims on a name falls when they do.
 */
export class BroadcastChannelBroker implements Broker {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #node = createNode();
  /** The claims of this node: name to identity, and back. */
  readonly #claims = new Map<string, string>();
  readonly #identities = new Map<string, string>();
  /** Claims that the others are being asked about. */
  readonly #asking = new Map<string, string>();
  /** The claims of other nodes. */
  readonly #others = new Map<string, string>();
  /** Claims that this node had nothing against, before it is told that they stand: messages may come first. */
  readonly #conceded = new Map<string, string>();
  /** When each other node was last heard. */
  readonly #nodes = new Map<string, number>();
  readonly #questions: NodeQuestions;
  #channel: BroadcastChannel | undefined;
  #hub!: BrokerHub;
  #number = 0;
  #cancel: (() => void) | undefined;
  readonly #settled = withResolver();
  #connected = false;

  /** Opens nothing yet. */
  constructor(options: BroadcastChannelBrokerOptions = {}) {
    this.#name = options.channel ?? "weft";
    this.#clock = options.clock ?? systemClock;
    this.#questions = new NodeQuestions(this.#clock);
  }

  /** Whether the other hubs have been asked for their members. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Opens the channel. Throws `TypeError` the second time. */
  start(hub: BrokerHub): void {
    if (this.#channel !== undefined) throw new TypeError("Cannot start: the broker has a hub");
    this.#hub = hub;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }: MessageEvent<NodeMessage>) => this.#hear(data);
    this.#say({ type: "hello" });
    this.#cancel = this.#clock.after(settling, () => {
      this.#connected = true;
      this.#settled.resolve();
      this.#hub.changed(true);
      this.#beat();
    });
  }

  #say(words: NodeWords, to?: string): void {
    this.#channel?.postMessage({ from: this.#node, ...(to === undefined ? undefined : { to }), ...words });
  }

  /** Keeps up with who is alive. */
  #beat(): void {
    this.#say({ type: "alive" });
    const now = this.#clock.now();
    for (const [node, heard] of [...this.#nodes]) if (now - heard > lifetime) this.#bury(node);
    this.#cancel = this.#clock.after(heartbeat, () => this.#beat());
  }

  // What other nodes say

  #hear(message: NodeMessage): void {
    const { from, to } = message;
    if (to !== undefined && to !== this.#node) return;
    if (message.type === "bye") return this.#bury(from);
    if (!this.#nodes.has(from) && message.type !== "hello" && message.type !== "state") {
      this.#say({ type: "hello" }, from);
    }
    this.#nodes.set(from, this.#clock.now());
    switch (message.type) {
      case "hello":
        this.#say({ type: "state", claims: [...this.#claims] }, from);
        break;
      case "state":
        this.#learn(from, message.claims);
        break;
      case "claim":
        this.#answer(from, message.identity, this.#concedes(message.name, message.identity));
        break;
      case "claimed":
        this.#come(message.name, message.identity);
        break;
      case "released":
        if (this.#others.get(message.name) === message.identity) this.#go(message.name);
        if (this.#conceded.get(message.name) === message.identity) this.#conceded.delete(message.name);
        break;
      case "publish":
        this.#hub.receivePublished(message.topic, message.data);
        break;
      case "direct": {
        const name = this.#identities.get(message.identity);
        const taken = name !== undefined && this.#hub.receiveDirect(name, message.identity, message.data);
        this.#answer(from, message.question, taken);
        break;
      }
      case "who":
        this.#answer(from, message.question, true, this.#hub.subscribersHere(message.topic));
        break;
      case "answer":
        this.#questions.hear(from, message.question, message.yes, message.names);
    }
  }

  #answer(to: string, question: number | string, yes: boolean, names?: string[]): void {
    this.#say({ type: "answer", question, yes, ...(names === undefined ? undefined : { names }) }, to);
  }

  // Names

  /** Whether this node has nothing against a claim: of two that are made at once, the lesser identity wins. */
  #concedes(name: string, identity: string): boolean {
    if (this.#claims.has(name)) return false;
    const own = this.#asking.get(name);
    if (own !== undefined && own < identity) return false;
    if (own !== undefined) this.#questions.settle(own, false);
    this.#conceded.set(name, identity);
    return true;
  }

  /** Claims a name, with the consent of all nodes that are known. */
  async claim(name: string): Promise<string | undefined> {
    await this.#settled.promise;
    if (this.#others.has(name)) return undefined;
    const identity = `${this.#node}.${++this.#number}`;
    this.#asking.set(name, identity);
    const { yes } = await this.#questions.ask(
      identity,
      this.#nodes.keys(),
      () => this.#say({ type: "claim", name, identity }),
    );
    this.#asking.delete(name);
    if (!yes || this.#others.has(name)) {
      this.#say({ type: "released", name, identity });
      return undefined;
    }
    this.#claims.set(name, identity);
    this.#identities.set(identity, name);
    this.#say({ type: "claimed", name, identity });
    return identity;
  }

  /** Gives a name back. */
  release(name: string): void {
    const identity = this.#claims.get(name);
    if (identity === undefined) return;
    this.#claims.delete(name);
    this.#identities.delete(identity);
    this.#say({ type: "released", name, identity });
  }

  /** The identity of another node's claim. */
  find(name: string): string | undefined {
    return this.#others.get(name) ?? this.#conceded.get(name);
  }

  /** The names of other nodes' members. */
  names(): Iterable<string> {
    return this.#others.keys();
  }

  /** All that a node claims. */
  #learn(node: string, claims: readonly (readonly [string, string])[]): void {
    const names = new Set(claims.map(([name]) => name));
    for (const [name, identity] of [...this.#others]) {
      if (nodeOf(identity) === node && !names.has(name)) this.#go(name);
    }
    for (const [name, identity] of claims) this.#come(name, identity);
  }

  #come(name: string, identity: string): void {
    const own = this.#claims.get(name);
    // Both were made without knowing of the other.
    if (own !== undefined && own < identity) return this.#say({ type: "claimed", name, identity: own });
    if (own !== undefined) {
      this.#claims.delete(name);
      this.#identities.delete(own);
      this.#hub.lost(name);
    }
    this.#conceded.delete(name);
    const before = this.#others.get(name);
    if (before === identity) return;
    if (before !== undefined) this.#go(name);
    this.#others.set(name, identity);
    this.#hub.joined(name);
  }

  #go(name: string): void {
    if (this.#others.delete(name)) this.#hub.left(name);
  }

  /** A node is gone. */
  #bury(node: string): void {
    this.#nodes.delete(node);
    for (const [name, identity] of [...this.#others]) if (nodeOf(identity) === node) this.#go(name);
    for (const [name, identity] of [...this.#conceded]) {
      if (nodeOf(identity) === node) this.#conceded.delete(name);
    }
    this.#questions.forget(node);
  }

  // Messages

  /** All nodes hear of all topics. */
  subscribe(_topic: string): void {}

  /** All nodes hear of all topics. */
  unsubscribe(_topic: string): void {}

  /** Publishes to all nodes. */
  publish(topic: string, data: BrokerData): void {
    this.#say({ type: "publish", topic, data: withoutRest(data) });
  }

  /** Sends to another node's member. */
  async send(_name: string, identity: string, data: BrokerData): Promise<boolean> {
    const node = nodeOf(identity);
    if (!this.#nodes.has(node)) return false;
    const question = ++this.#number;
    const { yes } = await this.#questions.ask(question, [node], () => {
      this.#say({ type: "direct", question, identity, data: withoutRest(data) }, node);
    });
    // Of a node that went meanwhile, nobody knows.
    return yes && this.#nodes.has(node);
  }

  /** Asks the other nodes, and waits for their answers for 2 s at most. */
  async subscribers(topic: string): Promise<string[]> {
    const question = ++this.#number;
    const { names } = await this.#questions.ask(
      question,
      this.#nodes.keys(),
      () => this.#say({ type: "who", question, topic }),
    );
    return names;
  }

  /** Says good-bye, and closes the channel. */
  stop(): Promise<void> {
    this.#say({ type: "bye" });
    this.#cancel?.();
    this.#settled.resolve();
    this.#connected = false;
    this.#questions.stop();
    this.#channel?.close();
    return Promise.resolve();
  }
}

/** Bytes without the rest of their buffer, all of which would be copied. */
function withoutRest(data: BrokerData): BrokerData {
  return typeof data === "string" || data.byteLength === data.buffer.byteLength ? data : new Uint8Array(data);
}
