/**
 * A broker over `BroadcastChannel`: hubs in the workers of one process, or in the pages of one origin. Knows
 * no servers: the nodes agree among themselves.
 *
 * @module
 */

import { chooseClock, type Clock } from "../connection/clock.ts";
import type { Broker, BrokerData, BrokerHub } from "./broker.ts";
import { ChannelNames } from "./channel_names.ts";
import { nodeOf, withResolver } from "./node_identity.ts";
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
 * Links hubs by `BroadcastChannel`. A name is claimed by asking all nodes; a node that says nothing for 5 s
 * is gone, and its names are free. Should two nodes not have known of each other, one of two claims on a name
 * falls when they do.
 */
export class BroadcastChannelBroker implements Broker {
  readonly #name: string;
  readonly #clock: Clock;
  /** When each other node was last heard. */
  readonly #nodes = new Map<string, number>();
  readonly #questions: NodeQuestions;
  #names!: ChannelNames;
  #channel: BroadcastChannel | undefined;
  #hub: BrokerHub | undefined;
  #number = 0;
  #cancel: (() => void) | undefined;
  readonly #settled = withResolver();
  #connected = false;

  /** Opens nothing yet. */
  constructor(options: BroadcastChannelBrokerOptions = {}) {
    this.#name = options.channel ?? "weft";
    this.#clock = chooseClock(options);
    this.#questions = new NodeQuestions(this.#clock);
  }

  /** Whether the other hubs have been asked for their members. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Opens the channel. Throws `TypeError` the second time. */
  start(hub: BrokerHub): void {
    if (this.#hub !== undefined) throw new TypeError("Cannot start: the broker has a hub");
    this.#hub = hub;
    this.#names = new ChannelNames({
      hub,
      questions: this.#questions,
      say: (words) => this.#say(words),
      nodes: () => this.#nodes.keys(),
    });
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }: MessageEvent<NodeMessage>) => this.#hear(hub, data);
    this.#say({ type: "hello" });
    this.#cancel = this.#clock.after(settling, () => {
      this.#connected = true;
      this.#settled.resolve();
      hub.changed(true);
      this.#beat();
    });
  }

  #say(words: NodeWords, to?: string): void {
    const message = { from: this.#names.node, ...(to === undefined ? undefined : { to }), ...words };
    try {
      this.#channel?.postMessage(message);
    } catch (error) {
      // Deno's channels cannot, where another one was the last to be closed a moment before they were opened.
      this.#hub?.failed(error);
    }
  }

  /** Keeps up with who is alive. */
  #beat(): void {
    this.#say({ type: "alive" });
    const now = this.#clock.now();
    for (const [node, heard] of [...this.#nodes]) if (now - heard > lifetime) this.#bury(node);
    this.#cancel = this.#clock.after(heartbeat, () => this.#beat());
  }

  // What other nodes say

  #hear(hub: BrokerHub, message: NodeMessage): void {
    const { from, to } = message;
    if (to !== undefined && to !== this.#names.node) return;
    if (message.type === "bye") return this.#bury(from);
    if (!this.#nodes.has(from) && message.type !== "hello" && message.type !== "state") {
      this.#say({ type: "hello" }, from);
    }
    this.#nodes.set(from, this.#clock.now());
    switch (message.type) {
      case "hello":
        this.#say({ type: "state", claims: this.#names.claims }, from);
        break;
      case "state":
        this.#names.learn(from, message.claims);
        break;
      case "claim":
        this.#answer(from, message.identity, this.#names.concedes(message.name, message.identity));
        break;
      case "claimed":
        this.#names.come(message.name, message.identity);
        break;
      case "released":
        this.#names.released(message.name, message.identity);
        break;
      case "publish":
        hub.receivePublished(message.topic, message.data);
        break;
      case "direct": {
        const name = this.#names.nameOf(message.identity);
        const taken = name !== undefined && hub.receiveDirect(name, message.identity, message.data);
        this.#answer(from, message.question, taken);
        break;
      }
      case "who":
        this.#answer(from, message.question, true, hub.subscribersHere(message.topic));
        break;
      case "answer":
        this.#questions.hear(from, message.question, message.yes, message.names);
    }
  }

  #answer(to: string, question: number | string, yes: boolean, names?: string[]): void {
    this.#say({ type: "answer", question, yes, ...(names === undefined ? undefined : { names }) }, to);
  }

  /** A node is gone. */
  #bury(node: string): void {
    this.#nodes.delete(node);
    this.#names.bury(node);
    this.#questions.forget(node);
  }

  // Names

  /** Claims a name, with the consent of all nodes that are known. */
  async claim(name: string): Promise<string | undefined> {
    await this.#settled.promise;
    return await this.#names.claim(name);
  }

  /** Gives a name back. */
  release(name: string): void {
    this.#names.release(name);
  }

  /** The identity of another node's claim. */
  find(name: string): string | undefined {
    return this.#names.find(name);
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

  /** Says good-bye, and closes the channel: what is asked of others from now on, nobody answers. */
  stop(): Promise<void> {
    this.#say({ type: "bye" });
    this.#cancel?.();
    this.#settled.resolve();
    this.#connected = false;
    this.#nodes.clear();
    this.#questions.stop();
    this.#channel?.close();
    this.#channel = undefined;
    return Promise.resolve();
  }
}

/** Bytes without the rest of their buffer, all of which would be copied. */
function withoutRest(data: BrokerData): BrokerData {
  return typeof data === "string" || data.byteLength === data.buffer.byteLength ? data : new Uint8Array(data);
}
