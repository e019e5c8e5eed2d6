import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { settle } from "../kit/held_connection.ts";
import { login, SessionScene } from "../kit/session_scene.ts";

test("before login, everything else is refused, and login goes on", async () => {
  const client = new SessionScene().open();
  for (const type of ["echo", "send", "publish", "subscribe", "unsubscribe", "list"]) {
    assertEquals(await client.ask({ id: 3, type, data: 1, to: "a", topic: "a" }), [
      { type: "error", id: 3, code: "not-logged-in" },
    ]);
  }
  assertEquals(await client.ask(new Uint8Array([1])), [{ type: "error", id: null, code: "not-logged-in" }]);
  assertEquals(await client.ask(login("ann")), [{ type: "ok", id: 1, name: "ann" }]);
  assertEquals(await client.ask({ id: 4, type: "echo", data: 1 }), [{ type: "ok", id: 4, data: 1 }]);
});

test("a login with a name that is taken or malformed is an error, and another try is welcome", async () => {
  const scene = new SessionScene();
  await scene.login("ann");
  const client = scene.open();
  assertEquals(await client.ask(login("ann")), [{ type: "error", id: 1, code: "name-taken" }]);
  for (const name of ["", "a\nb", " ", "x".repeat(65), "x".repeat(60_000)]) {
    assertEquals(await client.ask(login(name)), [{ type: "error", id: 1, code: "invalid-name" }]);
  }
  assertEquals(await client.ask({ ...login("bob"), version: 2 }), [
    { type: "error", id: 1, code: "unsupported-version" },
  ]);
  assertEquals(await client.ask(login("bob")), [{ type: "ok", id: 1, name: "bob" }]);
  assertEquals(await client.ask(login("eve")), [{ type: "error", id: 1, code: "already-logged-in" }]);
  assertEquals(client.connection.readyState, "open");
});

test("names that look alike are one name", async () => {
  const scene = new SessionScene();
  await scene.login("Zoe\u0308");
  assertEquals(await scene.open().ask(login("Zo\u00eb")), [{ type: "error", id: 1, code: "name-taken" }]);
});

test("no login in time closes with 1008, and a login in time does not", async () => {
  const scene = new SessionScene();
  const late = scene.open();
  const early = await scene.login("ann");
  scene.clock.advance(9_999);
  assertEquals(late.connection.closedWith, undefined);
  await late.ask({ id: 1, type: "list" });
  scene.clock.advance(1);
  assertEquals(late.connection.closedWith?.closeCode, 1008);
  assertEquals([early.connection.closedWith, scene.clock.pending], [undefined, 0]);
});

test("a connection that ends before login leaves no timer behind", async () => {
  const scene = new SessionScene();
  scene.open().connection.end();
  await settle();
  assertEquals(scene.clock.pending, 0);
});

test("what comes while a login is thought about waits for it", async () => {
  let allow!: (allowed: boolean) => void;
  const scene = new SessionScene({}, {
    authorize: (action) => action.type !== "join" || new Promise((resolve) => allow = resolve),
  });
  const client = scene.open();
  void client.session.receive(JSON.stringify(login("ann")));
  void client.session.receive(JSON.stringify({ id: 2, type: "echo", data: "after" }));
  await settle();
  assertEquals(client.read(), []);
  allow(true);
  await settle();
  assertEquals(client.read(), [{ type: "ok", id: 1, name: "ann" }, { type: "ok", id: 2, data: "after" }]);
});

test("a login that is refused in the end leaves the time for another where it was", async () => {
  const scene = new SessionScene({}, { authorize: (action) => action.type !== "list" });
  const client = scene.open();
  await client.ask({ ...login("ann"), presence: true });
  assertEquals([scene.hub.names(), scene.clock.pending], [[], 1]);
  scene.clock.advance(10_000);
  assertEquals(client.connection.closedWith?.closeCode, 1008);
  const staying = scene.open();
  await staying.ask({ ...login("ann"), presence: true });
  await staying.ask(login("ann"));
  scene.clock.advance(10_000);
  assertEquals([staying.connection.closedWith, scene.clock.pending], [undefined, 0]);
});

test("a client whose member the server has had leave is nobody, and may log in again", async () => {
  const scene = new SessionScene();
  const client = await scene.login("ann", true);
  await client.ask({ id: 1, type: "subscribe", topic: "chess", presence: true });
  scene.hub.member("ann")!.leave();
  client.read();
  for (const type of ["echo", "send", "publish", "subscribe", "unsubscribe", "list"]) {
    assertEquals(await client.ask({ id: 3, type, data: 1, to: "a", topic: "a" }), [
      { type: "error", id: 3, code: "not-logged-in" },
    ]);
  }
  assertEquals(await client.ask(new Uint8Array(1)), [{ type: "error", id: null, code: "not-logged-in" }]);
  assertEquals([client.session.member, client.session.state], [undefined, { presence: false, topics: [] }]);
  assertEquals(await client.ask(login("eve")), [{ type: "ok", id: 1, name: "eve" }]);
  assertEquals(client.session.state, { name: "eve", presence: false, topics: [] });
  await scene.login("bob");
  assertEquals(client.read(), []);
});

test("what authorize throws is told as little as possible", async () => {
  let broken = false;
  const scene = new SessionScene({}, {
    authorize: () => {
      if (broken) throw new Error("password of the database: 12345");
      return true;
    },
  });
  const client = await scene.login("ann");
  broken = true;
  await client.session.receive(JSON.stringify({ id: 1, type: "subscribe", topic: "a" }));
  await settle();
  const text = String(client.connection.sent.at(-1));
  assertEquals(JSON.parse(text).code, "internal");
  assert(!text.includes("12345"));
});
