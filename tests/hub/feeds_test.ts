import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Hub } from "../../src/hub/hub.ts";
import type { HubEvent } from "../../src/hub/hub_options.ts";
import { joinRecorded } from "../kit/hub_connection.ts";
import { settle } from "../kit/held_connection.ts";

/** A feed that yields what it is told to, and tells how it is treated. */
class ToldFeed {
  begun = 0;
  returned = 0;
  readonly signals: AbortSignal[] = [];
  #waiting: ((result: IteratorResult<string>) => void)[] = [];

  readonly source = (signal: AbortSignal): AsyncIterable<string> => {
    this.begun++;
    this.signals.push(signal);
    return {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<string>>((resolve) => this.#waiting.push(resolve)),
        return: () => {
          this.returned++;
          return Promise.resolve({ done: true, value: undefined });
        },
      }),
    };
  };

  async yield(value: string): Promise<void> {
    for (const resolve of this.#waiting.splice(0)) resolve({ done: false, value });
    await settle();
  }
}

test("a feed is drawn once, however many listen, and only while somebody does", async () => {
  const hub = new Hub();
  const feed = new ToldFeed();
  hub.addFeed("time", feed.source);
  assertEquals(feed.begun, 0);
  const ann = await joinRecorded(hub, "ann", "time");
  const bob = await joinRecorded(hub, "bob", "time");
  assertEquals([feed.begun, hub.stats.feeds], [1, 1]);
  await feed.yield("one");
  await ann.member.unsubscribe("time");
  await feed.yield("two");
  assertEquals([ann.connection.sent, bob.connection.sent], [["one"], ["one", "two"]]);
  assertEquals(feed.signals[0]!.aborted, false);
  bob.connection.end();
  await settle();
  assertEquals([feed.signals[0]!.aborted, feed.returned, hub.stats.feeds], [true, 1, 0]);
});

test("a feed that somebody listens to again begins again, and the old one says nothing", async () => {
  const hub = new Hub();
  const feed = new ToldFeed();
  hub.addFeed("time", feed.source);
  const { member, connection } = await joinRecorded(hub, "ann", "time");
  await member.unsubscribe("time");
  await member.subscribe("time");
  assertEquals(feed.begun, 2);
  // Both iterators get it; one of them is over.
  await feed.yield("one");
  assertEquals(connection.sent, ["one"]);
});

test("a feed that is added where somebody listens begins at once, and ends when it is removed", async () => {
  const hub = new Hub();
  const feed = new ToldFeed();
  const { connection } = await joinRecorded(hub, "ann", "time");
  const remove = hub.addFeed("time", feed.source);
  await feed.yield("one");
  remove();
  await feed.yield("two");
  assertEquals([connection.sent, feed.signals[0]!.aborted], [["one"], true]);
  hub.addFeed("time", feed.source);
  // That feed is gone; this one is another, though it is the same source.
  remove();
  assertEquals([feed.begun, feed.signals[1]!.aborted, hub.stats.feeds], [2, false, 1]);
  assertThrows(() => hub.addFeed("time", feed.source), TypeError, "has one");
  assertThrows(() => hub.addFeed("other", [] as unknown as () => AsyncIterable<string>), TypeError);
});

test("what a feed throws ends it and is told, and the hub goes on", async () => {
  const sources: (() => AsyncIterable<string>)[] = [
    () => {
      throw new Error("broken");
    },
    async function* () {
      yield "one";
      throw new Error("broken");
    },
    async function* () {
      yield 5 as unknown as string;
    },
  ];
  for (const source of sources) {
    const hub = new Hub();
    const errors: HubEvent[] = [];
    hub.watch((event) => event.type === "error" && errors.push(event));
    hub.addFeed("time", source);
    const { member } = await joinRecorded(hub, "ann", "time");
    await settle();
    assertEquals(errors.length, 1);
    assert(member.joined);
  }
});

test("a feed that ends by itself begins again with the next listener", async () => {
  const hub = new Hub();
  let begun = 0;
  hub.addFeed("once", async function* () {
    begun++;
    yield "one";
  });
  const ann = await joinRecorded(hub, "ann", "once");
  await settle();
  assertEquals(ann.connection.sent, ["one"]);
  await ann.member.unsubscribe("once");
  await ann.member.subscribe("once");
  await settle();
  assertEquals([begun, ann.connection.sent], [2, ["one", "one"]]);
});

test("a feed that never waits leaves others their turn", async () => {
  const hub = new Hub();
  hub.addFeed("flood", async function* () {
    for (;;) yield "x";
  });
  const { member, connection } = await joinRecorded(hub, "ann");
  connection.send = () => Promise.resolve();
  await member.subscribe("flood");
  await new Promise((resolve) => setTimeout(resolve, 30));
  await member.unsubscribe("flood");
  const { published } = hub.stats;
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert(hub.stats.published - published <= 1);
});

test("close() ends the feeds", async () => {
  const hub = new Hub();
  const feed = new ToldFeed();
  hub.addFeed("time", feed.source);
  await joinRecorded(hub, "ann", "time");
  await hub.close();
  assertEquals([feed.signals[0]!.aborted, hub.stats.feeds], [true, 0]);
});
