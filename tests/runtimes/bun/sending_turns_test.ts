import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { withServer } from "./with_server.ts";

for (const size of [10, 1000, 50_000]) {
  test(`what a turn sends outside of a handler arrives in order, before the Close: ${size} bytes each`, async () => {
    await withServer(async (connect) => {
      const { server, client } = await connect();
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
  await withServer(async (connect) => {
    const { server } = await connect();
    await Promise.all(Array.from({ length: 20 }, () => server.send("x".repeat(10_000))));
    assertEquals(server.bufferedAmount, 0);
  });
});
