import { test } from "node:test";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createWebSocketPair } from "../../src/connection/create_web_socket_pair.ts";
import { Hub } from "../../src/hub/hub.ts";
import { HubError } from "../../src/hub/hub_error.ts";
import type { HubAction, HubEvent } from "../../src/hub/hub_options.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { joinRecorded, RecordedConnection } from "../kit/hub_connection.ts";
import { settle } from "../kit/held_connection.ts";

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => promise, HubError)).code;
}

test("join() refuses a name that somebody has, or is about to have", async () => {
  let allow!: (allowed: boolean) => void;
  const hub = new Hub({ authorize: () => new Promise((resolve) => allow = resolve) });
  const first = hub.join(new RecordedConnection(), { name: "ann" });
  assertEquals(await codeOf(hub.join(new RecordedConnection(), { name: "ann" })), "name-taken");
  allow(true);
  const member = await first;
  assertEquals(await codeOf(hub.join(new RecordedConnection(), { name: "ann" })), "name-taken");
  member.leave();
  const second = hub.join(new RecordedConnection(), { name: "ann" });
  allow(true);
  assert((await second).joined);
});

test("a name that was refused is free again", async () => {
  const answers = [false, true];
  const hub = new Hub({ authorize: () => answers.shift()! });
  assertEquals(await codeOf(hub.join(new RecordedConnection(), { name: "ann" })), "not-allowed");
  await settle();
  assert(await hub.join(new RecordedConnection(), { name: "ann" }));
});

test("names and topics that are names in JavaScript too are names like others", async () => {
  const hub = new Hub();
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty", "then"]) {
    const { member, connection } = await joinRecorded(hub, name, name);
    assertEquals(await codeOf(hub.join(new RecordedConnection(), { name })), "name-taken");
    assertEquals(await hub.publish(name, "one"), { delivered: 1, dropped: 0 });
    assert(await hub.send(name, "two"));
    assertEquals(connection.sent, ["one", "two"]);
    assertEquals(member.topics, [name]);
    assertEquals(await hub.subscribers(name), [name]);
  }
  assertEquals(hub.member("valueOf"), undefined);
  assertEquals(await hub.send("valueOf", "x"), false);
});

test("join() refuses what is no name, and a connection that is not open", async () => {
  const hub = new Hub({ maxNameLength: 3 });
  for (const name of ["", "four", "x".repeat(1_000_000), "\ud800", 5, undefined, null, {}]) {
    assertEquals(await codeOf(hub.join(new RecordedConnection(), { name: name as string })), "invalid-name");
  }
  const ended = new RecordedConnection();
  ended.end();
  assertEquals(await codeOf(hub.join(ended, { name: "ann" })), "left");
});

test("subscribe() refuses what is no topic, and too many (K7)", async () => {
  const hub = new Hub({ maxTopicsPerMember: 3, maxTopics: 4, maxTopicLength: 5 });
  const ann = await joinRecorded(hub, "ann", "one", "two");
  for (const topic of ["", "longer", "x".repeat(1_000_000), "\udc00", 1, null]) {
    assertEquals(await codeOf(ann.member.subscribe(topic as string)), "invalid-topic");
  }
  await ann.member.subscribe("three");
  for (let count = 0; count < 10_000; count++) {
    assertEquals(await codeOf(ann.member.subscribe(`${count}`)), "too-many-topics");
  }
  await ann.member.subscribe("one");
  const bob = await joinRecorded(hub, "bob", "one", "four");
  assertEquals(await codeOf(bob.member.subscribe("five")), "too-many-topics");
  await bob.member.subscribe("three");
  await ann.member.unsubscribe("three");
  await bob.member.unsubscribe("three");
  await ann.member.subscribe("five");
  assertEquals(await hub.publish("one", "still there"), { delivered: 2, dropped: 0 });
});

test("join() refuses more members than there may be (K7)", async () => {
  const hub = new Hub({ maxMembers: 2 });
  const { member } = await joinRecorded(hub, "ann");
  await joinRecorded(hub, "bob");
  assertEquals(await codeOf(hub.join(new RecordedConnection(), { name: "eve" })), "too-many-members");
  member.leave();
  await joinRecorded(hub, "eve");
});

test("a member that ends, however it does, is gone from everything (K4)", async () => {
  const ends: ((connection: RecordedConnection, leave: () => void) => void)[] = [
    (connection) => connection.end(),
    (connection) => connection.abort(),
    (connection) => void connection.close(),
    (_connection, leave) => leave(),
  ];
  for (const end of ends) {
    const hub = new Hub();
    const events: HubEvent[] = [];
    hub.watch((event) => events.push(event));
    const { member, connection } = await joinRecorded(hub, "ann", "a", "b");
    await hub.follow(member, "c");
    end(connection, () => member.leave());
    await settle();
    assertEquals([hub.names(), hub.stats.members, hub.stats.topics], [[], 0, 0]);
    assertEquals(member.joined, false);
    assertEquals(events, [
      { type: "joined", name: "ann", local: true },
      { type: "left", name: "ann", local: true },
    ]);
    await joinRecorded(hub, "ann", "a");
  }
});

test("a real connection whose peer goes, cleanly or not, is gone from everything (K4)", async () => {
  for (const end of ["close", "abort"] as const) {
    const hub = new Hub();
    const [near, far] = createWebSocketPair();
    const member = await hub.join(far, { name: "ann" });
    await member.subscribe("news");
    void near[end]();
    await far.closed;
    await settle();
    assertEquals([hub.stats.members, hub.stats.topics], [0, 0]);
  }
});

test("send() reaches whoever has the name, itself too, and nobody else (K8)", async () => {
  const hub = new Hub();
  const ann = await joinRecorded(hub, "ann");
  const bob = await joinRecorded(hub, "bob");
  assertEquals(await ann.member.send("bob", "one"), true);
  assertEquals(await ann.member.send("ann", "two"), true);
  assertEquals(await ann.member.send("eve", "three"), false);
  assertEquals([ann.connection.sent, bob.connection.sent], [["two"], ["one"]]);
});

test("send() never reaches who comes to have the name later (K8)", async () => {
  const answers: ((allowed: boolean) => void)[] = [];
  const hub = new Hub({
    authorize: (action) => action.type !== "send" || new Promise((resolve) => answers.push(resolve)),
  });
  const ann = await joinRecorded(hub, "ann");
  const before = await joinRecorded(hub, "bob");
  const first = ann.member.send("bob", "for the first bob");
  const second = ann.member.send("bob", "for the first bob, too");
  const early = ann.member.send("eve", "for an eve that is not there");
  before.connection.end();
  await settle();
  const after = await joinRecorded(hub, "bob");
  const eve = await joinRecorded(hub, "eve");
  for (let count = 0; count < 3; count++) {
    await settle();
    answers.shift()!(true);
  }
  assertEquals(await Promise.all([first, second, early]), [false, false, false]);
  assertEquals([before.connection.sent, after.connection.sent, eve.connection.sent], [[], [], []]);
});

test("authorize is asked before every action, and what it refuses does not happen (K8)", async () => {
  const asked: string[] = [];
  let answer = true;
  const hub = new Hub({
    authorize: (action: HubAction) => {
      asked.push(action.type);
      return answer;
    },
  });
  const { member, connection } = await joinRecorded(hub, "ann", "news");
  answer = false;
  for (
    const act of [
      () => member.subscribe("other"),
      () => member.unsubscribe("news"),
      () => member.publish("news", "one"),
      () => member.send("ann", "one"),
      () => member.list(),
      () => member.list("news"),
    ]
  ) {
    assertEquals(await codeOf(act()), "not-allowed");
  }
  assertEquals(await codeOf(hub.join(new RecordedConnection(), { name: "bob" })), "not-allowed");
  assertEquals(asked, [
    "join",
    "subscribe",
    "subscribe",
    "unsubscribe",
    "publish",
    "send",
    "list",
    "list",
    "join",
  ]);
  assertEquals([member.topics, connection.sent, hub.names()], [["news"], [], ["ann"]]);
});

test("what authorize throws, the action rejects with, and watch() tells", async () => {
  const broken = new Error("no database");
  const ways = [() => Promise.reject(broken), () => {
    throw broken;
  }];
  for (const way of ways) {
    let fails = false;
    const hub = new Hub({ authorize: () => fails ? way() : true });
    const events: HubEvent[] = [];
    const { member } = await joinRecorded(hub, "ann");
    hub.watch((event) => events.push(event));
    fails = true;
    const error = await assertRejects(() => member.subscribe("news"));
    assertEquals([error, events], [broken, [{ type: "error", error: broken }]]);
    await assertRejects(() => hub.join(new RecordedConnection(), { name: "bob" }));
    fails = false;
    await joinRecorded(hub, "bob");
  }
});

test("what authorize answers, and is not true, refuses", async () => {
  for (const answer of [undefined, 1, "yes", {}, Promise.resolve("yes")]) {
    const hub = new Hub({ authorize: () => answer as boolean });
    const refused = hub.join(new RecordedConnection(), { name: "ann" });
    assertEquals(await codeOf(refused), "not-allowed");
  }
});

test("the actions of a member happen in order, however long each is thought about (K10)", async () => {
  const waiting: ((allowed: boolean) => void)[] = [];
  const hub = new Hub({
    authorize: (action) =>
      action.type !== "publish" || action.data === "quick" || new Promise((resolve) => waiting.push(resolve)),
  });
  const { member } = await joinRecorded(hub, "ann");
  const { connection } = await joinRecorded(hub, "bob", "news");
  void member.publish("news", "slow");
  void member.publish("news", "quick");
  void member.send("bob", "direct");
  await settle();
  assertEquals(connection.sent, []);
  waiting.shift()!(true);
  await settle();
  assertEquals(connection.sent, ["slow", "quick", "direct"]);
});

test("a member that leaves while it is thought about does nothing", async () => {
  let allow!: (allowed: boolean) => void;
  const hub = new Hub({
    authorize: (action) => action.type === "join" || new Promise((resolve) => allow = resolve),
  });
  const { member, connection } = await joinRecorded(hub, "ann");
  const subscribed = member.subscribe("news");
  connection.end();
  await settle();
  allow(true);
  assertEquals(await codeOf(subscribed), "left");
  assertEquals(hub.stats.topics, 0);
});

test("a connection that ends while its join is thought about does not join", async () => {
  let allow!: (allowed: boolean) => void;
  const hub = new Hub({ authorize: () => new Promise((resolve) => allow = resolve) });
  const connection = new RecordedConnection();
  const joined = hub.join(connection, { name: "ann" });
  connection.end();
  allow(true);
  assertEquals(await codeOf(joined), "left");
  assertEquals(hub.names(), []);
});

test("close() closes everybody with 1001, and tears down who does not answer (K11)", async () => {
  const clock = createManualClock();
  const hub = new Hub({ clock, closeTimeout: 5000 });
  const members = await Promise.all(
    Array.from({ length: 1000 }, (_, index) => joinRecorded(hub, `m${index}`, "news")),
  );
  for (const { connection } of members.slice(0, 10)) connection.lingers = true;
  let ended = 0;
  const closing = hub.close();
  assertEquals(hub.close(), closing);
  void closing.then(() => ended++);
  await settle();
  assert(members.every(({ connection }) => connection.closedWith?.closeCode === 1001));
  assertEquals([ended, hub.stats.members], [0, 10]);
  clock.advance(5000);
  await settle();
  assertEquals(ended, 1);
  assert(members.every(({ connection }, index) => connection.aborted === index < 10));
  assertEquals([hub.stats.members, hub.stats.topics, clock.pending], [0, 0, 0]);
});

test("close() ends although connections throw or never end (K11)", async () => {
  const clock = createManualClock();
  const hub = new Hub({ clock, closeTimeout: 0 });
  const { connection } = await joinRecorded(hub, "ann", "news");
  connection.close = connection.abort = () => {
    throw new Error("broken");
  };
  const closing = hub.close();
  await settle();
  clock.advance(0);
  await closing;
  assertEquals([hub.stats.members, hub.stats.topics], [0, 0]);
});

test("close() sends 1001 to real peers (K11)", async () => {
  const hub = new Hub();
  const ends = await Promise.all(Array.from({ length: 20 }, async (_, index) => {
    const [near, far] = createWebSocketPair();
    await hub.join(far, { name: `m${index}` });
    return near;
  }));
  await hub.close();
  for (const { closed } of ends) {
    const { closeCode, wasClean } = await closed;
    assertEquals([closeCode, wasClean], [1001, true]);
  }
});

test("nobody joins a hub that closes, and nothing is published there (K12)", async () => {
  const hub = new Hub();
  const { member, connection } = await joinRecorded(hub, "ann", "news");
  connection.lingers = true;
  const closing = hub.close();
  assertEquals(hub.closing, true);
  assertEquals(await codeOf(hub.join(new RecordedConnection(), { name: "bob" })), "closing");
  assertEquals(await hub.publish("news", "one"), { delivered: 0, dropped: 0 });
  assertEquals(await hub.announce("news", "one"), { delivered: 0, dropped: 0 });
  assertEquals(await member.publish("news", "one"), { delivered: 0, dropped: 0 });
  assertEquals(await hub.send("ann", "one"), false);
  connection.end();
  await closing;
  assertEquals(await codeOf(hub.join(new RecordedConnection(), { name: "bob" })), "closing");
  assertEquals(connection.sent, []);
});

test("a join that is thought about while the hub closes is refused (K12)", async () => {
  let allow!: (allowed: boolean) => void;
  const hub = new Hub({ authorize: () => new Promise((resolve) => allow = resolve) });
  const joined = hub.join(new RecordedConnection(), { name: "ann" });
  await hub.close();
  allow(true);
  assertEquals(await codeOf(joined), "closing");
});

test("a listener that throws harms nobody, and is told of it like the others", async () => {
  const hub = new Hub();
  const broken = new Error("broken");
  const events: HubEvent[] = [];
  const stop = hub.watch(() => {
    throw broken;
  });
  hub.watch((event) => events.push(event));
  await joinRecorded(hub, "ann");
  stop();
  await joinRecorded(hub, "bob");
  assertEquals(events, [
    { type: "error", error: broken },
    { type: "joined", name: "ann", local: true },
    { type: "joined", name: "bob", local: true },
  ]);
});

test("options that mean nothing are refused at once", () => {
  for (
    const name of [
      "maxQueue",
      "maxMembers",
      "maxTopics",
      "maxTopicsPerMember",
      "maxNameLength",
      "maxTopicLength",
      "closeTimeout",
    ]
  ) {
    for (const value of [-1, NaN, 1.5, Infinity]) {
      assertThrows(() => new Hub({ [name]: value }), RangeError, name);
    }
    assertThrows(() => new Hub({ [name]: "1" }), TypeError, name);
  }
  assertThrows(() => new Hub({ clock: 5 as never }), TypeError, "clock");
  assertThrows(() => new Hub({ slowMembers: "wait" as "drop" }), TypeError, "slowMembers");
  assertThrows(() => new Hub({ authorize: true as unknown as () => boolean }), TypeError, "authorize");
});
