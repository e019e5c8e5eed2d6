import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import type { SessionState } from "../../src/hub/session_state.ts";
import { settle } from "../kit/held_connection.ts";
import { login, type SessionClient, SessionScene } from "../kit/session_scene.ts";

test("onState is told each new state before the client gets its answer", async () => {
  const scene = new SessionScene({}, { maxTopicsPerMember: 1 });
  const states: SessionState[] = [];
  let answers: number[] = [];
  const client: SessionClient = scene.open(undefined, {
    onState: (state) => {
      states.push(state);
      answers.push(client.connection.sent.length);
    },
  });
  await client.ask({ ...login("ann"), presence: true });
  await client.ask({ id: 2, type: "subscribe", topic: "a" });
  await client.ask({ id: 3, type: "subscribe", topic: "a", presence: true });
  await client.ask({ id: 4, type: "publish", topic: "a", data: 1 });
  await client.ask({ id: 5, type: "unsubscribe", topic: "a" });
  const topics = (...presence: boolean[]) => presence.map((presence) => ({ topic: "a", presence }));
  const expected = [[], topics(false), topics(true), []];
  assertEquals(states, expected.map((topics) => ({ name: "ann", presence: true, topics })));
  assertEquals(answers, [0, 0, 0, 0]);
  answers = [];
  // Nobody tells of a client that has gone.
  void client.session.receive(JSON.stringify({ id: 6, type: "subscribe", topic: "a" }));
  client.connection.end();
  await settle();
  assertEquals(answers, []);
  assertThrows(
    () => scene.server.open(client.connection, undefined, { onState: 1 as never }),
    TypeError,
    "onState",
  );
});

test("a session whose state cannot be kept is closed with 1011", async () => {
  const client = new SessionScene().open(undefined, {
    onState: ({ topics }) => {
      if (topics.length > 0) throw new RangeError("too much to keep");
    },
  });
  await client.ask(login("ann"));
  assertEquals(client.connection.closedWith, undefined);
  await client.ask({ id: 1, type: "subscribe", topic: "a" });
  assertEquals(client.connection.closedWith?.closeCode, 1011);
});

test("a session goes on where an earlier one was", async () => {
  const scene = new SessionScene();
  const before = await scene.login("ann", true);
  await before.ask({ id: 1, type: "subscribe", topic: "a", presence: true });
  await before.ask({ id: 2, type: "subscribe", topic: "b" });
  const state = JSON.parse(JSON.stringify(before.session.state));
  before.connection.end();
  await settle();
  const after = scene.open(state);
  await settle();
  assertEquals(after.session.state, state);
  assertEquals(await after.ask({ id: 3, type: "echo", data: 1 }), [{ type: "ok", id: 3, data: 1 }]);
  await scene.login("bob");
  assertEquals(after.read(), [{ type: "joined", name: "bob" }]);
  assertEquals(scene.open(state).session.state.name, undefined);
});

test("a session whose name is taken when it would go on is closed", async () => {
  const scene = new SessionScene();
  await scene.login("ann");
  const after = scene.open({ name: "ann", presence: false, topics: [] });
  await settle();
  assertEquals(after.connection.closedWith?.closeCode, 1008);
});

test("a session without a name goes on waiting for its login", () => {
  const scene = new SessionScene();
  const { connection } = scene.open({ presence: false, topics: [] });
  scene.clock.advance(10_000);
  assertEquals(connection.closedWith?.closeCode, 1008);
});
