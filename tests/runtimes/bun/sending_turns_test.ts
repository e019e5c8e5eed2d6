import { test } from "node:test";
import { assertEquals } from "@std/assert";
import type { WebSocketConnection } from "../../../mod.ts";
import {
  type BunServer,
  type NativeConnection,
  openWebSocket,
  upgradeWebSocket,
  websocket,
} from "../../../src/runtime/bun.ts";

declare const Bun: {
  serve(options: object): BunServer & { readonly port: number; stop(force?: boolean): Promise<void> };
};

/** Runs with both ends of a connection of Bun.serve. */
async function withConnection(
  run: (server: NativeConnection, client: WebSocketConnection) => Promise<void>,
): Promise<void> {
  const accepted = Promise.withResolvers<NativeConnection>();
  const server = Bun.serve({
    port: 0,
    websocket,
    async fetch(request: Request, server: BunServer) {
      const { response, connection } = await upgradeWebSocket(request, server);
      if (connection !== undefined) accepted.resolve(connection);
      return response;
    },
  });
  try {
    const client = await openWebSocket(`ws://127.0.0.1:${server.port}/`);
    await run(await accepted.promise, client);
    client.abort();
  } finally {
    await server.stop(true);
  }
}

for (const size of [10, 1000, 50_000]) {
  test(`what a turn sends outside of a handler arrives in order, before the Close: ${size} bytes each`, async () => {
    await withConnection(async (server, client) => {
      const sent = Array.from({ length: 100 }, (_, at) => `${at}`.padEnd(size, "x"));
      for (const message of sent) void server.send(message);
      void server.close({ closeCode: 4000 });
      const received: unknown[] = [];
      for await (const message of client) received.push(message);
      assertEquals(received, sent);
      assertEquals((await client.closed).closeCode, 4000);
    });
  });
}

test("send() resolves where only the messages of its own turn were above the mark", async () => {
  await withConnection(async (server) => {
    await Promise.all(Array.from({ length: 20 }, () => server.send("x".repeat(10_000))));
    assertEquals(server.bufferedAmount, 0);
  });
});
