import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Broker } from "../../src/hub/broker.ts";
import { Hub } from "../../src/hub/hub.ts";
import { HubError } from "../../src/hub/hub_error.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { settle } from "../kit/held_connection.ts";
import { RecordedBroker } from "../kit/hub_broker.ts";
import { joinRecorded, RecordedConnection } from "../kit/hub_connection.ts";

const broken = new Error("broken");

test("what a broker throws or rejects with is told, and the hub goes on by itself", async () => {
  const ways = [() => Promise.reject(broken), () => {
    throw broken;
  }];
  for (const way of ways) {
    const calls: (keyof Broker)[] = [];
    const broker = new RecordedBroker((call) => {
      if (call === "claim") return;
      calls.push(call);
      return way();
    });
    const hub = new Hub({ broker });
    const errors: unknown[] = [];
    hub.watch((event) => event.type === "error" && errors.push(event.error));
    const ann = await joinRecorded(hub, "ann", "news");
    const bob = await joinRecorded(hub, "bob", "news");
    await hub.follow(bob.member, "channel");
    assertEquals(await ann.member.publish("news", "one"), { delivered: 1, dropped: 0 });
    assertEquals(await hub.announce("channel", "two"), { delivered: 1, dropped: 0 });
    assertEquals(await ann.member.send("eve", "three"), false);
    assertEquals(await ann.member.list("news"), ["ann", "bob"]);
    assertEquals(bob.connection.take(), ["one", "two"]);
    await ann.member.unsubscribe("news");
    bob.connection.end();
    await settle();
    assertEquals([hub.names(), hub.stats.topics], [["ann"], 0]);
    assert((await joinRecorded(hub, "bob")).member.joined);
    await hub.close();
    await settle();
    const told = ["subscribe", "publish", "find", "subscribers", "unsubscribe", "release", "stop"] as const;
    assertEquals([...new Set(calls)].sort(), [...told].sort());
    assertEquals(errors, calls.map(() => broken));
  }
});

test("a broker that throws in the middle of a publish does not stop those that follow", async () => {
  const hub = new Hub({
    broker: new RecordedBroker((call, topic) => {
      if (call === "publish" && topic === "bad") throw broken;
    }),
  });
  const first = await joinRecorded(hub, "first", "news");
  let nested: Promise<unknown> | undefined;
  first.connection.onSend = () => nested ??= hub.publish("bad", "two");
  assertEquals(await hub.publish("news", "one"), { delivered: 1, dropped: 0 });
  assertEquals(await nested, { delivered: 0, dropped: 0 });
  assertEquals(await hub.publish("news", "three"), { delivered: 1, dropped: 0 });
});

test("a claim that the broker fails is the join's own error, and the name is free again", async () => {
  let fails = true;
  const hub = new Hub({ broker: new RecordedBroker(() => fails ? Promise.reject(broken) : undefined) });
  assertEquals(await assertRejects(() => hub.join(new RecordedConnection(), { name: "ann" })), broken);
  fails = false;
  assert((await joinRecorded(hub, "ann")).member.joined);
});

test("a join that the broker has not answered when the hub closes is refused with closing", async () => {
  for (const answer of ["a claim", undefined, broken]) {
    let settleClaim!: () => void;
    const released: string[] = [];
    const claimed = new Promise((resolve, reject) =>
      settleClaim = () => answer === broken ? reject(answer) : resolve(answer)
    );
    const hub = new Hub({
      broker: new RecordedBroker((call, name) => {
        if (call === "release") released.push(name);
        return call === "claim" ? claimed : undefined;
      }),
    });
    const joined = hub.join(new RecordedConnection(), { name: "ann" });
    const closed = hub.close();
    settleClaim();
    assertEquals((await assertRejects(() => joined, HubError)).code, "closing");
    assertEquals(released, answer === "a claim" ? ["ann"] : []);
    await closed;
  }
});

test("close() waits for its broker, but not longer than closeTimeout", async () => {
  const clock = createManualClock();
  let stop!: () => void;
  for (const ends of [true, false]) {
    const stopped = new Promise<void>((resolve) => stop = resolve);
    const hub = new Hub({
      clock,
      closeTimeout: 5000,
      broker: new RecordedBroker((call) => call === "stop" ? stopped : undefined),
    });
    const { connection } = await joinRecorded(hub, "ann");
    connection.lingers = true;
    let isClosed = false;
    const closed = hub.close().then(() => isClosed = true);
    clock.advance(3000);
    connection.end();
    await settle();
    assertEquals(isClosed, false);
    if (ends) stop();
    else clock.advance(2000);
    await closed;
    assertEquals(clock.pending, 0);
  }
});
