import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { createWebSocketPair } from "../../src/connection/create_web_socket_pair.ts";
import { settle } from "../kit/held_connection.ts";
import { RecordedConnection } from "../kit/hub_connection.ts";
import { login, SessionScene } from "../kit/session_scene.ts";

test("bytes come back as they are", async () => {
  const client = await new SessionScene().login("ann");
  client.read();
  assertEquals(await client.ask(new Uint8Array([0, 255])), [new Uint8Array([0, 255])]);
});

test("messages go to names and topics, with who sent them, and each is answered", async () => {
  const scene = new SessionScene();
  const [ann, bob] = [await scene.login("ann"), await scene.login("bob")];
  ann.read();
  bob.read();
  assertEquals(await ann.ask({ id: 1, type: "send", to: "bob", data: { a: 1 } }), [{ type: "ok", id: 1 }]);
  assertEquals(bob.read(), [{ type: "direct", from: "ann", data: { a: 1 } }]);
  assertEquals(await ann.ask({ id: 2, type: "send", to: "eve", data: 1 }), [
    { type: "error", id: 2, code: "not-delivered" },
  ]);
  assertEquals(await bob.ask({ id: 1, type: "subscribe", topic: "Zoe\u0308" }), [
    { type: "ok", id: 1, topic: "Zo\u00eb" },
  ]);
  assertEquals(await ann.ask({ id: 3, type: "publish", topic: "Zo\u00eb", data: "x" }), [{
    type: "ok",
    id: 3,
  }]);
  assertEquals(bob.read(), [{ type: "message", topic: "Zo\u00eb", from: "ann", data: "x" }]);
  assertEquals(await bob.ask({ id: 2, type: "publish", topic: "Zo\u00eb", data: "self" }), [{
    type: "ok",
    id: 2,
  }]);
  assertEquals(await bob.ask({ id: 3, type: "unsubscribe", topic: "Zo\u00eb" }), [{ type: "ok", id: 3 }]);
  await ann.ask({ id: 4, type: "publish", topic: "Zo\u00eb", data: "x" });
  assertEquals(bob.read(), []);
});

test("topics that cannot be are an error that costs nothing else", async () => {
  const scene = new SessionScene({}, { maxTopicsPerMember: 1 });
  const client = await scene.login("ann");
  client.read();
  for (
    const topic of ["", "a\tb", "\0members", "x".repeat(1000), "\u7e54".repeat(1024), "x".repeat(60_000)]
  ) {
    for (const type of ["subscribe", "publish", "list"]) {
      assertEquals(await client.ask({ id: 1, type, topic, data: 1 }), [
        { type: "error", id: 1, code: "invalid-topic" },
      ]);
    }
  }
  await client.ask({ id: 2, type: "subscribe", topic: "one" });
  client.read();
  assertEquals(await client.ask({ id: 3, type: "subscribe", topic: "two" }), [
    { type: "error", id: 3, code: "too-many-topics" },
  ]);
  assertEquals(await client.ask({ id: 4, type: "list", topic: "one" }), [
    { type: "ok", id: 4, members: ["ann"], total: 1 },
  ]);
});

test("lists are sorted, and no longer than their limit", async () => {
  const scene = new SessionScene();
  const client = await scene.login("m0500");
  for (let count = 0; count < 1100; count++) {
    if (count === 500) continue;
    await scene.hub.join(new RecordedConnection(), { name: `m${`${count}`.padStart(4, "0")}` });
  }
  client.read();
  const [answer] = await client.ask({ id: 1, type: "list" }) as [{ members: string[]; total: number }];
  assertEquals([answer.members.length, answer.members[0], answer.members[999], answer.total], [
    1000,
    "m0000",
    "m0999",
    1100,
  ]);
});

test("nothing is thrown or left behind where the connection has broken", async () => {
  const client = await new SessionScene().login("ann");
  client.connection.thrown = new Error("broken");
  client.connection.close = () => {
    throw new Error("broken");
  };
  await client.session.receive(JSON.stringify({ id: 1, type: "echo", data: 1 }));
  await client.session.receive("x");
  client.connection.thrown = undefined;
  client.connection.rejected = new Error("broken");
  await client.session.receive("x");
  await settle();
});

test("serve() serves a connection to its end, and frees the name", async () => {
  const scene = new SessionScene();
  const [near, far] = createWebSocketPair();
  const served = scene.server.serve(far);
  await near.send(JSON.stringify(login("ann")));
  assertEquals(await near.receive(), `{"type":"ok","id":1,"name":"ann"}`);
  await near.close();
  await served;
  await settle();
  assertEquals(scene.hub.names(), []);
});

test("serve() ends a connection whose messages are received otherwise", async () => {
  const scene = new SessionScene();
  const [near, far] = createWebSocketPair({}, { onMessage: () => {} });
  await scene.server.serve(far);
  assertEquals((await near.closed).wasClean, false);
});
