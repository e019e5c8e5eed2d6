import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { settle } from "../kit/held_connection.ts";
import { RecordedConnection } from "../kit/hub_connection.ts";
import { SessionScene } from "../kit/session_scene.ts";

test("the list of a long topic counts for more requests than one", async () => {
  const scene = new SessionScene({ requestsPerSecond: 1, requestBurst: 100 });
  for (let count = 0; count < 3000; count++) {
    const member = await scene.hub.join(new RecordedConnection(), { name: `m${count}` });
    await member.subscribe("long");
  }
  const client = await scene.login("ann", true);
  client.read();
  const count = async (request: object) => {
    scene.clock.advance(1_000_000);
    let answered = 0;
    while ((await client.ask(request) as { type: string }[])[0]!.type === "ok") answered++;
    return answered;
  };
  assertEquals(await count({ id: 1, type: "list" }), 100);
  assertEquals(await count({ id: 1, type: "list", topic: "none" }), 100);
  // 3000 names are 6 tokens more.
  assertEquals(await count({ id: 1, type: "list", topic: "long" }), 15);
  assertEquals(await count({ id: 1, type: "subscribe", topic: "long", presence: true }), 15);
});

test("malformed messages of every kind get an error and cost nothing else (K9)", async () => {
  const scene = new SessionScene({ maxRequestLength: 100_000 });
  const client = await scene.login("ann");
  client.read();
  const deep = `{"id":9,"type":"echo","data":${"[".repeat(10_000)}${"]".repeat(10_000)}}`;
  for (const text of ["", "{", "[]", "\0", `{"type":"list"}`, "x".repeat(100_001), "{".repeat(50_000)]) {
    const [reply] = await client.ask(text) as [{ type: string; id: null; code: string }];
    assertEquals([reply.type, reply.id], ["error", null]);
    assert(["malformed", "too-big"].includes(reply.code));
  }
  for (const text of [`{"id":5,"type":"echo","data":"${"x".repeat(100_000)}"}`, `{"id":5,"type":"list",`]) {
    const [reply] = await client.ask(text) as [{ id: number }];
    assertEquals(reply.id, 5);
  }
  // However deep the runtime goes, there is an answer.
  assertEquals((await client.ask(deep)).length, 1);
  assertEquals(await client.ask({ id: 1, type: "dance" }), [{ type: "error", id: 1, code: "unknown-type" }]);
  assertEquals(await client.ask({ id: 2, type: "echo", data: "well" }), [{
    type: "ok",
    id: 2,
    data: "well",
  }]);
});

test("a flood is refused above the rate, answered again later, and closed with 1008 if it does not end", async () => {
  const scene = new SessionScene({ requestsPerSecond: 10, requestBurst: 20 });
  const client = await scene.login("ann");
  client.read();
  const echo = { id: 1, type: "echo", data: 1 };
  for (let count = 0; count < 19; count++) await client.session.receive(JSON.stringify(echo));
  await settle();
  assertEquals(client.read().length, 19);
  assertEquals(await client.ask(echo), [{ type: "error", id: 1, code: "rate-limited" }]);
  assertEquals(await client.ask(new Uint8Array(1)), [{ type: "error", id: null, code: "rate-limited" }]);
  assertEquals(await client.ask("x".repeat(100_000)), [{ type: "error", id: null, code: "rate-limited" }]);
  assertEquals(await client.ask(`{"id":7,"type":"echo","data":"${"x".repeat(100_000)}"}`), [
    { type: "error", id: 7, code: "rate-limited" },
  ]);
  scene.clock.advance(1_000);
  assertEquals(await client.ask(echo), [{ type: "ok", id: 1, data: 1 }]);
  for (let count = 0; count < 1_000 && client.connection.readyState === "open"; count++) {
    await client.session.receive(JSON.stringify(echo));
  }
  assertEquals(client.connection.closedWith?.closeCode, 1008);
});

test("a client that does not read its answers has to wait", async () => {
  const client = await new SessionScene().login("ann");
  client.connection.stuck = true;
  let release!: () => void;
  const echo = JSON.stringify({ id: 1, type: "echo", data: "x".repeat(60_000) });
  await client.session.receive(echo);
  await settle();
  client.connection.send = () => new Promise((resolve) => release = resolve);
  client.connection.bufferedAmount = 120_000;
  let done = false;
  const bytes = client.session.receive(new Uint8Array(100));
  assert(bytes instanceof Promise);
  void bytes.then(() => done = true);
  await settle();
  assertEquals(done, false);
  release();
  await settle();
  assertEquals(done, true);
});

test("too many requests under way make the client wait, one by one", async () => {
  const waiting: ((allowed: boolean) => void)[] = [];
  const scene = new SessionScene({}, {
    authorize: (action) => action.type === "join" || new Promise((resolve) => waiting.push(resolve)),
  });
  const client = await scene.login("ann");
  client.read();
  const results = Array.from({ length: 64 }, (_, id) => {
    return client.session.receive(JSON.stringify({ id, type: "subscribe", topic: `${id}` }));
  });
  assertEquals(results.findIndex((result) => result !== undefined), 63);
  for (let count = 0; count < 64; count++) {
    await settle();
    waiting.shift()!(true);
  }
  await results[63];
  assertEquals(client.read().length, 64);
});
