/**
 * Hubs linked by a real nats-server, in one process. The same cases on every runtime that has sockets and processes.
 *
 * @module
 */

import { test } from "node:test";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Hub } from "../../src/hub/hub.ts";
import { HubError } from "../../src/hub/hub_error.ts";
import type { HubEvent, HubOptions } from "../../src/hub/hub_options.ts";
import { NatsBroker } from "../../src/hub/nats_broker.ts";
import { joinRecorded, RecordedConnection } from "./hub_connection.ts";
import { findNatsServer, NatsServer, skipAnyServer, skipOwnServer } from "./nats_server.ts";

let prefixes = 0;

/** A hub of a cluster, and what it tells. */
class Node {
  readonly events: HubEvent[] = [];
  readonly hub: Hub;

  constructor(url: string, prefix: string, options: HubOptions = {}) {
    this.hub = new Hub({ ...options, broker: new NatsBroker({ servers: url, prefix, leaseTime: 3000 }) });
    this.hub.watch((event) => this.events.push(event));
  }

  /** What the broker's link did. */
  get links(): boolean[] {
    return this.events.flatMap((event) => event.type === "broker" ? [event.connected] : []);
  }
}

/** So many hubs of one cluster, whose links work where the server is there. */
function startNodes(url: string, count: number, options?: HubOptions): Node[] {
  const prefix = `test_${Date.now().toString(36)}_${Math.random().toString(36).slice(2)}_${prefixes++}`;
  return Array.from({ length: count }, () => new Node(url, prefix, options));
}

async function stopNodes(nodes: readonly Node[]): Promise<void> {
  await Promise.all(nodes.map(({ hub }) => hub.close()));
}

/** Waits until something is so. */
async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 20): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!await holds()) {
    if (performance.now() > deadline) throw new Error(`Not in ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => promise, HubError)).code;
}

/** Registers the tests. */
export function testNatsBroker(): void {
  test("a name is one member's in the whole cluster, until it leaves", { skip: skipAnyServer }, async () => {
    await using server = await findNatsServer();
    const [one, other] = startNodes(server.url, 2) as [Node, Node];
    const names = ["ann", "__proto__", "a.b*c >", "Zo\u00eb \u{1f600}", "x".repeat(64), "\u674e".repeat(64)];
    for (const name of names) {
      const { connection } = await joinRecorded(one.hub, name);
      assertEquals(await codeOf(other.hub.join(new RecordedConnection(), { name })), "name-taken");
      connection.end();
      await until(
        `${name} is free`,
        () => other.hub.join(new RecordedConnection(), { name }).then(() => true, () => false),
      );
    }
    await until("all are known", () => names.every((name) => one.hub.names().includes(name)));
    await stopNodes([one, other]);
  });

  test("of many claims at once on one name, one wins", { skip: skipAnyServer }, async () => {
    await using server = await findNatsServer();
    const nodes = startNodes(server.url, 3);
    const names = Array.from({ length: 50 }, (_, index) => `name${index}`);
    const claims = names.flatMap((name) =>
      nodes.map(({ hub }) => hub.join(new RecordedConnection(), { name }).then(() => name, () => undefined))
    );
    const won = (await Promise.all(claims)).filter((name) => name !== undefined);
    assertEquals(won.sort(), names.sort());
    await stopNodes(nodes);
  });

  test("messages, lists and presence cross the cluster", { skip: skipAnyServer }, async () => {
    await using server = await findNatsServer();
    const [one, other] = startNodes(server.url, 2) as [Node, Node];
    const ann = await joinRecorded(one.hub, "ann", "news");
    const bob = await joinRecorded(other.hub, "bob", "news");
    const bytes = new Uint8Array([0, 1, 255]);
    assertEquals(await ann.member.publish("news", "text: \ufeff\u674e"), { delivered: 0, dropped: 0 });
    await ann.member.publish("news", bytes);
    assertEquals(await ann.member.send("bob", "direct"), true);
    assertEquals(await one.hub.send("bob", bytes), true);
    assertEquals(await ann.member.send("eve", "nobody"), false);
    assertEquals(bob.connection.take(), ["text: \ufeff\u674e", bytes, "direct", bytes]);
    assertEquals(ann.connection.take(), []);
    assertEquals((await one.hub.subscribers("news")).sort(), ["ann", "bob"]);
    assertEquals(await other.hub.subscribers("nothing"), []);
    await one.hub.follow(ann.member, "channel");
    await other.hub.announce("channel", "announced");
    await other.hub.announce("channel", "here", { local: true });
    await until("the announcement came", () => ann.connection.sent.length > 0);
    assertEquals(ann.connection.take(), ["announced"]);
    await until("both know both", () => one.hub.names().length === 2 && other.hub.names().length === 2);
    await ann.member.unsubscribe("news");
    bob.connection.end();
    await until("bob is gone", () => one.hub.names().length === 1);
    const told = one.events.filter(({ type }) => type === "joined" || type === "left");
    assertEquals(told, [
      { type: "joined", name: "ann", local: true },
      { type: "joined", name: "bob", local: false },
      { type: "left", name: "bob", local: false },
    ]);
    await stopNodes([one, other]);
  });

  test(
    "a message that is too long for the servers is told, and others go on",
    { skip: skipAnyServer },
    async () => {
      await using server = await findNatsServer();
      const [one, other] = startNodes(server.url, 2) as [Node, Node];
      const ann = await joinRecorded(one.hub, "ann");
      const bob = await joinRecorded(other.hub, "bob", "news");
      await ann.member.publish("news", new Uint8Array(2_000_000));
      assertEquals(await ann.member.send("bob", new Uint8Array(2_000_000)), false);
      await ann.member.publish("news", "short");
      await until("the short one came", () => bob.connection.sent.length > 0);
      assertEquals(bob.connection.sent, ["short"]);
      assertEquals(one.events.filter(({ type }) => type === "error").length, 1);
      await stopNodes([one, other]);
    },
  );

  test(
    "no name and no topic is so long or strange that it ends the link",
    { skip: skipAnyServer },
    async () => {
      await using server = await findNatsServer();
      const limits = { maxNameLength: 5000, maxTopicLength: 5000 };
      const [one, other] = startNodes(server.url, 2, limits) as [Node, Node];
      const ann = await joinRecorded(one.hub, "ann");
      const bob = await joinRecorded(other.hub, "bob");
      const longest = "\u7e54".repeat(512);
      const eve = await joinRecorded(other.hub, longest);
      assertEquals(await ann.member.send(longest, "long name"), true);
      assertEquals(eve.connection.sent, ["long name"]);
      const tooLong = "\u7e54".repeat(513);
      assertEquals(await codeOf(one.hub.join(new RecordedConnection(), { name: tooLong })), "invalid-name");
      for (const name of ["", "\0", "\ud800", ".", "*", ">", tooLong, "x".repeat(1_000_000)]) {
        assertEquals(await ann.member.send(name, "nobody"), false);
      }
      // Two that differ behind what a subject has of them, the beginning itself, and one that was never listened to.
      const topics = ["x", "y"].map((end) => "\u7e54".repeat(4000) + end);
      topics.push("\u7e54".repeat(512), "*", ">", "a.b");
      for (const topic of topics) await bob.member.subscribe(topic);
      const channel = "\u7e54".repeat(5000);
      await other.hub.follow(bob.member, channel);
      for (const topic of ["\u7e54".repeat(4000), ...topics]) {
        await ann.member.publish(topic, `to ${topic.length} ${topic.at(-1)}`);
      }
      await one.hub.announce(channel, "announced");
      await until("all came", () => bob.connection.sent.length >= topics.length + 1);
      assertEquals(
        bob.connection.sent,
        [...topics.map((topic) => `to ${topic.length} ${topic.at(-1)}`), "announced"],
      );
      for (const topic of topics) assertEquals(await one.hub.subscribers(topic), ["bob"]);
      assertEquals([one.links, other.links], [[true], [true]]);
      await stopNodes([one, other]);
    },
  );

  test(
    "a hub that closes while its link is being made does not wait for that",
    { skip: skipAnyServer },
    async () => {
      await using server = await findNatsServer();
      for (const turns of [0, 1, 5, 20]) {
        const [node] = startNodes(server.url, 1) as [Node];
        const joined = node.hub.join(new RecordedConnection(), { name: "ann" }).then(
          () => "",
          ({ code }) => code,
        );
        await new Promise((resolve) => setTimeout(resolve, turns));
        await node.hub.close();
        assert(["", "closing"].includes(await joined));
      }
      const never = new Hub({
        closeTimeout: 50,
        broker: new NatsBroker({ servers: server.url, connect: () => new Promise(() => {}) }),
      });
      const refused = codeOf(never.join(new RecordedConnection(), { name: "ann" }));
      await never.close();
      assertEquals(await refused, "closing");
    },
  );

  test("thousands of messages cross in order, once each", { skip: skipAnyServer }, async () => {
    await using server = await findNatsServer();
    const nodes = startNodes(server.url, 3);
    const members = await Promise.all(
      nodes.flatMap(({ hub }, node) =>
        [0, 1].map((number) => joinRecorded(hub, `m${node}${number}`, "news"))
      ),
    );
    await until("all know all", () => nodes.every(({ hub }) => hub.names().length === members.length));
    const directs = [];
    for (let count = 0; count < 500; count++) {
      for (const { member } of members) {
        void member.publish("news", `${member.name} ${2 * count}`);
        for (const { member: to } of members) {
          if (to !== member) directs.push(member.send(to.name, `${member.name} ${2 * count + 1}`));
        }
      }
      if (count % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    assert((await Promise.all(directs)).every((delivered) => delivered));
    const expected = Array.from({ length: 1000 }, (_, index) => index);
    for (const { member, connection } of members) {
      await until(`${member.name} has all`, () => connection.sent.length === 5 * 1000);
      for (const { member: from } of members) {
        if (from === member) continue;
        const texts = connection.sent.map(String).filter((text) => text.startsWith(`${from.name} `));
        assertEquals(texts.map((text) => Number(text.split(" ")[1])), expected);
      }
    }
    await stopNodes(nodes);
  });

  test("a hub whose servers cannot be reached goes on by itself, and joins the others later", {
    skip: skipOwnServer,
  }, async () => {
    await using server = await NatsServer.prepare();
    const [one, other] = startNodes(server.url, 2) as [Node, Node];
    const ann = await joinRecorded(one.hub, "ann", "news");
    const bob = await joinRecorded(one.hub, "bob", "news");
    const second = await joinRecorded(other.hub, "ann", "news");
    assertEquals([one.links, other.links], [[false], [false]]);
    await ann.member.publish("news", "among us");
    assertEquals(await ann.member.send("bob", "direct"), true);
    assertEquals(await ann.member.send("eve", "nobody"), false);
    assertEquals(bob.connection.take(), ["among us", "direct"]);
    await server.start();
    await until("both are linked", () => one.links.at(-1) === true && other.links.at(-1) === true);
    // One of the two anns had to go.
    await until("one ann", () => ann.member.joined !== second.member.joined);
    const [stays, goes] = ann.member.joined ? [ann, second] : [second, ann];
    assertEquals(goes.connection.closedWith?.closeCode, 1008);
    await until("the others know", () => other.hub.names().length === 2 && one.hub.names().length === 2);
    stays.connection.take();
    await bob.member.publish("news", "together");
    await until("the message came", () => stays.connection.sent.length === 1);
    await stopNodes([one, other]);
  });

  for (const forgets of [false, true]) {
    const how = forgets ? " with all that they knew" : "";
    test(`servers that are killed${how} and come back under load lose no local message`, {
      skip: skipOwnServer,
    }, async () => {
      await using server = await NatsServer.start();
      const nodes = startNodes(server.url, 2) as [Node, Node];
      const [one, other] = nodes;
      const members = await Promise.all(
        nodes.flatMap(({ hub }, node) =>
          [0, 1].map((number) => joinRecorded(hub, `m${node}${number}`, "news"))
        ),
      );
      await until("all know all", () => nodes.every(({ hub }) => hub.names().length === 4));
      let count = 0;
      let loading = true;
      const load = async () => {
        for (; loading; count++) {
          for (const { member } of members) {
            void member.publish("news", `${member.name} ${count}`);
            void member.send(count % 2 === 0 ? "m00" : "m10", `${member.name} ${count} direct`);
          }
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      };
      const loaded = load();
      const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
      await pause(100);
      await server.kill();
      if (forgets) server.forget();
      await until("both know it", () => one.links.at(-1) === false && other.links.at(-1) === false);
      const late = await joinRecorded(one.hub, "late", "news");
      await pause(100);
      await server.start();
      await until("both are back", () => one.links.at(-1) === true && other.links.at(-1) === true);
      await pause(100);
      loading = false;
      await loaded;
      assertEquals(one.links, [true, false, true]);
      // Everything works as before.
      await until("all know all again", () => nodes.every(({ hub }) => hub.names().length === 5));
      assertEquals(await codeOf(other.hub.join(new RecordedConnection(), { name: "late" })), "name-taken");
      assertEquals(await codeOf(one.hub.join(new RecordedConnection(), { name: "m10" })), "name-taken");
      assertEquals((await other.hub.subscribers("news")).sort(), ["late", "m00", "m01", "m10", "m11"]);
      assertEquals(await members[3]!.member.send("late", "again"), true);
      await until("it came", () => late.connection.sent.includes("again"));
      for (const { member, connection } of members) {
        const texts = connection.sent.map(String);
        assertEquals(new Set(texts).size, texts.length, "nothing twice");
        for (const { member: from } of members) {
          const numbers = texts.filter((text) => text.startsWith(`${from.name} `) && !text.endsWith("direct"))
            .map((text) => Number(text.split(" ")[1]));
          assertEquals(numbers, numbers.toSorted((a, b) => a - b), "in order");
          if (from.name !== member.name && from.name[1] === member.name[1]) {
            assertEquals(numbers.length, count);
          }
        }
      }
      await stopNodes(nodes);
    });
  }

  test("a hub that closes gives its names back at once", { skip: skipAnyServer }, async () => {
    await using server = await findNatsServer();
    const [one, other] = startNodes(server.url, 2) as [Node, Node];
    await joinRecorded(one.hub, "ann");
    await joinRecorded(other.hub, "bob");
    await one.hub.close();
    assertEquals((await joinRecorded(other.hub, "ann")).member.name, "ann");
    assertEquals(other.hub.names().sort(), ["ann", "bob"]);
    await stopNodes([other]);
  });

  test("a connection can be made with what the application adds", { skip: skipAnyServer }, async () => {
    await using server = await findNatsServer();
    const given: string[] = [];
    const broker = new NatsBroker({
      servers: server.url,
      prefix: `own_${Math.random().toString(36).slice(2)}`,
      connect: async (options) => {
        given.push(...options.servers);
        const { connect } = await import("@nats-io/transport-node");
        return await connect({ ...options, token: "secret" });
      },
    });
    const hub = new Hub({ broker });
    await joinRecorded(hub, "ann");
    assertEquals([given, broker.connected], [[server.url], true]);
    await hub.close();
  });

  test("a hub that closes before its broker was reached does so", async () => {
    const [node] = startNodes("nats://127.0.0.1:9", 1) as [Node];
    await node.hub.close();
    const [again] = startNodes("nats://127.0.0.1:9", 1) as [Node];
    await joinRecorded(again.hub, "ann");
    await again.hub.close();
  });

  test("options of a broker that mean nothing are refused at once", () => {
    const servers = "nats://127.0.0.1:4222";
    for (const given of [[], "", [1], undefined]) {
      assertThrows(() => new NatsBroker({ servers: given as string }), TypeError, "servers");
    }
    for (const prefix of ["", "a.b", "a b", ">", "x".repeat(101)]) {
      assertThrows(() => new NatsBroker({ servers, prefix }), TypeError, "prefix");
    }
    for (const leaseTime of [0, 999, NaN]) {
      assertThrows(() => new NatsBroker({ servers, leaseTime }), RangeError);
    }
    for (const replicas of [0, 2, 4, 6, 77, NaN, -1]) {
      assertThrows(() => new NatsBroker({ servers, replicas }), RangeError, "replicas");
    }
    for (const replicas of [1, 3, 5]) new NatsBroker({ servers, replicas });
    assertThrows(() => new NatsBroker({ servers, connect: 1 as never }), TypeError);
  });
}
