import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { openWebSocket } from "../../../src/runtime/open_web_socket.ts";
import { testOpenWebSocket } from "../../kit/open_cases.ts";
import { settle } from "../../kit/held_connection.ts";
import { findPeers } from "../../kit/read_environment.ts";

testOpenWebSocket("WebSocketStream");
testOpenWebSocket("WebSocket");

/** How many messages of a flood have reached its client's side, once there come no more. */
async function readFlood(id: string): Promise<number> {
  for (let last = -1;;) {
    const connection = await openWebSocket(`${findPeers().trouble}/flooded?id=${id}`);
    const count = Number(await connection.receive());
    await connection.close();
    if (count > 0 && count === last) return count;
    last = count;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

test("openWebSocket() takes WebSocket by itself, which does not slow the server down", async () => {
  const connection = await openWebSocket(`${findPeers().trouble}/`);
  assertEquals(connection.capabilities.backpressure, false);
  await connection.close();
});

test("openWebSocket() by WebSocketStream slows the server down where the page does not read", async () => {
  const connection = await openWebSocket(`${findPeers().trouble}/flood?id=stream`, {
    socket: "WebSocketStream",
  });
  assertEquals(connection.capabilities.backpressure, true);
  const count = await readFlood("stream");
  assert(count < 512, `${count} messages`);
  for (let index = 0; index < 1024; index++) assertEquals((await connection.receive())?.length, 65536);
  await connection.close();
});

test("openWebSocket() by WebSocket closes with 1008 where more is unread than maxReceiveQueue allows", async () => {
  const connection = await openWebSocket(`${findPeers().trouble}/flood?id=socket`, {
    socket: "WebSocket",
    maxReceiveQueue: 1024 * 1024,
  });
  const { closeCode, wasClean } = await connection.closed;
  assertEquals([closeCode, wasClean], [1008, false]);
  let unread = 0;
  while (await connection.receive() !== undefined) unread++;
  assert(unread >= 15 && unread <= 17, `${unread} messages`);
  await settle();
});
