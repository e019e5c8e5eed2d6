import { test } from "node:test";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { connectWebSocket, HandshakeError, type WebSocketConnection } from "../../../mod.ts";
import { cloudflareTransport, HibernatingWebSockets } from "../../../src/runtime/cloudflare.ts";
import { readEnvironment } from "../../kit/read_environment.ts";
import { until } from "../../kit/until.ts";
import { connectSocket } from "./connect_socket.ts";

const base = readEnvironment("WORKERD_URL")!.replace("http:", "ws:");

/** A client of a room. */
async function enter(
  room: string,
  { name = "", tags = [], ...options }: {
    name?: string;
    tags?: string[];
    protocols?: string[];
    origin?: string;
  } = {},
): Promise<WebSocketConnection> {
  const socket = connectSocket(Number(new URL(base).port));
  const query = new URLSearchParams([["room", room]]);
  for (const tag of tags) query.append("tag", tag);
  return await connectWebSocket(`${base}room?${query}`, cloudflareTransport(socket), {
    protocols: options.protocols ?? [],
    headers: { "x-name": name, ...(options.origin === undefined ? {} : { origin: options.origin }) },
  });
}

/** Takes the room's object out of memory. */
async function evict(room: string, tags: string[] = []): Promise<void> {
  const query = new URLSearchParams([["room", room], ...tags.map((tag) => ["tag", tag])]);
  assertEquals(await (await fetch(`${readEnvironment("WORKERD_EVICT")}?${query}`)).text(), "done");
}

async function ask(connection: WebSocketConnection, question: string): Promise<unknown> {
  await connection.send(question);
  return JSON.parse(await connection.receive() as string);
}

test("a hibernating connection has its subprotocol, tags and state, and its request while that is known", async () => {
  const connection = await enter("one", { name: "Ada", tags: ["a", "b"], protocols: ["other", "chat"] });
  assertEquals(await ask(connection, "who"), {
    state: "Ada",
    tags: ["a", "b"],
    protocol: "chat",
    known: true,
    lives: 1,
  });
  await connection.close();
});

test("a connection outlives its object's time in memory, and so do its state, tags and subprotocol", async () => {
  const connection = await enter("two", { tags: ["a"], protocols: ["chat"] });
  await connection.send("name Grace");
  await ask(connection, "who");
  await evict("two", ["a"]);
  assertEquals(await ask(connection, "who"), {
    state: "Grace",
    tags: ["a"],
    protocol: "chat",
    known: false,
    lives: 2,
  });
  assertEquals((await connection.close({ closeCode: 4001 })).wasClean, true);
});

test("an object that wakes up reaches all its connections, and those with a tag", async () => {
  const [one, other] = [await enter("three", { name: "one" }), await enter("three", { name: "other" })];
  await evict("three");
  await one.send("all Hello");
  assertEquals([await one.receive(), await other.receive()], ["one Hello", "one Hello"]);
  await one.close();
  await other.send("all again");
  assertEquals(await other.receive(), "other again");
  await other.close();
  const [tagged] = [await enter("three", { tags: ["t"] })];
  await tagged.send("tagged t");
  assertEquals(await tagged.receive(), "you");
  await tagged.send("tagged none");
  await tagged.close();
});

test("messages of a connection are handled in order, one after the other", async () => {
  const connection = await enter("four");
  for (let count = 0; count < 10; count++) void connection.send(`slow ${count}`);
  for (let count = 0; count < 10; count++) assertEquals(await connection.receive(), `${count}`);
  await connection.send(Uint8Array.of(1, 2));
  assertEquals(await connection.receive(), Uint8Array.of(1, 2));
  await connection.close();
});

test("onClose tells once how each connection ended, whoever ended it", async () => {
  const closer = await enter("five", { name: "closer" });
  await closer.close({ closeCode: 4001, reason: "bye" });
  const closed = await enter("five", { name: "closed" });
  await closed.send("close 3000");
  assertEquals((await closed.closed).closeCode, 3000);
  const thrower = await enter("five", { name: "thrower" });
  await thrower.send("throw");
  assertEquals((await thrower.closed).closeCode, 1011);
  const big = await enter("five", { name: "big" });
  await big.send("x".repeat(1001));
  assertEquals((await big.closed).closeCode, 1009);
  const vanishing = await enter("five", { name: "vanishing" });
  vanishing.abort();
  const judge = await enter("five");
  await until(async () => (await ask(judge, "closings") as string[]).length === 5);
  assertEquals((await ask(judge, "closings") as string[]).sort(), [
    "big 1009 message over the limit false ProtocolError",
    "closed 3000  true ",
    "closer 4001 bye true ",
    "thrower 1011  true SyntaxError",
    "vanishing 1006  false ",
  ]);
  await judge.close();
});

test("HibernatingWebSockets.upgrade() refuses as every handshake does", async () => {
  const { status } = await assertRejects(
    () => enter("six", { origin: "https://evil.example" }),
    HandshakeError,
  );
  assertEquals(status, 403);
});

test("HibernatingWebSockets refuses options that mean nothing to a Durable Object", () => {
  const context = { acceptWebSocket() {}, getWebSockets: () => [], getTags: () => [] };
  const onMessage = () => {};
  for (
    const options of [{}, { onMessage: 1 }, { onMessage, onClose: 1 }, { onMessage, pingInterval: 1000 }]
  ) {
    assertThrows(() => new HibernatingWebSockets(context, options as { onMessage(): void }), TypeError);
  }
  assertThrows(() => new HibernatingWebSockets(context, { onMessage, maxMessageSize: 2 ** 26 }), RangeError);
});
