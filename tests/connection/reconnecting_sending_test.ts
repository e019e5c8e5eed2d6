import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { prepareMessage } from "../../src/connection/prepare_message.ts";
import { WebSocketError } from "../../src/connection/web_socket_error.ts";
import { FlakyNetwork } from "../kit/flaky_network.ts";
import { settle, stateOf } from "../kit/held_connection.ts";

test("what is sent before the first connection, and between two, waits and leaves in order", async () => {
  const network = new FlakyNetwork();
  const { client } = network;
  const early = [client.send("1"), client.send(Uint8Array.of(2)), client.send(prepareMessage("3"))];
  assertEquals([await stateOf(early[0]!), client.bufferedAmount], ["pending", 3]);
  const first = await network.accept();
  await Promise.all(early);
  await client.send("4");
  assertEquals(
    [await first.receive(), await first.receive(), await first.receive(), await first.receive()],
    ["1", Uint8Array.of(2), "3", "4"],
  );
  await network.drop(first);
  const late = client.send("5");
  await network.pass(1000);
  const second = await network.accept();
  await late;
  assertEquals(await second.receive(), "5");
  await client.close();
  await network.assertGone();
});

test("10 000 messages sent while there is no connection: as many wait as may, the rest is refused", async () => {
  const network = new FlakyNetwork({ maxQueuedMessages: 1000 });
  const outcomes = await Promise.allSettled([
    ...Array.from({ length: 10_000 }, (_, index) => network.client.send(`${index}`)),
    network.accept().then(async (server) => {
      for (let index = 0; index < 1000; index++) assertEquals(await server.receive(), `${index}`);
    }),
  ]);
  assertEquals(outcomes.filter(({ status }) => status === "fulfilled").length, 1001);
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  assertEquals(refused.length, 9000);
  assert(refused.every(({ reason }) => reason instanceof RangeError));
  await network.client.close();
  await network.assertGone();
});

test("maxQueuedBytes counts the bytes of what waits", async () => {
  const network = new FlakyNetwork({ maxQueuedBytes: 10 });
  const { client } = network;
  void client.send("größe");
  await assertRejects(() => client.send("1234"), RangeError, "7 bytes wait");
  void client.send(new Uint8Array(3));
  await assertRejects(() => client.send("x"), RangeError);
  void client.send("");
  assertEquals(client.bufferedAmount, 10);
  const server = await network.accept();
  assertEquals([await server.receive(), await server.receive(), await server.receive()], [
    "größe",
    new Uint8Array(3),
    "",
  ]);
  await client.close();
  await network.assertGone();
});

test("whenOffline refuse rejects with WebSocketError while there is no connection", async () => {
  const network = new FlakyNetwork({ whenOffline: "refuse" });
  const { client } = network;
  await assertRejects(() => client.send("early"), WebSocketError);
  const server = await network.accept();
  await client.send("now");
  assertEquals(await server.receive(), "now");
  await network.drop(server);
  await assertRejects(() => client.send("between"), WebSocketError);
  client.abort();
  await network.assertGone();
});

test("a message that is on its way when its connection ends is refused, and not sent again", async () => {
  const network = new FlakyNetwork();
  const { client } = network;
  const first = await network.accept();
  const large = client.send(new Uint8Array(1_000_000));
  assertEquals(await stateOf(large), "pending");
  await network.drop(first);
  await assertRejects(() => large, WebSocketError);
  await network.pass(1000);
  const second = await network.accept();
  await client.send("next");
  assertEquals(await second.receive(), "next");
  await client.close();
  await network.assertGone();
});

test("what still waits at the final end is refused, and nobody need look", async () => {
  const network = new FlakyNetwork();
  const waiting = network.client.send("never");
  void network.client.send("nor this");
  await network.refuse();
  await network.client.close();
  const error = await assertRejects(() => waiting, WebSocketError);
  assertEquals(error.closeCode, 1006);
  await assertRejects(() => network.client.send("after"), WebSocketError);
  void network.client.send("nor after");
  await settle();
  await network.assertGone();
});

test("what is neither text nor bytes is refused with TypeError, with and without a connection", async () => {
  const network = new FlakyNetwork();
  const send = () => network.client.send(1 as unknown as string);
  await assertRejects(send, TypeError);
  const server = await network.accept();
  await assertRejects(send, TypeError);
  await network.client.close();
  await server.closed;
  await network.assertGone();
});
