import { test } from "node:test";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { BroadcastChannelBroker } from "../../src/hub/broadcast_channel_broker.ts";
import { Hub } from "../../src/hub/hub.ts";
import { HubError } from "../../src/hub/hub_error.ts";
import type { HubEvent } from "../../src/hub/hub_options.ts";
import { HubClient } from "../../src/hub/hub_client.ts";
import { HubServer } from "../../src/hub/hub_server.ts";
import { createWebSocketPair } from "../../src/connection/create_web_socket_pair.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { joinRecorded, RecordedConnection } from "../kit/hub_connection.ts";
import { until } from "../kit/until.ts";

const skip = typeof BroadcastChannel === "function"
  ? undefined
  : "there is no BroadcastChannel in this runtime";

let channels = 0;

/**
 * So many hubs on a channel of their own, and what they tell. They know of each other, and their clock stands still: how long
 * a channel takes to bring a message is its own affair.
 */
async function startHubs(count: number): Promise<{ hubs: Hub[]; events: HubEvent[][] }> {
  const channel = `test ${Math.random()} ${channels++}`;
  const clock = createManualClock();
  const hubs = Array.from(
    { length: count },
    () => new Hub({ clock, broker: new BroadcastChannelBroker({ channel, clock }) }),
  );
  const events = hubs.map((hub) => {
    const events: HubEvent[] = [];
    hub.watch((event) => events.push(event));
    return events;
  });
  clock.advance(100);
  for (const told of events) assertEquals(told.splice(0), [{ type: "broker", connected: true }]);
  // Each has heard of the others by a member that comes and goes.
  const first = await Promise.all(hubs.map((hub, index) => joinRecorded(hub, `first${index}`)));
  await until(() => hubs.every((hub) => hub.names().length === count));
  for (const { connection } of first) connection.end();
  await until(() => hubs.every((hub) => hub.names().length === 0));
  for (const told of events) told.length = 0;
  return { hubs, events };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => promise, HubError)).code;
}

test("hubs on a channel share names, messages, lists and presence", { skip }, async () => {
  const { hubs, events } = await startHubs(2);
  const [one, other] = hubs as [Hub, Hub];
  const ann = await joinRecorded(one, "ann", "news");
  const bob = await joinRecorded(other, "bob", "news");
  assertEquals(await codeOf(other.join(new RecordedConnection(), { name: "ann" })), "name-taken");
  const bytes = new Uint8Array([9, 0, 255, 9]).subarray(1, 3);
  await ann.member.publish("news", "one");
  await ann.member.publish("news", bytes);
  assertEquals(await ann.member.send("bob", "two"), true);
  assertEquals(await one.send("bob", bytes), true);
  assertEquals(await ann.member.send("eve", "nobody"), false);
  assertEquals(bob.connection.take(), ["one", bytes, "two", bytes]);
  assertEquals((await one.subscribers("news")).sort(), ["ann", "bob"]);
  assertEquals(one.names().sort(), ["ann", "bob"]);
  await one.follow(ann.member, "channel");
  await other.announce("channel", "announced");
  await until(() => ann.connection.sent.length === 1);
  bob.connection.end();
  await until(() => one.names().length === 1);
  assertEquals(await ann.member.send("bob", "gone"), false);
  const again = await joinRecorded(one, "bob");
  assert(again.member.joined);
  assertEquals(events[0], [
    { type: "joined", name: "ann", local: true },
    { type: "joined", name: "bob", local: false },
    { type: "left", name: "bob", local: false },
    { type: "joined", name: "bob", local: true },
  ]);
  await Promise.all(hubs.map((hub) => hub.close()));
});

test("of many claims at once on one name, one wins", { skip }, async () => {
  const { hubs } = await startHubs(4);
  const names = Array.from({ length: 50 }, (_, index) => `name${index}`);
  const claims = names.flatMap((name) =>
    hubs.map((hub) => hub.join(new RecordedConnection(), { name }).then(() => name, () => undefined))
  );
  const won = (await Promise.all(claims)).filter((name) => name !== undefined);
  assertEquals(won.sort(), names.sort());
  await until(() => hubs.every((hub) => hub.names().length === 50));
  await Promise.all(hubs.map((hub) => hub.close()));
});

test(
  "a hub that comes later knows who is there, and one that goes takes its members along",
  { skip },
  async () => {
    const channel = `late ${Math.random()}`;
    const clock = createManualClock();
    const start = () => new Hub({ clock, broker: new BroadcastChannelBroker({ channel, clock }) });
    const first = start();
    clock.advance(100);
    await joinRecorded(first, "ann");
    const second = start();
    await until(() => second.names().length === 1);
    clock.advance(100);
    assertEquals(await codeOf(second.join(new RecordedConnection(), { name: "ann" })), "name-taken");
    assertEquals(second.names(), ["ann"]);
    await first.close();
    await until(() => second.names().length === 0);
    await joinRecorded(second, "ann");
    await second.close();
  },
);

test("thousands of messages cross in order, once each", { skip }, async () => {
  const { hubs } = await startHubs(2);
  const [one, other] = hubs as [Hub, Hub];
  const ann = await joinRecorded(one, "ann");
  const bob = await joinRecorded(other, "bob", "news");
  await until(() => one.names().length === 2);
  const sent = [];
  for (let count = 0; count < 1000; count++) {
    void ann.member.publish("news", `${2 * count}`);
    sent.push(ann.member.send("bob", `${2 * count + 1}`));
  }
  assert((await Promise.all(sent)).every((delivered) => delivered));
  assertEquals(bob.connection.sent, Array.from({ length: 2000 }, (_, index) => `${index}`));
  await Promise.all(hubs.map((hub) => hub.close()));
});

/** A node by hand: what a broker says, and what it is told. */
class HandNode {
  readonly channel: BroadcastChannel;
  readonly heard: {
    from: string;
    type: string;
    to?: string;
    question?: number | string;
    identity?: string;
  }[] = [];

  constructor(name: string) {
    this.channel = new BroadcastChannel(name);
    this.channel.onmessage = ({ data }) => this.heard.push(data);
  }

  say(words: object): void {
    this.channel.postMessage({ from: "hand", ...words });
  }

  async hear(type: string): Promise<HandNode["heard"][number]> {
    await until(() => this.heard.some((message) => message.type === type));
    return this.heard.splice(this.heard.findIndex((message) => message.type === type), 1)[0]!;
  }
}

test("two nodes that both have a name learn of it, and one of them gives it up", { skip }, async () => {
  const channel = `conflict ${Math.random()}`;
  const hub = new Hub({ broker: new BroadcastChannelBroker({ channel }) });
  const ann = await joinRecorded(hub, "ann");
  const bob = await joinRecorded(hub, "bob");
  const hand = new HandNode(channel);
  // Identities compare as text: this one is greater than any, that one less.
  hand.say({ from: "~", type: "state", claims: [["ann", "~.1"]] });
  assertEquals((await hand.hear("claimed")).identity?.endsWith(".1"), true);
  hand.say({ from: "!", type: "claimed", name: "bob", identity: "!.1" });
  await until(() => !bob.member.joined);
  assertEquals([bob.connection.closedWith?.closeCode, ann.member.joined], [1008, true]);
  assertEquals(hub.names().sort(), ["ann", "bob"]);
  hand.channel.close();
  await hub.close();
});

test(
  "a node that does not answer is not waited for, and one that says nothing is gone",
  { skip },
  async () => {
    const channel = `silent ${Math.random()}`;
    const clock = createManualClock();
    const hub = new Hub({ broker: new BroadcastChannelBroker({ channel, clock }), clock });
    const hand = new HandNode(channel);
    hand.say({ type: "alive" });
    await hand.hear("hello");
    hand.say({ type: "state", claims: [["eve", "hand.1"]] });
    await until(() => hub.names().length === 1);
    clock.advance(100);
    const joined = hub.join(new RecordedConnection(), { name: "ann" });
    const refused = joined.then(() => "", ({ code }) => code);
    await hand.hear("claim");
    clock.advance(2000);
    assertEquals(await refused, "name-taken");
    const sent = hub.send("eve", "hello?");
    await hand.hear("direct");
    clock.advance(2000);
    assertEquals(await sent, false);
    const asked = hub.subscribers("news");
    const claimed = hub.join(new RecordedConnection(), { name: "bob" });
    await hand.hear("who");
    await hand.hear("claim");
    // Now it has been silent for too long.
    clock.advance(1000);
    assertEquals(await asked, []);
    assertEquals((await claimed).name, "bob");
    assertEquals(hub.names(), ["bob"]);
    assertEquals(await hub.send("eve", "hello?"), false);
    hand.channel.close();
    await hub.close();
    assertEquals(clock.pending, 0);
  },
);

test("a hub that closes before its nodes have answered refuses who was about to join", { skip }, async () => {
  const channel = `closing ${Math.random()}`;
  const hand = new HandNode(channel);
  const hub = new Hub({ broker: new BroadcastChannelBroker({ channel }) });
  const early = codeOf(hub.join(new RecordedConnection(), { name: "ann" }));
  await hub.close();
  assertEquals(await early, "closing");

  await hand.hear("bye");
  hand.heard.length = 0;
  const clock = createManualClock();
  const asking = new Hub({ broker: new BroadcastChannelBroker({ channel, clock }), clock });
  await hand.hear("hello");
  hand.say({ type: "alive" });
  // Whoever does not know a node, asks it who it is.
  await hand.hear("hello");
  clock.advance(100);
  const asked = codeOf(asking.join(new RecordedConnection(), { name: "bob" }));
  await hand.hear("claim");
  await asking.close();
  assertEquals(await asked, "closing");
  hand.channel.close();
});

test("who comes to a topic while its list is asked for elsewhere is in the list", { skip }, async () => {
  const { hubs } = await startHubs(2);
  const [server, other] = hubs.map((hub) => new HubServer(hub)) as [HubServer, HubServer];
  const enter = async (server: HubServer, name: string) => {
    const [near, far] = createWebSocketPair();
    void server.serve(far);
    const client = new HubClient(near);
    await client.login(name);
    return client;
  };
  const ann = await enter(server, "ann");
  const clients = await Promise.all([server, other].map((server, index) => enter(server, `m${index}`)));
  const list = ann.subscribe("news", { presence: true });
  await Promise.all(clients.map((client) => client.subscribe("news")));
  const late = await list;
  const told = await Promise.all(clients.map((client) => client.list("news")));
  for (const { members } of told) assertEquals(members, ["ann", "m0", "m1"]);
  // m1 may come by an event instead.
  assert(late.members.includes("m0"));
  await Promise.all(hubs.map((hub) => hub.close()));
});

test("a broker has one hub", { skip }, async () => {
  const broker = new BroadcastChannelBroker({ channel: `one ${Math.random()}` });
  const hub = new Hub({ broker });
  assertThrows(() => new Hub({ broker }), TypeError, "has a hub");
  assertThrows(() => new BroadcastChannelBroker({ clock: 1 as never }), TypeError, "clock");
  await hub.close();
});
