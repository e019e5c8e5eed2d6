import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { type Client, type ClientOptions, createClient } from "graphql-ws/client";
import { acceptWebSocket } from "../../src/connection/accept_web_socket.ts";
import { connectWebSocket } from "../../src/connection/connect_web_socket.ts";
import { ReconnectingConnection } from "../../src/connection/reconnecting_connection.ts";
import { toWebSocketClass } from "../../src/connection/to_web_socket_class.ts";
import type { WebSocketConnection } from "../../src/connection/web_socket_connection.ts";
import { createTransportPair } from "../../src/testing/transport_pair.ts";
import { settle } from "../kit/held_connection.ts";
import { createGraphqlServer, type GraphqlServer } from "../kit/serve_graphql.ts";

/** A client of graphql-ws whose sockets are ours, of a server that is graphql-ws over ours. */
function createPeers(options: Partial<ClientOptions> = {}) {
  const server = createGraphqlServer();
  const serving: Promise<void>[] = [];
  const accepted: WebSocketConnection[] = [];
  const WebSocket = toWebSocketClass((url, options) => {
    const [near, far] = createTransportPair();
    serving.push(serve(far));
    return connectWebSocket(url, near, options);
  });
  async function serve(transport: ReturnType<typeof createTransportPair>[1]): Promise<void> {
    const connection = await acceptWebSocket(transport, { protocols: ["graphql-transport-ws"] });
    accepted.push(connection);
    await server.serve(connection);
  }
  const client = createClient({ url: "ws://example.com/graphql", webSocketImpl: WebSocket, ...options });
  return { client, server, serving, accepted };
}

async function query(client: Client, text: string): Promise<unknown> {
  let answer: unknown;
  for await (const { data } of client.iterate({ query: text })) answer = data;
  return answer;
}

async function untilIdle(server: GraphqlServer): Promise<void> {
  while (server.subscriptions > 0) await settle();
}

test("graphql-ws: a query over our connections, both ends", async () => {
  const { client, serving } = createPeers();
  assertEquals(await query(client, `{ greet(name: "Größe") }`), { greet: "Hello Größe" });
  await client.dispose();
  await Promise.all(serving);
});

test("graphql-ws: a subscription comes in order, and ends with the server's", async () => {
  const { client, serving } = createPeers();
  const counts: unknown[] = [];
  for await (const { data } of client.iterate({ query: "subscription { count(from: 1, to: 100) }" })) {
    counts.push(data?.["count"]);
  }
  assertEquals(counts, Array.from({ length: 100 }, (_, index) => index + 1));
  await client.dispose();
  await Promise.all(serving);
});

test("graphql-ws: leaving a subscription ends it at the server, and others go on", async () => {
  const { client, server, serving } = createPeers({ lazy: false });
  for await (const { data } of client.iterate({ query: "subscription { count(from: 1) }" })) {
    if (data?.["count"] === 3) break;
  }
  assertEquals(await query(client, `{ greet(name: "again") }`), { greet: "Hello again" });
  await untilIdle(server);
  assertEquals(serving.length, 1);
  await client.dispose();
  await Promise.all(serving);
});

test("graphql-ws: the close code of a refusal reaches the client", async () => {
  const { client, serving } = createPeers({ connectionParams: { forbidden: true }, retryAttempts: 0 });
  let refusal: unknown;
  await query(client, `{ greet(name: "x") }`).catch((error) => refusal = error);
  const { code, reason } = refusal as CloseEvent;
  assertEquals([code, reason], [4403, "Forbidden"]);
  await client.dispose();
  await Promise.all(serving);
});

test("graphql-ws: its client comes back by itself when the server vanishes", async () => {
  const { client, serving, accepted } = createPeers({ lazy: false, retryWait: () => settle() });
  assertEquals(await query(client, `{ greet(name: "one") }`), { greet: "Hello one" });
  accepted[0]!.abort();
  while (accepted.length < 2) await settle();
  assertEquals(await query(client, `{ greet(name: "two") }`), { greet: "Hello two" });
  await client.dispose();
  await Promise.all(serving);
});

test("graphql-ws: over a ReconnectingConnection whose onOpen greets anew, queries outlive the server", async () => {
  const server = createGraphqlServer();
  const accepted: WebSocketConnection[] = [];
  const connection = new ReconnectingConnection(async ({ signal }) => {
    const [near, far] = createTransportPair();
    const protocols = ["graphql-transport-ws"];
    const [client, served] = await Promise.all([
      connectWebSocket("ws://example.com/graphql", near, { protocols, signal }),
      acceptWebSocket(far, { protocols }),
    ]);
    accepted.push(served);
    void server.serve(served);
    return client;
  }, {
    baseDelay: 1,
    async onOpen(connection) {
      await connection.send(`{"type":"connection_init"}`);
      assertEquals(await connection.receive(), `{"type":"connection_ack"}`);
    },
  });
  for (const id of ["1", "2"]) {
    const payload = { query: `{ greet(name: "${id}") }` };
    await connection.send(JSON.stringify({ type: "subscribe", id, payload }));
    assertEquals(JSON.parse(`${await connection.receive()}`).payload, { data: { greet: `Hello ${id}` } });
    assertEquals(JSON.parse(`${await connection.receive()}`), { type: "complete", id });
    accepted.at(-1)!.abort();
    await settle();
  }
  await connection.close();
});
