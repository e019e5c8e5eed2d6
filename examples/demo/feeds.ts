/**
 * What a server measures of itself while somebody looks, as feeds of a hub. Knows of connections only what they have carried in all.
 *
 * @module
 */
import { type FeedSource, type Hub, writeTopicMessage } from "@weft/websocket/hub";

/** A feed, as the page shows it. */
export interface Feed {
  readonly topic: string;
  readonly title: string;
  readonly unit: "ms" | "bytes" | "bytes/s" | "members" | "messages/s";
}

/** What there is to measure. What is not given, is not known here. */
export interface Gauges {
  /** How many members there are. */
  readonly members: () => number;
  /** Messages that went over connections so far. */
  readonly messages: () => number;
  /** Bytes that went over connections so far. */
  readonly bytes?: () => number;
  /** Bytes of memory in use. */
  readonly memory?: () => number;
  /** Whether there are clocks that go on while nobody waits. */
  readonly hasClock?: boolean;
}

/** Begins to measure; what it returns is called once an interval. */
type Measure = (signal: AbortSignal) => () => number;

/** The beginning of topics to which the server alone publishes. */
export const feedPrefix = "server/";
/** Milliseconds between two values. */
const interval = 500;
/** Milliseconds between two looks at the event loop. */
const tick = 20;

/** Adds to a hub the feeds that can be measured, and says which they are. */
export function addFeeds(hub: Hub, { members, messages, bytes, memory, hasClock }: Gauges): Feed[] {
  const feeds: Feed[] = [];
  const add = (name: string, title: string, unit: Feed["unit"], measure: Measure) => {
    const topic = `${feedPrefix}${name}`;
    hub.addFeed(topic, draw(topic, measure));
    feeds.push({ topic, title, unit });
  };
  if (hasClock) add("delay", "Event-loop delay", "ms", measureDelay);
  if (memory !== undefined) add("memory", "Memory", "bytes", () => memory);
  add("members", "Members", "members", () => members);
  add("messages", "Messages", "messages/s", () => perSecond(messages));
  if (bytes !== undefined) add("bytes", "Bytes", "bytes/s", () => perSecond(bytes));
  return feeds;
}

/** A feed of the values and when they were taken. */
function draw(topic: string, measure: Measure): FeedSource {
  return async function* (signal) {
    const next = measure(signal);
    while (!signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, interval));
      yield writeTopicMessage(topic, { time: Date.now(), value: next() });
    }
  };
}

/** How late the latest of many timers was: what else ran meanwhile. */
function measureDelay(signal: AbortSignal): () => number {
  let due = performance.now() + tick;
  let worst = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    worst = Math.max(worst, now - due);
    due = now + tick;
  }, tick);
  signal.addEventListener("abort", () => clearInterval(timer));
  return () => {
    const value = worst;
    worst = 0;
    return Math.round(value * 100) / 100;
  };
}

/** The growth of a count. */
function perSecond(count: () => number): () => number {
  let last = count();
  let then = performance.now();
  return () => {
    const [before, since] = [last, then];
    [last, then] = [count(), performance.now()];
    return Math.round((last - before) / ((then - since) / 1000));
  };
}
