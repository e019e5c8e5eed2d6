import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { settle } from "../kit/held_connection.ts";
import { login, SessionScene } from "../kit/session_scene.ts";

test("with presence, a client is told who comes and goes", async () => {
  const scene = new SessionScene();
  const ann = await scene.login("ann", true);
  assertEquals(ann.read(), [{ type: "ok", id: 0, name: "ann", members: ["ann"], total: 1 }]);
  const bob = await scene.login("bob");
  const eve = await scene.login("eve", true);
  assertEquals(eve.read()[0], { type: "ok", id: 0, name: "eve", members: ["ann", "bob", "eve"], total: 3 });
  bob.connection.end();
  await settle();
  assertEquals(ann.read(), [
    { type: "joined", name: "bob" },
    { type: "joined", name: "eve" },
    { type: "left", name: "bob" },
  ]);
  assertEquals(bob.read().length, 1);
});

test("with presence in a topic, a client is told who comes to it, and leaves it or everything", async () => {
  const scene = new SessionScene();
  const [ann, bob, eve] = [await scene.login("ann"), await scene.login("bob"), await scene.login("eve")];
  await bob.ask({ id: 1, type: "subscribe", topic: "chess" });
  ann.read();
  assertEquals(await ann.ask({ id: 1, type: "subscribe", topic: "chess", presence: true }), [
    { type: "ok", id: 1, topic: "chess", members: ["ann", "bob"], total: 2 },
  ]);
  await eve.ask({ id: 1, type: "subscribe", topic: "chess" });
  await eve.ask({ id: 2, type: "subscribe", topic: "chess" });
  await eve.ask({ id: 3, type: "unsubscribe", topic: "chess" });
  await eve.ask({ id: 4, type: "unsubscribe", topic: "chess" });
  bob.connection.end();
  await settle();
  assertEquals(ann.read(), [
    { type: "joined", name: "eve", topic: "chess" },
    { type: "left", name: "eve", topic: "chess" },
    { type: "left", name: "bob" },
  ]);
  await ann.ask({ id: 2, type: "unsubscribe", topic: "chess" });
  ann.read();
  await eve.ask({ id: 5, type: "subscribe", topic: "chess" });
  eve.connection.end();
  await settle();
  assertEquals(ann.read(), []);
});

test("presence is not told to whom authorize does not let list", async () => {
  const scene = new SessionScene({}, { authorize: (action) => action.type !== "list" });
  const client = scene.open();
  assertEquals(await client.ask({ ...login("ann"), presence: true }), [
    { type: "error", id: 1, code: "not-allowed" },
  ]);
  assertEquals([scene.hub.names(), client.session.member], [[], undefined]);
  assertEquals(await client.ask(login("ann")), [{ type: "ok", id: 1, name: "ann" }]);
  assertEquals(await client.ask({ id: 2, type: "subscribe", topic: "a", presence: true }), [
    { type: "error", id: 2, code: "not-allowed" },
  ]);
  assertEquals(client.session.state, { name: "ann", presence: false, topics: [] });
});
