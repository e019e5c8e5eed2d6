/**
 * One connection to NATS, from its beginning to its end: it is never mended, the next one takes its place.
 * Knows subjects, buckets and leases, and not what a hub makes of them.
 *
 * @module
 */

import { JetStreamApiCodes, JetStreamApiError, jetstreamManager } from "@nats-io/jetstream";
import { type KV, Kvm, type KvWatchEntry } from "@nats-io/kv";
import { headers, type Msg, type NatsConnection, type Subscription } from "@nats-io/nats-core";
import { longestToken, tokenHeader } from "./nats_subjects.ts";

/** What a link tells. */
export interface LinkListener {
  /** A claim on a name was made (`identity`) or given up, in the order of the revisions. */
  claimed(key: string, identity: string | undefined, revision: number): void;
  /** A node is alive, or said that it ends. */
  alive(node: string, alive: boolean): void;
}

/** What a link is opened with. */
export interface LinkOptions {
  /** This node. */
  readonly node: string;
  /** Tells this cluster's subjects and buckets from others. */
  readonly prefix: string;
  /** Milliseconds for which a node's lease runs. */
  readonly leaseTime: number;
  /** How many servers keep the buckets. */
  readonly replicas: number;
  /** Told of messages that cannot be understood. */
  readonly report: (error: unknown) => void;
}

/** Milliseconds that JetStream may take for an answer. */
const answerTimeout = 5_000;
/** Milliseconds that another node may take: where there is none, that is known at once. */
const deliveryTimeout = 10_000;
/** How often the buckets are tried to be set up, and milliseconds between. */
const openAttempts = 6;
const openPause = 150;
/** Some revision came first. */
const wrongSequence: readonly number[] = [
  JetStreamApiCodes.StreamWrongLastSequence,
  JetStreamApiCodes.StreamWrongLastSequenceUnknown,
];

/** A link that works. */
export class NatsLink {
  /** The connection. */
  readonly connection: NatsConnection;
  /** Resolves when the link has ended, with the reason. */
  readonly ended: Promise<unknown>;
  readonly #prefix: string;
  readonly #names: KV;
  readonly #leases: KV;
  readonly #forget: (revision: number) => Promise<unknown>;
  readonly #report: (error: unknown) => void;
  #reason: unknown;

  private constructor(
    connection: NatsConnection,
    { prefix, report }: LinkOptions,
    names: KV,
    leases: KV,
    forget: (revision: number) => Promise<unknown>,
  ) {
    this.connection = connection;
    this.#prefix = prefix;
    this.#report = report;
    this.#names = names;
    this.#leases = leases;
    this.#forget = forget;
    this.ended = connection.closed().then((error) =>
      this.#reason ?? error ?? new Error("Cannot go on: the connection to NATS has ended")
    );
  }

  /**
   * Sets up the buckets on a new connection. Rejects, and closes the connection, where JetStream does not do
   * its part.
   */
  static async open(connection: NatsConnection, options: LinkOptions): Promise<NatsLink> {
    for (let attempt = 1;; attempt++) {
      try {
        return await NatsLink.#open(connection, options);
      } catch (error) {
        // Where nodes set the buckets up at the same time, the server may refuse one of them, or not be ready
        // yet.
        if (attempt < openAttempts && !connection.isClosed()) {
          await new Promise((resolve) => setTimeout(resolve, openPause));
          continue;
        }
        await connection.close();
        throw error;
      }
    }
  }

  static async #open(connection: NatsConnection, options: LinkOptions): Promise<NatsLink> {
    const { node, prefix, leaseTime, replicas } = options;
    const manager = await jetstreamManager(connection, { timeout: answerTimeout });
    const kvm = new Kvm(manager.jetstream());
    const common = { history: 1, replicas, allow_direct: false, timeout: answerTimeout };
    const names = await kvm.create(`${prefix}_names`, common);
    const leases = await kvm.create(`${prefix}_nodes`, { ...common, ttl: leaseTime });
    await leases.put(node, "", { timeout: answerTimeout });
    await names.put(markOf(node), "", { timeout: answerTimeout });
    const forget = (revision: number) => manager.streams.deleteMessage(`KV_${prefix}_names`, revision, false);
    return new NatsLink(connection, options, names, leases, forget);
  }

  /** Ends the link for a reason. */
  fail(reason: unknown): void {
    this.#reason ??= reason;
    void this.connection.close();
  }

  /**
   * Tells of all nodes and claims, first those that are, then those that come. Resolves when all that are
   * have been told.
   */
  async watch(node: string, listener: LinkListener): Promise<void> {
    const nodes = await this.#leases.watch();
    void this.#drain(nodes, ({ key, operation }) => listener.alive(key, operation === "PUT"));
    const claims = await this.#names.watch();
    // Once it comes by, all that was before it is known.
    const mark = markOf(node);
    const marked = await this.#names.put(mark, "", { timeout: answerTimeout });
    await new Promise<void>((resolve, reject) => {
      void this.ended.then(reject);
      void this.#drain(claims, (entry) => {
        const { key, operation, revision } = entry;
        if (key === mark && revision === marked) resolve();
        listener.claimed(key, operation === "PUT" ? entry.string() : undefined, revision);
      });
    });
    await this.forget(marked);
  }

  async #drain(entries: AsyncIterable<KvWatchEntry>, take: (entry: KvWatchEntry) => void): Promise<void> {
    try {
      for await (const entry of entries) take(entry);
      this.fail(new Error("Cannot watch: NATS ended it"));
    } catch (error) {
      this.fail(error);
    }
  }

  /** Renews a node's lease. */
  async renew(node: string): Promise<void> {
    await this.#leases.put(node, "", { timeout: answerTimeout });
  }

  /** Gives a node's lease up. */
  async expire(node: string): Promise<void> {
    await this.#leases.delete(node);
  }

  /** Whether a node's lease runs. */
  async isAlive(node: string): Promise<boolean> {
    return (await this.#leases.get(node))?.operation === "PUT";
  }

  /** The claim on a name, given up (`identity` missing) or not; `undefined` where there never was one. */
  async read(key: string): Promise<{ identity: string | undefined; revision: number } | undefined> {
    const entry = await this.#names.get(key);
    if (entry === null) return undefined;
    return { identity: entry.operation === "PUT" ? entry.string() : undefined, revision: entry.revision };
  }

  /**
   * Makes a claim where the last revision is `previous`, 0 for none. Its revision, or `undefined` where it is
   * another one.
   */
  async write(key: string, identity: string, previous: number): Promise<number | undefined> {
    try {
      return await this.#names.put(key, identity, { previousSeq: previous, timeout: answerTimeout });
    } catch (error) {
      if (error instanceof JetStreamApiError && wrongSequence.includes(error.code)) return undefined;
      throw error;
    }
  }

  /** Gives a claim up, unless another revision came first. */
  async remove(key: string, revision: number): Promise<void> {
    try {
      await this.#names.delete(key, { previousSeq: revision });
    } catch (error) {
      if (!(error instanceof JetStreamApiError)) throw error;
    }
  }

  /**
   * Forgets one revision, to save the room. By itself: a purge of the key lets watches of nats-server 2.9
   * miss what comes at the same time.
   */
  async forget(revision: number): Promise<void> {
    try {
      await this.#forget(revision);
    } catch (error) {
      // It is gone already.
      if (!(error instanceof JetStreamApiError)) throw error;
    }
  }

  /** Publishes to whoever listens to a topic's token. */
  publishTo(token: string, payload: Uint8Array): void {
    const options = token.length > longestToken ? { headers: headers() } : {};
    options.headers?.set(tokenHeader, token);
    this.connection.publish(`${this.#prefix}.topic.${token.slice(0, longestToken)}`, payload, options);
  }

  /** Listens to a topic's token. */
  listenTo(token: string, receive: (payload: Uint8Array) => void): Subscription {
    const beginning = token.slice(0, longestToken);
    return this.subscribe(`topic.${beginning}`, (message) => {
      // Longer tokens have their beginning in common with others.
      if ((message.headers?.get(tokenHeader) || beginning) === token) receive(message.data);
    });
  }

  /** Publishes to a subject of the cluster. */
  publish(subject: string, payload: Uint8Array): void {
    this.connection.publish(`${this.#prefix}.${subject}`, payload);
  }

  /**
   * Subscribes to a subject of the cluster, or many by a wildcard. The rest of the subject behind the prefix
   * comes with it.
   */
  subscribe(subject: string, receive: (message: Msg, subject: string) => void): Subscription {
    const from = this.#prefix.length + 1;
    return this.connection.subscribe(`${this.#prefix}.${subject}`, {
      callback: (error, message) => {
        if (error !== null) return this.#report(error);
        try {
          receive(message, message.subject.slice(from));
        } catch (error) {
          this.#report(error);
        }
      },
    });
  }

  /**
   * Asks whoever is subscribed to a subject of the cluster. Rejects where nobody is, or nobody answers in
   * time.
   */
  async request(subject: string, payload: Uint8Array): Promise<Uint8Array> {
    const answer = await this.connection.request(`${this.#prefix}.${subject}`, payload, {
      timeout: deliveryTimeout,
    });
    return answer.data;
  }
}

/** A key that is no name. */
function markOf(node: string): string {
  return `mark=${node}`;
}
