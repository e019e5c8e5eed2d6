/**
 * Who listens to what: topics to subscribers and back, one the inverse of the other at every moment. Knows
 * nothing of messages.
 *
 * @module
 */

/** A subscriber of a topic, and when it came. */
interface Subscription<Subscriber> {
  readonly subscriber: Subscriber;
  readonly order: number;
}

/** Two maps that say the same. */
export class TopicIndex<Subscriber extends object> {
  readonly #topics = new Map<string, Map<Subscriber, Subscription<Subscriber>>>();
  readonly #subscribers = new Map<Subscriber, Set<string>>();
  #order = 0;

  /** How many topics have subscribers. */
  get size(): number {
    return this.#topics.size;
  }

  /** How many subscribers have topics. */
  get subscriberCount(): number {
    return this.#subscribers.size;
  }

  /** Whether the topic has a subscriber. */
  has(topic: string): boolean {
    return this.#topics.has(topic);
  }

  /** Whether it is one of the topic's subscribers. */
  includes(topic: string, subscriber: Subscriber): boolean {
    return this.#topics.get(topic)?.has(subscriber) ?? false;
  }

  /** How many topics a subscriber has. */
  countTopics(subscriber: Subscriber): number {
    return this.#subscribers.get(subscriber)?.size ?? 0;
  }

  /** A subscriber's topics. */
  topicsOf(subscriber: Subscriber): string[] {
    return [...this.#subscribers.get(subscriber) ?? []];
  }

  /** How many subscribers a topic has. */
  countSubscribers(topic: string): number {
    return this.#topics.get(topic)?.size ?? 0;
  }

  /** A topic's subscribers. */
  subscribersOf(topic: string): Subscriber[] {
    return [...this.#topics.get(topic)?.keys() ?? []];
  }

  /** Subscribes. Whether it is the topic's first. */
  add(topic: string, subscriber: Subscriber): boolean {
    if (this.includes(topic, subscriber)) return false;
    const subscriptions = this.#topics.get(topic);
    const subscription = { subscriber, order: ++this.#order };
    if (subscriptions === undefined) this.#topics.set(topic, new Map([[subscriber, subscription]]));
    else subscriptions.set(subscriber, subscription);
    const topics = this.#subscribers.get(subscriber);
    if (topics === undefined) this.#subscribers.set(subscriber, new Set([topic]));
    else topics.add(topic);
    return subscriptions === undefined;
  }

  /** Unsubscribes. Whether the topic has nobody left by that. */
  delete(topic: string, subscriber: Subscriber): boolean {
    const subscriptions = this.#topics.get(topic);
    if (subscriptions === undefined || !subscriptions.delete(subscriber)) return false;
    const topics = this.#subscribers.get(subscriber)!;
    topics.delete(topic);
    if (topics.size === 0) this.#subscribers.delete(subscriber);
    if (subscriptions.size > 0) return false;
    this.#topics.delete(topic);
    return true;
  }

  /**
   * Visits those who are subscribed now, each once, however the visits change the topic: nobody who has left
   * by then, nobody who comes meanwhile.
   */
  visit(topic: string, visit: (subscriber: Subscriber) => void): void {
    const subscriptions = this.#topics.get(topic);
    if (subscriptions === undefined) return;
    const last = this.#order;
    for (const { subscriber, order } of subscriptions.values()) {
      // A map is visited in the order of arrival, so that all that follow came later.
      if (order > last) return;
      visit(subscriber);
    }
  }
}
