import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { createWebSocketPair } from "../../src/connection/create_web_socket_pair.ts";
import { Hub } from "../../src/hub/hub.ts";
import { HubServer } from "../../src/hub/hub_server.ts";
import type { HubServerOptions } from "../../src/hub/hub_server_options.ts";
import type { HubOptions } from "../../src/hub/hub_options.ts";
import type { HubSession } from "../../src/hub/hub_session.ts";
import type { SessionOptions, SessionState } from "../../src/hub/session_state.ts";
import { createManualClock, type ManualClock } from "../../src/testing/manual_clock.ts";
import { settle } from "../kit/held_connection.ts";
import { RecordedConnection } from "../kit/hub_connection.ts";

/** A server whose clients are the test. */
class Scene {
  readonly clock: ManualClock = createManualClock();
  readonly hub: Hub;
  readonly server: HubServer;

  constructor(options: HubServerOptions = {}, hub: HubOptions = {}) {
    this.hub = new Hub(hub);
    this.server = new HubServer(this.hub, { clock: this.clock, ...options });
  }

  open(state?: SessionState, options?: SessionOptions): Client {
    const connection = new RecordedConnection();
    return new Client(connection, this.server.open(connection, state, options));
  }

  async login(name: string, presence = false): Promise<Client> {
    const client = this.open();
    await client.session.receive(JSON.stringify({ id: 0, type: "login", version: 1, name, presence }));
    await settle();
    return client;
  }
}

class Client {
  readonly connection: RecordedConnection;
  readonly session: HubSession;

  constructor(connection: RecordedConnection, session: HubSession) {
    this.connection = connection;
    this.session = session;
  }

  /** What came back for a message, as JSON, short of the messages of errors. */
  async ask(message: object | string | Uint8Array<ArrayBuffer>): Promise<unknown[]> {
    const isRaw = typeof message === "string" || message instanceof Uint8Array;
    await this.session.receive(isRaw ? message : JSON.stringify(message));
    await settle();
    return this.read();
  }

  read(): unknown[] {
    return this.connection.take().map((text) => {
      if (typeof text !== "string") return text;
      const { message: _, ...reply } = JSON.parse(text);
      return reply;
    });
  }
}

const login = (name: string, id = 1) => ({ id, type: "login", version: 1, name });

test("before login, everything else is refused, and login goes on", async () => {
  const client = new Scene().open();
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
  const scene = new Scene();
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
  const scene = new Scene();
  await scene.login("Zoe\u0308");
  assertEquals(await scene.open().ask(login("Zo\u00eb")), [{ type: "error", id: 1, code: "name-taken" }]);
});

test("no login in time closes with 1008, and a login in time does not", async () => {
  const scene = new Scene();
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
  const scene = new Scene();
  scene.open().connection.end();
  await settle();
  assertEquals(scene.clock.pending, 0);
});

test("what comes while a login is thought about waits for it", async () => {
  let allow!: (allowed: boolean) => void;
  const scene = new Scene({}, {
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

test("bytes come back as they are", async () => {
  const client = await new Scene().login("ann");
  client.read();
  assertEquals(await client.ask(new Uint8Array([0, 255])), [new Uint8Array([0, 255])]);
});

test("messages go to names and topics, with who sent them, and each is answered", async () => {
  const scene = new Scene();
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
  const scene = new Scene({}, { maxTopicsPerMember: 1 });
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
  const scene = new Scene();
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

test("with presence, a client is told who comes and goes", async () => {
  const scene = new Scene();
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
  const scene = new Scene();
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
  const scene = new Scene({}, { authorize: (action) => action.type !== "list" });
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

test("a login that is refused in the end leaves the time for another where it was", async () => {
  const scene = new Scene({}, { authorize: (action) => action.type !== "list" });
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
  const scene = new Scene();
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

test("onState is told each new state before the client gets its answer", async () => {
  const scene = new Scene({}, { maxTopicsPerMember: 1 });
  const states: SessionState[] = [];
  let answers: number[] = [];
  const client: Client = scene.open(undefined, {
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
  const client = new Scene().open(undefined, {
    onState: ({ topics }) => {
      if (topics.length > 0) throw new RangeError("too much to keep");
    },
  });
  await client.ask(login("ann"));
  assertEquals(client.connection.closedWith, undefined);
  await client.ask({ id: 1, type: "subscribe", topic: "a" });
  assertEquals(client.connection.closedWith?.closeCode, 1011);
});

test("the list of a long topic counts for more requests than one", async () => {
  const scene = new Scene({ requestsPerSecond: 1, requestBurst: 100 });
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

test("what authorize throws is told as little as possible", async () => {
  let broken = false;
  const scene = new Scene({}, {
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

test("malformed messages of every kind get an error and cost nothing else (K9)", async () => {
  const scene = new Scene({ maxRequestLength: 100_000 });
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
  const scene = new Scene({ requestsPerSecond: 10, requestBurst: 20 });
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
  const client = await new Scene().login("ann");
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
  const scene = new Scene({}, {
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

test("a session goes on where an earlier one was", async () => {
  const scene = new Scene();
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
  const scene = new Scene();
  await scene.login("ann");
  const after = scene.open({ name: "ann", presence: false, topics: [] });
  await settle();
  assertEquals(after.connection.closedWith?.closeCode, 1008);
});

test("a session without a name goes on waiting for its login", () => {
  const scene = new Scene();
  const { connection } = scene.open({ presence: false, topics: [] });
  scene.clock.advance(10_000);
  assertEquals(connection.closedWith?.closeCode, 1008);
});

test("nothing is thrown or left behind where the connection has broken", async () => {
  const client = await new Scene().login("ann");
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
  const scene = new Scene();
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
  const scene = new Scene();
  const [near, far] = createWebSocketPair({}, { onMessage: () => {} });
  await scene.server.serve(far);
  assertEquals((await near.closed).wasClean, false);
});
