import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { Hub } from "../../src/hub/hub.ts";
import { TopicIndex } from "../../src/hub/topic_index.ts";
import { GroupServer } from "../kit/group_server.ts";
import { joinRecorded, RecordedConnection } from "../kit/hub_connection.ts";
import { createRandom } from "../kit/random.ts";
import { settle } from "../kit/held_connection.ts";
import type { Member } from "../../src/hub/member.ts";

interface Person {
  readonly member: Member;
  readonly connection: RecordedConnection;
  readonly expected: string[];
}

test("a hub is what a Map of Sets says it is, after every step of a random life (K14)", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = createRandom(seed);
    const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)]!;
    const names = Array.from({ length: 12 }, (_, index) => `name${index}`);
    const topics = Array.from({ length: 6 }, (_, index) => `topic${index}`);
    const hub = new Hub();
    // Some are reached by one call, and not at all times; others by themselves.
    const server = new GroupServer();
    const people = new Map<string, Person>();
    const oracle = new Map<string, Set<string>>();
    const forget = (name: string) => {
      people.delete(name);
      for (const [topic, members] of oracle) {
        members.delete(name);
        if (members.size === 0) oracle.delete(topic);
      }
    };

    for (let step = 0; step < 500; step++) {
      const name = pick(names);
      const topic = pick(topics);
      const person = people.get(name);
      const chance = random();
      if (person !== undefined && random() < 0.3) {
        if (random() < 0.5) server.apart.add(person.connection);
        else server.apart.delete(person.connection);
      }
      if (person === undefined) {
        const connection = new RecordedConnection();
        if (random() < 0.7) server.serve(connection);
        people.set(name, { member: await hub.join(connection, { name }), connection, expected: [] });
      } else if (chance < 0.1) {
        // However it ends.
        if (chance < 0.03) person.member.leave();
        else if (chance < 0.06) person.connection.thrown = new Error("broken");
        else person.connection.end();
        if (chance >= 0.03 && chance < 0.06) person.member.deliver("found out");
        await undefined;
        await undefined;
        forget(name);
      } else if (chance < 0.4) {
        await person.member.subscribe(topic);
        oracle.set(topic, (oracle.get(topic) ?? new Set()).add(name));
      } else if (chance < 0.6) {
        await person.member.unsubscribe(topic);
        oracle.get(topic)?.delete(name);
        if (oracle.get(topic)?.size === 0) oracle.delete(topic);
      } else if (chance < 0.9) {
        const text = `${topic} ${step}`;
        const receivers = [...oracle.get(topic) ?? []].filter((receiver) => receiver !== name);
        for (const receiver of receivers) people.get(receiver)!.expected.push(text);
        assertEquals(await person.member.publish(topic, text), { delivered: receivers.length, dropped: 0 });
      } else {
        const to = pick(names);
        people.get(to)?.expected.push(`direct ${step}`);
        assertEquals(await person.member.send(to, `direct ${step}`), people.has(to));
      }

      assertEquals(hub.names().sort(), [...people.keys()].sort());
      assertEquals(hub.stats.topics, oracle.size);
      for (const each of topics) {
        assertEquals((await hub.subscribers(each)).sort(), [...oracle.get(each) ?? []].sort());
      }
      for (const [each, { member }] of people) {
        const expected = topics.filter((topic) => oracle.get(topic)?.has(each));
        assertEquals(member.topics.sort(), expected);
      }
    }
    for (const { connection, expected } of people.values()) assertEquals(connection.sent, expected);
    for (const { connection } of people.values()) connection.end();
    await settle();
    assertEquals([hub.names(), hub.stats.topics, hub.stats.members], [[], 0, 0]);
    assertEquals(server.groups.size, 0);
  }
});

test("ten thousand that come and go while a topic is published to leave nothing behind (K14)", async () => {
  const random = createRandom(7);
  const hub = new Hub();
  const here: Person[] = [];
  for (let count = 0; count < 10_000; count++) {
    here.push({ ...await joinRecorded(hub, `m${count}`, "news", `own ${count}`), expected: [] });
    if (random() < 0.5) here.splice(Math.floor(random() * here.length), 1)[0]!.connection.end();
    if (count % 100 === 0) {
      await undefined;
      assertEquals((await hub.publish("news", "x")).delivered, here.length);
    }
  }
  assertEquals([hub.stats.members, hub.stats.topics], [here.length, here.length + 1]);
  for (const { connection } of here) connection.end();
  await settle();
  assertEquals([hub.stats.members, hub.stats.topics], [0, 0]);
});

test("the two sides of the index of topics are each other's inverse, and empty in the end", () => {
  const index = new TopicIndex<{ readonly name: string }>();
  const [ann, bob] = [{ name: "ann" }, { name: "bob" }];
  assertEquals([index.add("a", ann), index.add("a", bob), index.add("a", ann)], [true, false, false]);
  assertEquals([index.topicsOf(ann), index.subscribersOf("a"), index.countTopics(bob)], [
    ["a"],
    [ann, bob],
    1,
  ]);
  assertEquals([index.delete("b", ann), index.delete("a", ann), index.delete("a", ann)], [
    false,
    false,
    false,
  ]);
  assertEquals([index.delete("a", bob), index.size, index.subscriberCount], [true, 0, 0]);
});
