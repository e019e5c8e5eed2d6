import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { Hub } from "../../src/hub/hub.ts";
import { GroupServer } from "../kit/group_server.ts";
import { RecordedConnection } from "../kit/hub_connection.ts";

/** A hub, a server with a call to send to many, and members that listen to "news". */
async function joinServed(...names: string[]) {
  const hub = new Hub({ maxQueue: 10 });
  const server = new GroupServer();
  const connections = names.map(() => server.serve(new RecordedConnection()));
  const members = await Promise.all(names.map((name, at) => hub.join(connections[at]!, { name })));
  for (const member of members) await member.subscribe("news");
  const taken = () => connections.map((connection) => connection.take());
  return { hub, server, connections, members, taken };
}

test("where one call sends to many, a publish is one call", async () => {
  const { hub, server, taken } = await joinServed("ann", "bob", "eve");
  assertEquals(await hub.publish("news", "one"), { delivered: 3, dropped: 0 });
  assertEquals(await hub.publish("news", Uint8Array.of(1)), { delivered: 3, dropped: 0 });
  assertEquals(taken(), Array(3).fill(["one", Uint8Array.of(1)]));
  assertEquals([server.calls, hub.stats.delivered], [2, 6]);
});

test("the call leaves out who publishes, unless that is no subscriber", async () => {
  const { server, members: [ann, bob], taken } = await joinServed("ann", "bob", "eve");
  assertEquals(await ann!.publish("news", "one"), { delivered: 2, dropped: 0 });
  await bob!.unsubscribe("news");
  assertEquals(await bob!.publish("news", "two"), { delivered: 2, dropped: 0 });
  assertEquals([taken(), server.calls], [[["two"], ["one"], ["one", "two"]], 2]);
});

test("whom the call does not reach is sent to alone, and missed where it is slow", async () => {
  const { hub, server, connections: [ann, bob], members, taken } = await joinServed("ann", "bob", "eve");
  server.apart.add(ann!).add(bob!);
  bob!.bufferedAmount = 9;
  assertEquals(await hub.publish("news", "one"), { delivered: 2, dropped: 1 });
  assertEquals(await members[0]!.publish("news", "two"), { delivered: 1, dropped: 1 });
  server.apart.delete(ann!);
  assertEquals(await members[0]!.publish("news", "three"), { delivered: 1, dropped: 1 });
  assertEquals([taken(), server.calls], [[["one"], [], ["one", "two", "three"]], 3]);
  assertEquals([hub.stats.delivered, hub.stats.dropped], [4, 3]);
});

test("each server has its own call, and connections without one are sent to alone", async () => {
  const { hub, server, taken } = await joinServed("ann", "bob");
  const [other, alone] = [new GroupServer(), new RecordedConnection()];
  const served = other.serve(new RecordedConnection());
  for (const connection of [alone, served]) {
    await (await hub.join(connection, { name: connection === alone ? "alone" : "served" })).subscribe("news");
  }
  assertEquals(await hub.publish("news", "one"), { delivered: 4, dropped: 0 });
  assertEquals([...taken(), served.sent, alone.sent], Array(4).fill(["one"]));
  assertEquals([server.calls, other.calls], [1, 1]);
});

test("a connection under two names is sent to twice", async () => {
  const { hub, connections, members: [ann] } = await joinServed("ann");
  const second = await hub.join(connections[0]!, { name: "second" });
  await second.subscribe("news");
  assertEquals(await hub.publish("news", "one"), { delivered: 2, dropped: 0 });
  await second.unsubscribe("news");
  assertEquals(await hub.publish("news", "two"), { delivered: 1, dropped: 0 });
  await second.subscribe("news");
  await ann!.unsubscribe("news");
  assertEquals(await hub.publish("news", "three"), { delivered: 1, dropped: 0 });
  assertEquals(connections[0]!.sent, ["one", "one", "two", "three"]);
});

test("a channel has a call of its own, apart from the topic of the same name", async () => {
  const { hub, server, members: [ann, bob], taken } = await joinServed("ann", "bob");
  await hub.follow(ann!, "news");
  await hub.follow(ann!, "news");
  await hub.announce("news", "to ann");
  hub.unfollow(ann!, "news");
  await hub.announce("news", "to nobody");
  await hub.follow(bob!, "news");
  await hub.announce("news", "to bob");
  assertEquals([taken(), server.calls], [[["to ann"], ["to bob"]], 2]);
});

test("no group is left when nobody listens any more, however they went", async () => {
  const { hub, server, connections, members } = await joinServed("ann", "bob", "eve");
  await hub.follow(members[2]!, "news");
  assertEquals(server.groups.size, 2);
  await members[0]!.unsubscribe("news");
  members[1]!.leave();
  connections[2]!.end();
  await connections[2]!.closed;
  await Promise.resolve();
  assertEquals([server.groups.size, hub.stats.topics], [0, 0]);
});
