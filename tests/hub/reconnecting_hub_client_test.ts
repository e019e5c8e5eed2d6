import { test } from "node:test";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createWebSocketPair } from "../../src/connection/create_web_socket_pair.ts";
import type { MessageConnection } from "../../src/connection/message_connection.ts";
import type { HubClientEvent } from "../../src/hub/application_protocol.ts";
import { Hub } from "../../src/hub/hub.ts";
import { HubClient } from "../../src/hub/hub_client.ts";
import { HubError } from "../../src/hub/hub_error.ts";
import type { HubAction, HubOptions } from "../../src/hub/hub_options.ts";
import { HubServer } from "../../src/hub/hub_server.ts";
import { ReconnectingHubClient } from "../../src/hub/reconnecting_hub_client.ts";
import type {
  HubClientState,
  ReconnectingHubClientOptions,
} from "../../src/hub/reconnecting_hub_client_options.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { settle } from "../kit/held_connection.ts";
import { until } from "../kit/until.ts";

/** A server that can be away, and a client of it. */
class Scene {
  readonly clock = createManualClock();
  readonly hub: Hub;
  readonly server: HubServer;
  readonly client: ReconnectingHubClient;
  /** Whether connecting fails. */
  isDown = false;
  /** The server's ends of the connections, in order. */
  readonly connections: MessageConnection[] = [];
  readonly states: HubClientState[] = [];
  readonly events: HubClientEvent[] = [];

  constructor(
    options: Partial<ReconnectingHubClientOptions> = {},
    hub: HubOptions = {},
    others: string[] = [],
  ) {
    this.hub = new Hub(hub);
    this.server = new HubServer(this.hub);
    for (const name of others) void this.enter(name);
    this.client = new ReconnectingHubClient(() => this.connect(), {
      name: "ann",
      clock: this.clock,
      random: () => 0.5,
      onEvent: (event) => this.events.push(event),
      onState: (state) => this.states.push(state),
      ...options,
    });
  }

  connect(): MessageConnection {
    if (this.isDown) throw new Error("down");
    const [near, far] = createWebSocketPair();
    this.connections.push(far);
    void this.server.serve(far);
    return near;
  }

  /** Somebody else. */
  async enter(name: string): Promise<HubClient> {
    const client = new HubClient(this.connect());
    this.connections.pop();
    await client.login(name);
    return client;
  }

  /** What was told of states since the last call. */
  take(): HubClientState[] {
    return this.states.splice(0);
  }

  /** The connection breaks, and what comes of that is done. */
  async drop(): Promise<void> {
    this.connections.at(-1)!.abort();
    await settle();
  }

  /** The next attempt is made. */
  async wait(milliseconds = 30_000): Promise<void> {
    this.clock.advance(milliseconds);
    await settle();
  }
}

const none = { topics: [] } as const;

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => promise, HubError)).code;
}

test("it logs in, and does all that a client does", async () => {
  const { client, hub } = new Scene({ presence: true }, {}, ["bob"]);
  await client.entered;
  assertEquals([client.state, client.name], ["in", "ann"]);
  assertEquals(await client.echo([1]), [1]);
  assertEquals(await client.echoBytes(new Uint8Array([2])), new Uint8Array([2]));
  assertEquals(await client.subscribe("news", { presence: true }), {
    topic: "news",
    members: ["ann"],
    total: 1,
  });
  await client.publish("news", 1);
  assertEquals(await codeOf(client.send("eve", 1)), "not-delivered");
  await client.send("bob", 1);
  assertEquals(await client.list(), { members: ["ann", "bob"], total: 2 });
  assertEquals(await client.list("news"), { members: ["ann"], total: 1 });
  await client.unsubscribe("news");
  assertEquals(client.topics.size, 0);
  await client.close();
  assertEquals([client.state, (await client.closed).closeCode], ["out", 1000]);
  await hub.close();
});

test("it comes back with its name and its topics, and hands over lists that are right", async () => {
  const scene = new Scene({ presence: true });
  const { client } = scene;
  await client.entered;
  assertEquals(scene.take(), [{ state: "in", name: "ann", ...none, members: ["ann"], total: 1 }]);
  await client.subscribe("Zoe\u0308", { presence: true });
  await client.subscribe("plain");
  await client.subscribe("left");
  const waiting = client.echo(1);
  await scene.drop();
  assertEquals(await codeOf(waiting), "left");
  const [away] = scene.take();
  assert(away?.state === "away");
  assertEquals([away.info.closeCode, away.delay], [1006, 500]);
  for (const ask of [client.echo(1), client.echoBytes(new Uint8Array(1)), client.send("a", 1)]) {
    assertEquals(await codeOf(ask), "left");
  }
  for (const ask of [client.publish("a", 1), client.list(), client.subscribe("other")]) {
    assertEquals(await codeOf(ask), "left");
  }
  // Nothing is asked for that, and it is not forgotten.
  await client.unsubscribe("left");
  const bob = await scene.enter("bob");
  await bob.subscribe("Zo\u00eb");
  await scene.wait();
  assertEquals(scene.take(), [{
    state: "in",
    name: "ann",
    topics: [{ topic: "Zo\u00eb", members: ["ann", "bob"], total: 2 }, { topic: "plain" }],
    members: ["ann", "bob"],
    total: 2,
  }]);
  assertEquals([...client.topics], [["Zo\u00eb", true], ["plain", false]]);
  await bob.publish("Zo\u00eb", "hello");
  await bob.connection.close();
  await settle();
  assertEquals(scene.events, [
    { type: "message", topic: "Zo\u00eb", from: "bob", data: "hello" },
    { type: "left", name: "bob" },
  ]);
  await client.close();
  await scene.hub.close();
});

test("its lists hold whatever was told while it came in", async () => {
  const scene = new Scene({ presence: true });
  await scene.client.entered;
  await scene.client.subscribe("news", { presence: true });
  await scene.drop();
  scene.take();
  scene.clock.advance(30_000);
  const others = Array.from({ length: 20 }, (_, index) => `m${index}`);
  // Every one of these is under way while the client comes back.
  const clients = await Promise.all(others.map((name) => scene.enter(name)));
  for (const client of clients.slice(0, 10)) void client.subscribe("news");
  void clients[0]!.connection.close();
  void clients[19]!.connection.close();
  while (scene.states.length === 0) await undefined;
  const [state] = scene.take();
  assert(state?.state === "in");
  let told = scene.events.splice(0).length;
  const [all, news] = [new Set(state.members), new Set(state.topics[0]!.members)];
  const isTold = () => {
    for (const event of scene.events.splice(0)) {
      if (event.type === "joined") (event.topic === undefined ? all : news).add(event.name);
      if (event.type === "left" && event.topic === undefined) all.delete(event.name);
      if (event.type === "left") news.delete(event.name);
      told++;
    }
    return [...all].sort().join() === ["ann", ...others.slice(1, 19)].sort().join() &&
      [...news].sort().join() === ["ann", ...others.slice(1, 10)].sort().join();
  };
  await until(isTold);
  await settle();
  assert(isTold() && told > 0);
  await scene.client.close();
  await scene.hub.close();
});

test("a login that is refused and would be again, ends it with the error", async () => {
  const cases: [Partial<ReconnectingHubClientOptions>, HubOptions, string][] = [
    [{ name: "" }, {}, "invalid-name"],
    [{ name: "bob" }, {}, "name-taken"],
    [{}, { authorize: (action) => action.type !== "join" || action.name !== "ann" }, "not-allowed"],
    [{ presence: true }, { authorize: (action) => action.type !== "list" }, "not-allowed"],
  ];
  for (const [options, hub, code] of cases) {
    const scene = new Scene(options, hub, ["bob"]);
    assertEquals(await codeOf(scene.client.entered), code);
    const [out, ...more] = scene.take();
    assert(out?.state === "out" && out.error instanceof HubError);
    assertEquals([out.error.code, more.length, scene.client.state], [code, 0, "out"]);
    await scene.connections[0]!.closed;
    assertEquals([scene.connections.length, scene.clock.pending], [1, 0]);
    await scene.hub.close();
  }
});

test("a login that is refused for the time being is tried again", async () => {
  const scene = new Scene({}, { maxMembers: 1 }, ["bob"]);
  for (let count = 0; count < 3; count++) {
    await settle();
    const [away] = scene.take();
    assert(away?.state === "away" && away.error instanceof HubError);
    assertEquals(away.error.code, "too-many-members");
    await scene.wait();
  }
  await scene.hub.member("bob")!.connection.close();
  await scene.wait();
  await scene.client.entered;
  await scene.client.close();
  await scene.hub.close();
});

test("a name that was its own may be taken for a while, but not for ever", async () => {
  for (const isFreed of [true, false]) {
    const scene = new Scene();
    await scene.client.entered;
    scene.isDown = true;
    await scene.drop();
    scene.isDown = false;
    const ghost = await scene.enter("ann");
    for (let count = 0; count < 11; count++) await scene.wait();
    assertEquals(scene.client.state, "away");
    if (isFreed) {
      await ghost.connection.close();
      await settle();
    }
    await scene.wait();
    assertEquals(scene.client.state, isFreed ? "in" : "out");
    const last = scene.states.at(-1)!;
    if (last.state === "out") assertEquals((last.error as HubError).code, "name-taken");
    await scene.client.close();
    await scene.hub.close();
  }
});

test("it goes on connecting while the server is down, sooner when it is told to", async () => {
  const scene = new Scene({ baseDelay: 100, maxDelay: 400 });
  scene.isDown = true;
  await settle();
  assertEquals(await codeOf(scene.client.list()), "left");
  for (const delay of [50, 100, 200, 200]) {
    const [away] = scene.take();
    assert(away?.state === "away");
    assertEquals([away.delay, (away.error as Error).message], [delay, "down"]);
    await scene.wait(delay);
  }
  scene.isDown = false;
  scene.client.retry();
  await scene.client.entered;
  await scene.client.close();
  await scene.hub.close();
});

test("an end that another attempt would not mend ends it, as shouldReconnect has it", async () => {
  for (const [closeCode, comesBack] of [[1001, true], [1008, false], [1000, false]] as const) {
    const scene = new Scene();
    await scene.client.entered;
    await scene.connections[0]!.close({ closeCode, reason: "enough" });
    await settle();
    const { state, info } = scene.states.at(-1) as HubClientState & { readonly state: "out" };
    assertEquals([state, info.closeCode, info.reason], [comesBack ? "away" : "out", closeCode, "enough"]);
    await scene.client.close();
  }
  const never = new Scene({ shouldReconnect: () => false });
  await never.client.entered;
  await never.drop();
  assertEquals(never.client.state, "out");
  const once = new Scene({ maxRetries: 0 });
  await once.client.entered;
  await once.drop();
  assertEquals(once.client.state, "out");
});

test("a topic that the server refuses on the way back is told of and given up", async () => {
  let allows = true;
  const authorize = (action: HubAction) => action.type !== "subscribe" || action.topic !== "secret" || allows;
  const scene = new Scene({}, { authorize });
  await scene.client.entered;
  await scene.client.subscribe("secret");
  await scene.client.subscribe("news");
  allows = false;
  await scene.drop();
  scene.take();
  await scene.wait();
  const [state] = scene.take();
  assert(state?.state === "in");
  const [secret, news] = state.topics;
  assertEquals([secret?.topic, secret?.error?.code, news], ["secret", "not-allowed", { topic: "news" }]);
  assertEquals([...scene.client.topics.keys()], ["news"]);
  await scene.client.close();
  await scene.hub.close();
});

test("what is unsubscribed from on the way back is not subscribed to", async () => {
  const scene = new Scene();
  await scene.client.entered;
  await scene.client.subscribe("news");
  await scene.drop();
  scene.clock.advance(30_000);
  while ((await scene.hub.subscribers("news")).length === 0) await undefined;
  await scene.client.unsubscribe("news");
  await settle();
  assertEquals([scene.client.state, await scene.hub.subscribers("news")], ["in", []]);
  await scene.client.close();
  await scene.hub.close();
});

test("close() ends it wherever it is, without an error", async () => {
  const ways: ((scene: Scene) => Promise<void>)[] = [
    () => Promise.resolve(),
    () => Promise.resolve().then(() => {}),
    (scene) => scene.client.entered,
    async (scene) => {
      await scene.client.entered;
      await scene.drop();
    },
    async (scene) => {
      await scene.client.entered;
      await scene.drop();
      scene.clock.advance(30_000);
      await undefined;
    },
  ];
  for (const [index, reach] of ways.entries()) {
    const scene = new Scene();
    await reach(scene);
    await scene.client.close();
    const out = scene.states.at(-1)!;
    assertEquals([out.state, "error" in out], ["out", false], `${index}`);
    if (index < 2) assertEquals(await codeOf(scene.client.entered), "left");
    await settle();
    assertEquals([scene.hub.names(), scene.clock.pending, scene.client.state], [[], 0, "out"], `${index}`);
    assertEquals(await codeOf(scene.client.list()), "left");
  }
});

test("what a listener throws ends it with that", async () => {
  const broken = new Error("broken");
  const fail = () => {
    throw broken;
  };
  const onEvent = new Scene({ onEvent: fail });
  await onEvent.client.entered;
  await onEvent.client.send("ann", 1).catch(() => {});
  assertEquals((await onEvent.client.closed).closeCode, 1011);
  const onState = new Scene({ onState: fail });
  await onState.client.closed;
  assertEquals((await onState.connections[0]!.closed).closeCode, 1011);
  for (const { client, connections, states, clock } of [onEvent, onState]) {
    assertEquals([client.state, connections.length, clock.pending], ["out", 1, 0]);
    const [last] = states.slice(-1);
    if (last !== undefined) assertEquals(last.state === "out" && last.error, broken);
  }
});

test("a server that does not answer the login is given up for another attempt", async () => {
  const clock = createManualClock();
  const states: HubClientState[] = [];
  const client = new ReconnectingHubClient(() => createWebSocketPair()[0], {
    name: "ann",
    clock,
    connectTimeout: 1000,
    onState: (state) => states.push(state),
  });
  for (let count = 0; count < 3; count++) {
    await settle();
    clock.advance(1000);
    await settle();
    assertEquals(states.length, count + 1);
    client.retry();
  }
  assert(states.every(({ state }) => state === "away"));
  await client.close();
});

test("options that mean nothing are refused at once", () => {
  const connect = () => createWebSocketPair()[0];
  const name = "ann";
  assertThrows(() => new ReconnectingHubClient(1 as never, { name }), TypeError, "connect");
  assertThrows(() => new ReconnectingHubClient(connect, {} as never), TypeError, "name");
  for (const option of ["onEvent", "onState", "shouldReconnect", "random"]) {
    assertThrows(() => new ReconnectingHubClient(connect, { name, [option]: 1 }), TypeError, option);
  }
  for (const option of ["baseDelay", "maxDelay", "requestTimeout", "maxRequestLength", "connectTimeout"]) {
    assertThrows(() => new ReconnectingHubClient(connect, { name, [option]: -1 }), RangeError, option);
  }
});
