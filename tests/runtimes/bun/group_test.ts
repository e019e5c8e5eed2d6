import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { type Message, prepareMessage } from "../../../mod.ts";
import { Hub, type Member } from "../../../src/hub/mod.ts";
import { type Pair, withServer } from "./with_server.ts";

/** Joins the server's end, and listens to "news". */
async function join(hub: Hub, { server }: Pair, name: string): Promise<Member> {
  const member = await hub.join(server, { name });
  await member.subscribe("news");
  return member;
}

/** What arrives up to a message. */
async function receiveUpTo(last: string, { client }: Pair): Promise<Message[]> {
  const messages: Message[] = [];
  while (messages.at(-1) !== last) {
    const message = await client.receive();
    if (message === undefined) throw new Error(`the end came before ${last}`);
    messages.push(message);
  }
  return messages;
}

test("what is published and what is sent to one alone arrives in order, within a turn and over turns", async () => {
  await withServer(async (connect) => {
    const [ann, bob] = [await connect(), await connect()];
    const hub = new Hub();
    await join(hub, ann, "ann");
    await join(hub, bob, "bob");
    const expected: [string[], string[]] = [[], []];
    for (let step = 0; step < 3000; step++) {
      const chance = Math.random();
      if (chance < 0.5) {
        void hub.publish("news", `${step}`);
        for (const texts of expected) texts.push(`${step}`);
      } else if (chance < 0.8) {
        void hub.send("ann", `${step}`);
        expected[0].push(`${step}`);
      } else if (chance < 0.9) {
        void bob.server.send(`${step}`);
        expected[1].push(`${step}`);
      } else await new Promise((resolve) => setTimeout(resolve, chance < 0.91 ? 1 : 0));
    }
    await hub.publish("news", "end");
    for (const texts of expected) texts.push("end");
    assertEquals(await Promise.all([ann, bob].map((pair) => receiveUpTo("end", pair))), expected);
  });
});

test("publishers get nothing of what they publish, in reply to a message or out of turn", async () => {
  await withServer(async (connect) => {
    const [ann, bob] = [await connect(), await connect()];
    const hub = new Hub();
    const members = [await join(hub, ann, "ann"), await join(hub, bob, "bob")];
    void (async () => {
      for await (const message of ann.server) {
        void ann.server.send("before");
        void members[0]!.publish("news", message);
        void ann.server.send("after");
      }
    })();
    for (const message of ["from ann", Uint8Array.of(1, 2, 3)]) await ann.client.send(message);
    await receiveUpTo("after", ann);
    assertEquals(await members[1]!.publish("news", "from bob"), { delivered: 1, dropped: 0 });
    assertEquals(await receiveUpTo("from bob", ann), ["before", "after", "from bob"]);
    assertEquals([await bob.client.receive(), await bob.client.receive()], [
      "from ann",
      Uint8Array.of(1, 2, 3),
    ]);
  });
});

test("what was published before a member left, closed or was torn down does no harm, and nothing comes later", async () => {
  await withServer(async (connect) => {
    const hub = new Hub();
    const pairs = [await connect(), await connect(), await connect(), await connect()];
    const names = ["unsubscribes", "closes", "aborts", "stays"];
    const members = await Promise.all(pairs.map((pair, at) => join(hub, pair, names[at]!)));
    await hub.publish("news", "one");
    await members[0]!.unsubscribe("news");
    void pairs[1]!.server.close({ closeCode: 4000 });
    pairs[2]!.server.abort();
    assertEquals((await hub.publish("news", "two")).delivered, 1);
    await hub.send("unsubscribes", "to you alone");
    await members[0]!.subscribe("news");
    assertEquals((await hub.publish("news", "three")).delivered, 2);
    assertEquals(await receiveUpTo("three", pairs[0]!), ["one", "to you alone", "three"]);
    assertEquals([await pairs[1]!.client.receive(), await pairs[1]!.client.receive()], ["one", undefined]);
    assertEquals((await pairs[1]!.client.closed).closeCode, 4000);
    assertEquals(await receiveUpTo("three", pairs[3]!), ["one", "two", "three"]);
    assertEquals([(await pairs[2]!.client.closed).closeCode, hub.names()], [1006, ["stays", "unsubscribes"]]);
  });
});

test("who is behind is reached again once it has read, with nothing lost in between that was delivered", async () => {
  await withServer(async (connect) => {
    const [slow, other] = [await connect(), await connect()];
    const hub = new Hub({ maxQueue: 1_000_000 });
    await join(hub, slow, "slow");
    await join(hub, other, "other");
    // Bun gives what is published to the network at the end of a turn.
    const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
    const delivered: string[] = [];
    for (let count = 0; hub.stats.dropped < 50; count++) {
      const text = `${count}`.padEnd(20_000, "x");
      const { dropped } = await hub.publish("news", text);
      if (dropped === 0) delivered.push(text);
      assertEquals(await other.client.receive(), text);
      await turn();
    }
    assert(slow.server.bufferedAmount > 0);
    const received = receiveUpTo("end", slow);
    while (slow.server.bufferedAmount > 0) await turn();
    assertEquals(await hub.publish("news", "end"), { delivered: 2, dropped: 0 });
    assertEquals(await received, [...delivered, "end"]);
    await slow.server.ping();
  });
});

test("members of two servers, and two hubs on one, keep to themselves", async () => {
  await withServer((connect) =>
    withServer(async (connectElsewhere) => {
      const [ann, bob, eve] = [await connect(), await connectElsewhere(), await connect()];
      const hubs = [new Hub(), new Hub()];
      await join(hubs[0]!, ann, "ann");
      await join(hubs[0]!, bob, "bob");
      await join(hubs[1]!, eve, "eve");
      assertEquals(await hubs[0]!.publish("news", "one"), { delivered: 2, dropped: 0 });
      assertEquals(await hubs[1]!.publish("news", "two"), { delivered: 1, dropped: 0 });
      assertEquals([await ann.client.receive(), await bob.client.receive(), await eve.client.receive()], [
        "one",
        "one",
        "two",
      ]);
    })
  );
});

test("a group takes what connections take: text, empty ones, shared memory, prepared messages", async () => {
  await withServer(async (connect) => {
    const pair = await connect();
    const group = pair.server.groupSeat!.createGroup();
    group.add(pair.server.groupSeat!);
    group.add(pair.server.groupSeat!);
    assertEquals([group.size, group.reaches(pair.server.groupSeat!)], [1, true]);
    const shared = new Uint8Array(new SharedArrayBuffer(2)).fill(7);
    for (const message of ["Größe \ud800", "", new Uint8Array(0), shared]) {
      group.send(prepareMessage(message));
    }
    group.delete(pair.server.groupSeat!);
    group.delete(pair.server.groupSeat!);
    group.send(prepareMessage("to nobody"));
    await pair.server.send("end");
    assertEquals(await receiveUpTo("end", pair), [
      "Größe \ufffd",
      "",
      new Uint8Array(0),
      Uint8Array.of(7, 7),
      "end",
    ]);
    assertEquals(group.size, 0);
  });
});
