import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { createWebSocketPair } from "../../src/connection/create_web_socket_pair.ts";
import { ReconnectingConnection } from "../../src/connection/reconnecting_connection.ts";
import { Hub } from "../../src/hub/hub.ts";
import { HubError } from "../../src/hub/hub_error.ts";
import { RecordedBroker } from "../kit/hub_broker.ts";
import { joinRecorded, RecordedConnection } from "../kit/hub_connection.ts";
import { settle } from "../kit/held_connection.ts";
import { createRestingCrowd, whereRest } from "../kit/resting_crowd.ts";

test("publish() reaches each subscriber once, but for the publisher (K5)", async () => {
  const hub = new Hub();
  const { member, connection } = await joinRecorded(hub, "ann", "news");
  const other = await joinRecorded(hub, "bob", "news", "news");
  assertEquals(await member.publish("news", "one"), { delivered: 1, dropped: 0 });
  assertEquals(await hub.publish("news", new Uint8Array([1])), { delivered: 2, dropped: 0 });
  assertEquals(other.connection.sent, ["one", new Uint8Array([1])]);
  assertEquals(connection.sent, [new Uint8Array([1])]);
});

test("publish() to an unknown topic reaches nobody (K5)", async () => {
  const hub = new Hub();
  const { member } = await joinRecorded(hub, "ann");
  assertEquals(await member.publish("unknown", "one"), { delivered: 0, dropped: 0 });
});

test("what is no topic is none to anybody: not to publish to, subscribe to or ask about", async () => {
  const told: string[] = [];
  const broker = new RecordedBroker((call, topic) => void told.push(`${call} ${topic}`));
  const hub = new Hub({ broker, maxTopicLength: 5 });
  const { member } = await joinRecorded(hub, "ann");
  told.length = 0;
  for (const topic of ["", "longer", "\u7e54".repeat(1024), "\0", "\0news", "\ud800", 1, null] as string[]) {
    for (
      const act of [
        () => hub.publish(topic, "one"),
        () => hub.publish(topic, "one", { local: true }),
        () => hub.subscribers(topic),
        () => member.publish(topic, "one"),
        () => member.subscribe(topic),
      ]
    ) {
      assertEquals((await assertRejects(act, HubError)).code, "invalid-topic");
    }
  }
  assertEquals([told, hub.stats.published], [[], 0]);
  assertEquals(await hub.publish("fifth", "one"), { delivered: 0, dropped: 0 });
  assertEquals(told, ["publish fifth"]);
});

test("subscribing twice is subscribing once, and so is unsubscribing (K5)", async () => {
  const hub = new Hub();
  const { member, connection } = await joinRecorded(hub, "ann", "news", "news");
  assertEquals(member.topics, ["news"]);
  await hub.publish("news", "one");
  await member.unsubscribe("news");
  await member.unsubscribe("news");
  await hub.publish("news", "two");
  assertEquals(connection.sent, ["one"]);
  assertEquals(hub.stats.topics, 0);
});

test("who unsubscribes in the middle of a publish gets nothing any more (K1)", async () => {
  const hub = new Hub();
  const first = await joinRecorded(hub, "first", "news");
  const second = await joinRecorded(hub, "second", "news");
  const third = await joinRecorded(hub, "third", "news");
  first.connection.onSend = () => void second.member.unsubscribe("news");
  assertEquals(await hub.publish("news", "one"), { delivered: 2, dropped: 0 });
  assertEquals([second.connection.sent, third.connection.sent], [[], ["one"]]);
});

test("who subscribes in the middle of a publish, again or not, waits for the next one (K1)", async () => {
  const hub = new Hub();
  const first = await joinRecorded(hub, "first", "news");
  const late = await joinRecorded(hub, "late");
  first.connection.onSend = () => {
    void late.member.subscribe("news");
    void first.member.unsubscribe("news");
    void first.member.subscribe("news");
  };
  await hub.publish("news", "one");
  assertEquals([first.connection.take(), late.connection.take()], [["one"], []]);
  await hub.publish("news", "two");
  assertEquals([first.connection.take(), late.connection.take()], [["two"], ["two"]]);
});

test("who ends in the middle of a publish harms nobody (K1)", async () => {
  const hub = new Hub();
  const first = await joinRecorded(hub, "first", "news");
  const second = await joinRecorded(hub, "second", "news");
  const third = await joinRecorded(hub, "third", "news");
  first.connection.onSend = () => {
    second.connection.end();
    first.member.leave();
  };
  await hub.publish("news", "one");
  assertEquals([second.connection.sent, third.connection.sent], [[], ["one"]]);
  await settle();
  assertEquals(hub.names(), ["third"]);
});

test("what is published in the middle of a publish comes after it, to everybody (K1)", async () => {
  const hub = new Hub();
  const first = await joinRecorded(hub, "first", "news");
  const second = await joinRecorded(hub, "second", "news");
  let nested: Promise<unknown> | undefined;
  first.connection.onSend = () => {
    nested ??= Promise.all([hub.publish("news", "two"), hub.send("second", "three")]);
  };
  await hub.publish("news", "one");
  assertEquals(await nested, [{ delivered: 2, dropped: 0 }, true]);
  assertEquals(second.connection.sent, ["one", "two", "three"]);
});

test("a subscriber whose connection throws is removed, and the others get the message (K2)", async () => {
  const hub = new Hub();
  const first = await joinRecorded(hub, "first", "news");
  const second = await joinRecorded(hub, "second", "news");
  first.connection.thrown = new Error("broken");
  assertEquals(await hub.publish("news", "one"), { delivered: 1, dropped: 1 });
  assertEquals(second.connection.sent, ["one"]);
  assertEquals([first.member.joined, first.connection.aborted], [false, true]);
});

test("a subscriber whose connection rejects causes no unhandled rejection (K2)", async () => {
  const hub = new Hub();
  const first = await joinRecorded(hub, "first", "news");
  const second = await joinRecorded(hub, "second", "news");
  first.connection.rejected = new Error("broken");
  await hub.publish("news", "one");
  await settle();
  assertEquals(second.connection.sent, ["one"]);
});

test("a stuck subscriber misses messages, and the others none (K3)", async () => {
  const hub = new Hub({ maxQueue: 1000 });
  const members = await Promise.all(
    Array.from({ length: 1000 }, (_, index) => joinRecorded(hub, `m${index}`, "news")),
  );
  const stuck = members[500]!.connection;
  stuck.stuck = true;
  for (let count = 0; count < 50; count++) await hub.publish("news", "x".repeat(100));
  assertEquals(stuck.sent.length, 10);
  assert(members.every(({ connection }) => connection === stuck || connection.sent.length === 50));
  assertEquals(hub.stats.dropped, 40);
  stuck.bufferedAmount = 0;
  assertEquals(await hub.publish("news", "again"), { delivered: 1000, dropped: 0 });
});

test("a stuck subscriber is closed with 1013, where that is the policy (K3)", async () => {
  const hub = new Hub({ maxQueue: 100, slowMembers: "close" });
  const { member, connection } = await joinRecorded(hub, "slow", "news");
  connection.stuck = true;
  await hub.publish("news", "x".repeat(100));
  assertEquals(await hub.publish("news", "y"), { delivered: 0, dropped: 1 });
  assertEquals([connection.closedWith?.closeCode, member.joined, hub.stats.closedSlow], [1013, false, 1]);
});

test("a message longer than the queue goes to whoever has nothing queued", async () => {
  const hub = new Hub({ maxQueue: 10 });
  const { connection } = await joinRecorded(hub, "ann", "news");
  await hub.publish("news", "x".repeat(100));
  assertEquals(connection.sent.length, 1);
});

test(
  "nobody is slow because of messages that rest, be the next one longer than the queue",
  whereRest,
  async () => {
    const hub = new Hub({ maxQueue: 10, slowMembers: "close" });
    const members = await createRestingCrowd();
    for (const [index, { connection }] of members.entries()) {
      // One of them by way of a connection that would come back.
      const way = index === 0 ? new ReconnectingConnection(() => connection) : connection;
      await (await hub.join(way, { name: `m${index}` })).subscribe("news");
    }
    const long = "x".repeat(20);
    for (const text of ["one", "two", "three", long]) await hub.publish("news", text);
    const held = members[0]!;
    held.transport.held = true;
    assertEquals(await hub.send("m0", long), true);
    assertEquals(await hub.publish("news", "four"), { delivered: 63, dropped: 1 });
    held.transport.take();
    assertEquals(held.sent(), ["one", "two", "three", long, long].map((text) => `text ${text}`));
    for (const { connection } of members) connection.abort();
  },
);

test("the queue's limit is counted in bytes", async () => {
  const hub = new Hub({ maxQueue: 10 });
  const { connection } = await joinRecorded(hub, "ann", "news");
  connection.bufferedAmount = 6;
  assertEquals(await hub.publish("news", "éé"), { delivered: 1, dropped: 0 });
  assertEquals(await hub.publish("news", "ééé"), { delivered: 0, dropped: 1 });
});

test("a peer that does not read at all holds no more than the queue (K3)", async () => {
  const hub = new Hub({ maxQueue: 100_000 });
  const [stuckEnd, stuck] = createWebSocketPair({ receiveHighWaterMark: 1 });
  const [readingEnd, reading] = createWebSocketPair();
  await (await hub.join(stuck, { name: "stuck" })).subscribe("news");
  await (await hub.join(reading, { name: "reading" })).subscribe("news");
  const message = "x".repeat(10_000);
  for (let count = 0; count < 100; count++) {
    await hub.publish("news", message);
    assertEquals(await readingEnd.receive(), message);
    assert(stuck.bufferedAmount <= 110_000);
  }
  assert(hub.stats.dropped > 50);
  for (const connection of [stuckEnd, readingEnd]) connection.abort();
});

test("each subscriber gets each publisher's messages in order, direct ones among them (K10)", async () => {
  const hub = new Hub();
  const publishers = [(await joinRecorded(hub, "p")).member, (await joinRecorded(hub, "q")).member];
  const listeners = await Promise.all(["a", "b", "c"].map((name) => joinRecorded(hub, name, "news")));
  for (let count = 0; count < 1000; count++) {
    for (const publisher of publishers) {
      void publisher.publish("news", `${publisher.name}${2 * count}`);
      for (const { member } of listeners) {
        void publisher.send(member.name, `${publisher.name}${2 * count + 1}`);
      }
    }
  }
  await settle();
  const expected = Array.from({ length: 2000 }, (_, index) => `${index}`);
  for (const { connection } of listeners) {
    const texts = connection.sent.map(String);
    for (const name of ["p", "q"]) {
      assertEquals(texts.filter((text) => text[0] === name).map((text) => text.slice(1)), expected);
    }
  }
});

test("what is no message is the caller's mistake", async () => {
  const hub = new Hub();
  const { member } = await joinRecorded(hub, "ann");
  const number = 1 as unknown as string;
  for (const send of [() => hub.publish("t", number), () => member.publish("t", number)]) {
    await assertRejects(send, TypeError, "neither text nor bytes");
  }
  for (const send of [() => hub.send("t", number), () => member.send("t", number)]) {
    await assertRejects(send, TypeError, "neither text nor bytes");
  }
});

test("who has left can do nothing any more", async () => {
  const hub = new Hub();
  const { member, connection } = await joinRecorded(hub, "ann", "news");
  member.leave();
  for (
    const act of [
      () => member.publish("news", "one"),
      () => member.subscribe("news"),
      () => member.unsubscribe("news"),
      () => member.send("ann", "one"),
      () => member.list(),
    ]
  ) {
    assertEquals((await assertRejects(act, HubError)).code, "left");
  }
  assertEquals(member.deliver("one"), false);
  await hub.publish("news", "one");
  assertEquals(connection.sent, []);
  assertEquals(connection.readyState, "open");
});

test("channels reach those who follow them, and are no topics", async () => {
  const hub = new Hub();
  const { member, connection } = await joinRecorded(hub, "ann", "news");
  await hub.follow(member, "news");
  assertEquals(await hub.announce("news", "one"), { delivered: 1, dropped: 0 });
  hub.unfollow(member, "news");
  assertEquals(await hub.announce("news", "three"), { delivered: 0, dropped: 0 });
  await hub.follow(member, "other");
  member.leave();
  await hub.follow(member, "other");
  assertEquals(await hub.announce("other", "four"), { delivered: 0, dropped: 0 });
  assertEquals(connection.sent, ["one"]);
});

test("nobody waits for a member that leaves its own sends pending", async () => {
  const hub = new Hub();
  const pending = new RecordedConnection();
  pending.send = () => new Promise(() => {});
  await (await hub.join(pending, { name: "pending" })).subscribe("news");
  const { connection } = await joinRecorded(hub, "ann", "news");
  assertEquals(await hub.publish("news", "one"), { delivered: 2, dropped: 0 });
  assertEquals(connection.sent, ["one"]);
});
