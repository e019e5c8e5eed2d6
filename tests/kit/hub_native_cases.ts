/**
 * A hub whose members come over sockets of a runtime's own: the same cases for each. Their server is `hub_native_server.ts`.
 *
 * @module
 */

import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { connectWebSocket, type WebSocketConnection } from "../../mod.ts";
import type { ByteTransport } from "../../src/connection/byte_transport.ts";
import { HubClient, type HubClientEvent, ReconnectingHubClient } from "../../src/hub/mod.ts";

/** A server of hubs. */
export interface NativeHubServer {
  /** What its connections are made by. */
  readonly name: string;
  /** Whether its connections tell how much waits for their peers. */
  readonly tellsQueue: boolean;
  /** Starts it: an URL without a path. */
  start(): Promise<{ readonly url: string; stop(): unknown }>;
  /** Connects to a port of 127.0.0.1. */
  dial(port: number): Promise<ByteTransport>;
}

/** Declares the tests. */
export function testNativeHub({ name, tellsQueue, start, dial }: NativeHubServer): void {
  /** Runs a test against a hub of its own. */
  const testHub = (
    sentence: string,
    run: (connect: (path: string) => Promise<WebSocketConnection>) => Promise<void>,
    kind = "hub",
  ) =>
    test(`${name}: ${sentence}`, async () => {
      const { url, stop } = await start();
      const id = `${kind}-${crypto.randomUUID()}`;
      const connections: WebSocketConnection[] = [];
      try {
        await run(async (path) => {
          const address = `${url}/hub/${id}${path}`;
          const connection = await connectWebSocket(address, await dial(Number(new URL(url).port)));
          connections.push(connection);
          return connection;
        });
      } finally {
        for (const connection of connections) connection.abort();
        await stop();
      }
    });

  /** Sends something, and what is answered. */
  const ask = async (connection: WebSocketConnection, question: string | Uint8Array<ArrayBuffer>) => {
    await connection.send(question);
    return JSON.parse(await connection.receive() as string);
  };

  testHub(
    "members publish to a topic, send to a name, and are gone when their connections are",
    async (connect) => {
      const [ann, bob] = [await connect("/ann"), await connect("/bob")];
      for (const member of [ann, bob]) assertEquals(await member.receive(), `"welcome"`);
      const second = await connect("/ann");
      assertEquals((await second.closed).reason, "name-taken");
      assertEquals(await ask(ann, "publish news Größe 👋🏽"), { delivered: 1, dropped: 0 });
      assertEquals(await ask(ann, Uint8Array.of(0, 255)), { delivered: 1, dropped: 0 });
      assertEquals(await ask(ann, "send bob to you alone"), true);
      assertEquals(await ask(ann, "send eve nobody"), false);
      assertEquals([await bob.receive(), await bob.receive(), await bob.receive()], [
        "Größe 👋🏽",
        Uint8Array.of(0, 255),
        "to you alone",
      ]);
      await bob.close();
      while ((await ask(ann, "names")).length > 1) await new Promise((resolve) => setTimeout(resolve, 10));
      assertEquals(await ask(ann, "send bob gone"), false);
      const again = await connect("/bob");
      assertEquals(await again.receive(), `"welcome"`);
      again.abort();
      while ((await ask(ann, "names")).length > 1) await new Promise((resolve) => setTimeout(resolve, 10));
    },
  );

  testHub("messages of many to many come in order, each once", async (connect) => {
    const names = ["ann", "bob", "eve"];
    const members = await Promise.all(names.map((name) => connect(`/${name}`)));
    for (const member of members) await member.receive();
    const got = members.map(async (member) => {
      const texts: string[] = [];
      while (texts.length < 200) {
        const text = await member.receive() as string;
        if (!text.startsWith("{")) texts.push(text);
      }
      return texts;
    });
    for (let count = 0; count < 100; count++) {
      for (const [index, member] of members.entries()) {
        await member.send(`publish news ${names[index]} ${count}`);
      }
    }
    for (const [index, texts] of (await Promise.all(got)).entries()) {
      for (const name of names.filter((name) => name !== names[index])) {
        const numbers = texts.filter((text) => text.startsWith(name)).map((text) =>
          Number(text.split(" ")[1])
        );
        assertEquals(numbers, Array.from({ length: 100 }, (_, count) => count));
      }
    }
  });

  testHub("close() closes everybody with 1001", async (connect) => {
    const members = await Promise.all(["ann", "bob"].map((name) => connect(`/${name}`)));
    for (const member of members) await member.receive();
    await members[0]!.send("close");
    for (const { closed } of members) assertEquals((await closed).closeCode, 1001);
  });

  testHub("clients of a HubServer log in, talk, and come back", async (connect) => {
    const events: HubClientEvent[] = [];
    let entered = 0;
    let connection!: WebSocketConnection;
    const ann = new ReconnectingHubClient(async () => connection = await connect(""), {
      name: "ann",
      presence: true,
      baseDelay: 20,
      onEvent: (event) => events.push(event),
      onState: ({ state }) => state === "in" && entered++,
    });
    await ann.entered;
    await ann.subscribe("news");
    const bob = new HubClient(await connect(""));
    assertEquals(await bob.login("bob", { presence: true }), {
      name: "bob",
      members: ["ann", "bob"],
      total: 2,
    });
    await bob.publish("news", { any: "JSON" });
    await bob.send("ann", "to you alone");
    assertEquals(await bob.echoBytes(Uint8Array.of(1, 2)), Uint8Array.of(1, 2));
    await bob.connection.close();
    while (events.length < 4) await ann.echo(null);
    assertEquals(events, [
      { type: "joined", name: "bob" },
      { type: "message", topic: "news", from: "bob", data: { any: "JSON" } },
      { type: "direct", from: "bob", data: "to you alone" },
      { type: "left", name: "bob" },
    ]);
    connection.abort();
    while (entered < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    assertEquals(await ann.list("news"), { members: ["ann"], total: 1 });
    await ann.close();
  });

  testHub("who does not log in in time is closed with 1008", async (connect) => {
    assertEquals((await (await connect("")).closed).closeCode, 1008);
  }, "late");

  if (!tellsQueue) return;
  for (const kind of ["drop", "close"]) {
    const fate = kind === "drop" ? "misses messages" : "is closed with 1013";
    testHub(`a member that does not read ${fate}, and the others get all`, async (connect) => {
      // Nothing is asked for on this connection, so that its peer has to wait.
      await connect("/slow");
      const reader = await connect("/reader");
      await reader.receive();
      // 40 MB, which is more than the buffers of a loopback connection hold, in portions that do not make the reader slow.
      for (let portion = 0; portion < 80; portion++) {
        await reader.send("flood 50");
        for (let count = 0; count < 50; count++) {
          assertEquals((await reader.receive() as string).length, 10_000);
        }
        const { dropped, closedSlow } = JSON.parse(await reader.receive() as string);
        if (portion < 79) continue;
        assert(dropped > 0);
        assertEquals(closedSlow, kind === "close" ? 1 : 0);
      }
      if (kind === "close") assertEquals(await ask(reader, "names"), ["reader"]);
    }, kind);
  }
}
