import { test } from "node:test";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createWebSocketPair } from "../../src/connection/create_web_socket_pair.ts";
import type { HubClientEvent } from "../../src/hub/application_protocol.ts";
import { Hub } from "../../src/hub/hub.ts";
import { HubClient, type HubClientConnection } from "../../src/hub/hub_client.ts";
import { HubError } from "../../src/hub/hub_error.ts";
import { HubServer } from "../../src/hub/hub_server.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { settle } from "../kit/held_connection.ts";

function connect(server: HubServer): { client: HubClient; events: HubClientEvent[] } {
  const [near, far] = createWebSocketPair();
  void server.serve(far);
  const events: HubClientEvent[] = [];
  return { client: new HubClient(near, { onEvent: (event) => events.push(event) }), events };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => promise, HubError)).code;
}

test("two clients log in, talk, publish, list and leave", async () => {
  const server = new HubServer(new Hub());
  const [ann, bob] = [connect(server), connect(server)];
  assertEquals(await ann.client.login("ann", { presence: true }), {
    name: "ann",
    members: ["ann"],
    total: 1,
  });
  assertEquals(await codeOf(bob.client.login("ann")), "name-taken");
  assertEquals(await bob.client.login("bob"), { name: "bob" });
  assertEquals(await ann.client.echo([1, "two"]), [1, "two"]);
  assertEquals(await ann.client.echoBytes(new Uint8Array([3])), new Uint8Array([3]));
  assertEquals(await ann.client.subscribe("chess"), { topic: "chess" });
  assertEquals(await bob.client.subscribe("chess", { presence: true }), {
    topic: "chess",
    members: ["ann", "bob"],
    total: 2,
  });
  await bob.client.publish("chess", "e4");
  await bob.client.send("ann", "your turn");
  assertEquals(await ann.client.list(), { members: ["ann", "bob"], total: 2 });
  await ann.client.unsubscribe("chess");
  assertEquals(await bob.client.list("chess"), { members: ["bob"], total: 1 });
  await ann.client.connection.close();
  await settle();
  assertEquals(ann.events, [
    { type: "joined", name: "bob" },
    { type: "message", topic: "chess", from: "bob", data: "e4" },
    { type: "direct", from: "bob", data: "your turn" },
  ]);
  assertEquals(bob.events, [{ type: "left", topic: "chess", name: "ann" }, { type: "left", name: "ann" }]);
  assertEquals(await codeOf(bob.client.send("ann", "gone")), "not-delivered");
  await server.hub.close();
});

test("many requests at once get each its own answer", async () => {
  const server = new HubServer(new Hub(), { requestBurst: 2000 });
  const { client } = connect(server);
  await client.login("ann");
  const numbers = Array.from({ length: 500 }, (_, index) => index);
  const texts = Promise.all(numbers.map((number) => client.echo(number)));
  const bytes = Promise.all(numbers.map((number) => client.echoBytes(new Uint8Array([number]))));
  assertEquals(await texts, numbers);
  assertEquals(await bytes, numbers.map((number) => new Uint8Array([number])));
  await server.hub.close();
});

test("an error about bytes is about the bytes", async () => {
  const { client } = connect(new HubServer(new Hub()));
  assertEquals(await codeOf(client.echoBytes(new Uint8Array(1))), "not-logged-in");
  client.connection.abort();
});

test("an answer that does not come in time rejects with timeout, and one that comes later is nobody's", async () => {
  const clock = createManualClock();
  const [near, far] = createWebSocketPair();
  const client = new HubClient(near, { clock, requestTimeout: 1000 });
  const text = client.echo(1);
  const bytes = client.echoBytes(new Uint8Array(1));
  clock.advance(1000);
  assertEquals([await codeOf(text), await codeOf(bytes)], ["timeout", "timeout"]);
  const next = client.echoBytes(new Uint8Array([2]));
  await far.send(`{"type":"ok","id":0,"data":1}`);
  for (const byte of [1, 2]) await far.send(new Uint8Array([byte]));
  assertEquals(await next, new Uint8Array([2]));
  assertEquals(clock.pending, 0);
  near.abort();
});

test("what is too long is not sent, and an error about text is not taken for one about bytes", async () => {
  const server = new HubServer(new Hub(), { maxRequestLength: 100 });
  for (const maxRequestLength of [100, 1_000_000]) {
    const [near, far] = createWebSocketPair();
    void server.serve(far);
    const client = new HubClient(near, { maxRequestLength });
    await client.login("ann");
    const text = client.echo("x".repeat(100));
    const bytes = client.echoBytes(new Uint8Array([7]));
    assertEquals([await codeOf(text), await bytes], ["too-big", new Uint8Array([7])]);
    assertEquals(await client.echo("short"), "short");
    await near.close();
  }
});

test("a list knows what was told while it was on its way, and not what came before it was asked for", async () => {
  const [near, far] = createWebSocketPair();
  const client = new HubClient(near);
  const say = (reply: object) => far.send(JSON.stringify(reply));
  const login = client.login("ann", { presence: true });
  const topic = client.subscribe("news", { presence: true });
  const without = client.subscribe("other");
  await say({ type: "joined", name: "bob" });
  await say({ type: "left", name: "eve" });
  await say({ type: "joined", name: "bob", topic: "news" });
  await say({ type: "ok", id: 0, name: "ann", members: ["ann", "eve"], total: 2 });
  await say({ type: "joined", name: "dan" });
  await say({ type: "ok", id: 1, topic: "news", members: ["ann", "eve"], total: 2 });
  await say({ type: "ok", id: 2, topic: "other" });
  assertEquals(await login, { name: "ann", members: ["ann", "bob"], total: 2 });
  assertEquals(await topic, { topic: "news", members: ["ann", "bob"], total: 2 });
  assertEquals(await without, { topic: "other" });
  near.abort();
});

test("of many that come at once, every one has all in its list and its events", async () => {
  for (const where of ["hub", "topic"]) {
    const server = new HubServer(new Hub());
    const views = Array.from({ length: 30 }, (_, index) => {
      let view = new Set<string>();
      const [near, far] = createWebSocketPair();
      void server.serve(far);
      const client = new HubClient(near, {
        onEvent: (event) => {
          if (event.type === "joined" && (event.topic === "t") === (where === "topic")) view.add(event.name);
        },
      });
      const begin = where === "hub" ? undefined : client.login(`m${index}`);
      const listed = begin === undefined
        ? client.login(`m${index}`, { presence: true })
        : client.subscribe("t", { presence: true });
      void listed.then(({ members }) => view = new Set(members));
      return { client, size: () => view.size };
    });
    while (views.some(({ size }) => size() < 30)) await settle();
    await server.hub.close();
  }
});

test("what waits when the connection ends rejects with left, and so does what comes later", async () => {
  const clock = createManualClock();
  const [near, far] = createWebSocketPair();
  const client = new HubClient(near, { clock });
  const waiting = [client.echo(1), client.login("ann"), client.echoBytes(new Uint8Array(1))];
  await settle();
  far.abort();
  for (const promise of waiting) assertEquals(await codeOf(promise), "left");
  assertEquals(await codeOf(client.list()), "left");
  assertEquals(clock.pending, 0);
});

test("what is no reply is passed over", async () => {
  const [near, far] = createWebSocketPair();
  const events: HubClientEvent[] = [];
  const client = new HubClient(near, { onEvent: (event) => events.push(event) });
  for (
    const text of [
      "",
      "null",
      "{}",
      `{"type":"unheard of"}`,
      `{"type":"ok","id":99}`,
      `{"type":"error","id":null}`,
    ]
  ) {
    await far.send(text);
  }
  await far.send(new Uint8Array(1));
  await far.send(`{"type":"joined","name":"bob"}`);
  await settle();
  assertEquals(events, [{ type: "joined", name: "bob" }]);
  await client.connection.close();
});

test("a listener that throws closes the connection with 1011, or what comes nearest", async () => {
  const refused = new Set<number>();
  for (const [refusal, expected] of [[[], 1011], [[1011], 4011], [[1011, 4011], 1006]] as const) {
    for (const code of refusal) refused.add(code);
    const [near, far] = createWebSocketPair();
    const connection: HubClientConnection = {
      get readyState() {
        return near.readyState;
      },
      closed: near.closed,
      send: (message) => near.send(message),
      close: (info = {}) =>
        refused.has(info.closeCode!) ? Promise.reject(new RangeError()) : near.close(info),
      abort: () => near.abort(),
      [Symbol.asyncIterator]: () => near[Symbol.asyncIterator](),
    };
    const client = new HubClient(connection, {
      onEvent: () => {
        throw new Error("broken");
      },
    });
    const asked = client.list();
    await far.send(`{"type":"joined","name":"bob"}`);
    assertEquals((await far.closed).closeCode, expected);
    assertEquals(await codeOf(asked), "left");
  }
});

test("options that mean nothing are refused at once", () => {
  const [near, far] = createWebSocketPair();
  assertThrows(() => new HubClient(near, { requestTimeout: 0 }), RangeError);
  assertThrows(() => new HubClient(near, { maxRequestLength: 0 }), RangeError);
  assertThrows(() => new HubClient(near, { clock: {} as never }), TypeError, "clock");
  assertThrows(() => new HubServer(new Hub(), { clock: null as never }), TypeError, "clock");
  assertThrows(() => new HubClient(near, { onEvent: 1 as never }), TypeError);
  for (const name of ["requestsPerSecond", "requestBurst", "loginTimeout", "maxRequestLength"]) {
    assertThrows(() => new HubServer(new Hub(), { [name]: -1 }), RangeError, name);
  }
  near.abort();
  far.abort();
});
