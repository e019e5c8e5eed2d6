/**
 * Feeds: sources that are drawn from while somebody listens. Each is drawn once, however many listen. Knows
 * no members.
 *
 * @module
 */

import type { ByteSource } from "../connection/bytes.ts";
import type { Clock } from "../connection/clock.ts";
import { HubError } from "./hub_error.ts";
import { type OutgoingMessage, prepareOutgoing } from "./outgoing_message.ts";

/** Begins a feed. The signal is aborted when nobody listens any more; then the iterator is returned, too. */
export type FeedSource = (signal: AbortSignal) => AsyncIterable<string | ByteSource>;

/** Milliseconds after which a feed that never waits lets others have a turn. */
const longestTurn = 10;

/** The feeds of a hub. */
export class Feeds {
  readonly #sources = new Map<string, { readonly source: FeedSource }>();
  readonly #running = new Map<string, AbortController>();
  readonly #clock: Clock;
  readonly #publish: (topic: string, message: OutgoingMessage) => void;
  readonly #report: (error: unknown) => void;

  /** `publish` takes what the feeds yield, `report` what they throw. */
  constructor(
    clock: Clock,
    publish: (topic: string, message: OutgoingMessage) => void,
    report: (error: unknown) => void,
  ) {
    this.#clock = clock;
    this.#publish = publish;
    this.#report = report;
  }

  /** How many feeds are drawn from. */
  get runningCount(): number {
    return this.#running.size;
  }

  /**
   * Adds the feed of a topic; returns what removes it, and no other. Throws `TypeError` where there is one.
   */
  add(topic: string, source: FeedSource): () => void {
    if (typeof source !== "function") throw new TypeError("Cannot add a feed: not a function");
    if (this.#sources.has(topic)) throw new TypeError(`Cannot add a feed: "${topic}" has one`);
    const feed = { source };
    this.#sources.set(topic, feed);
    return () => {
      if (this.#sources.get(topic) === feed) this.#remove(topic);
    };
  }

  #remove(topic: string): void {
    this.end(topic);
    this.#sources.delete(topic);
  }

  /** Somebody listens to the topic now. */
  begin(topic: string): void {
    const source = this.#sources.get(topic)?.source;
    if (source === undefined || this.#running.has(topic)) return;
    const controller = new AbortController();
    this.#running.set(topic, controller);
    void this.#draw(topic, source, controller.signal);
  }

  /** Nobody listens to the topic any more. */
  end(topic: string): void {
    const controller = this.#running.get(topic);
    this.#running.delete(topic);
    controller?.abort(new HubError("left", "Cannot go on: nobody listens"));
  }

  /** Removes and ends all. */
  stop(): void {
    for (const topic of [...this.#sources.keys()]) this.#remove(topic);
  }

  async #draw(topic: string, source: FeedSource, signal: AbortSignal): Promise<void> {
    let iterator: AsyncIterator<string | ByteSource> | undefined;
    // Whoever waits for something that never comes is not waited for.
    signal.addEventListener("abort", () => void iterator?.return?.()?.catch(() => {}));
    try {
      iterator = source(signal)[Symbol.asyncIterator]();
      let turn = this.#clock.now();
      for (;;) {
        const { done, value } = await iterator.next();
        if (done || signal.aborted) return;
        this.#publish(topic, prepareOutgoing(value));
        if (this.#clock.now() - turn < longestTurn) continue;
        await new Promise((resolve) => setTimeout(resolve, 0));
        turn = this.#clock.now();
      }
    } catch (error) {
      if (!signal.aborted) {
        this.#report(error);
        void iterator?.return?.()?.catch(() => {});
      }
    }
  }
}
