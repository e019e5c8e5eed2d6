import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { toWebSocket } from "../../src/connection/to_web_socket.ts";
import { HandshakeError } from "../../src/handshake/handshake_error.ts";
import { FlakyNetwork } from "../kit/flaky_network.ts";
import { HeldBlob } from "../kit/held_blob.ts";
import { settle } from "../kit/held_connection.ts";
import { nextEvent, recordEvents } from "../kit/socket_events.ts";

test("toWebSocket() makes a WebSocket of a connection that comes back, and that stays open", async () => {
  const network = new FlakyNetwork();
  const socket = toWebSocket(network.client);
  const events = recordEvents(socket);
  for (const name of ["a", "b"]) {
    socket.send(name);
    const server = await network.accept();
    assertEquals(await server.receive(), name);
    await server.send(name);
    await network.drop(server, 1012);
    await network.pass(1000);
  }
  const server = await network.accept();
  const closed = nextEvent(socket, "close");
  socket.close(4000, "done");
  assertEquals((await server.closed).closeCode, 4000);
  await closed;
  assertEquals(events, ["1 open", "1 message a", "1 message b", "3 close 4000 clean"]);
});

test("a WebSocket that comes back outlives drops with any number of messages on their way, which are lost", async () => {
  const network = new FlakyNetwork({ stableAfter: 0 });
  const socket = toWebSocket(network.client);
  const events = recordEvents(socket);
  await nextEvent(socket, "open");
  for (let round = 0; round < 3; round++) {
    const server = await network.accept();
    for (let index = 0; index < 4; index++) socket.send(new Uint8Array(100_000));
    const blob = new HeldBlob(["behind them"]);
    socket.send(blob);
    assert(socket.bufferedAmount > 400_000);
    blob.read();
    await settle();
    await network.drop(server);
    assertEquals([socket.readyState, socket.bufferedAmount], [1, 0]);
    await network.pass(500);
  }
  const server = await network.accept();
  socket.send("next");
  assertEquals(await server.receive(), "next");
  socket.close();
  await nextEvent(socket, "close");
  assertEquals(events, ["1 open", "3 close 1000 clean"]);
});

test("a Blob that is read only when the connection is gone goes to the next, and counts once until then", async () => {
  const network = new FlakyNetwork({ stableAfter: 0 });
  const socket = toWebSocket(network.client);
  await nextEvent(socket, "open");
  const first = await network.accept();
  const blob = new HeldBlob(["the Blob"]);
  socket.send(new Uint8Array(100_000));
  socket.send(blob);
  socket.send("behind it");
  await settle();
  await network.drop(first);
  blob.read();
  await settle();
  assertEquals([socket.readyState, socket.bufferedAmount], [1, 17]);
  await network.pass(500);
  const server = await network.accept();
  assertEquals(await server.receive(), new TextEncoder().encode("the Blob"));
  assertEquals(await server.receive(), "behind it");
  assertEquals(socket.bufferedAmount, 0);
  network.client.abort();
  await nextEvent(socket, "close");
});

test("with whenOffline refuse, what is sent between two connections is lost, and the WebSocket lives on", async () => {
  const network = new FlakyNetwork({ stableAfter: 0, whenOffline: "refuse" });
  const socket = toWebSocket(network.client);
  const events = recordEvents(socket);
  await nextEvent(socket, "open");
  for (let round = 0; round < 3; round++) {
    const blob = new HeldBlob(["lost too"]);
    socket.send("lost");
    socket.send(blob);
    blob.read();
    await settle();
    assertEquals([socket.readyState, socket.bufferedAmount], [1, 0]);
    const server = await network.accept();
    socket.send("now");
    assertEquals(await server.receive(), "now");
    await network.drop(server, 1012);
    await network.pass(500);
  }
  network.client.abort();
  await nextEvent(socket, "close");
  assertEquals(events, ["1 open", "3 close 1006 unclean"]);
});

test("more than may wait for the next connection ends the WebSocket with error and close, as full", async () => {
  const network = new FlakyNetwork({ maxQueuedMessages: 2 });
  const socket = toWebSocket(network.client);
  const events = recordEvents(socket);
  const error = nextEvent(socket, "error");
  await nextEvent(socket, "open");
  for (const message of ["1", "2", "3", "4"]) socket.send(message);
  await nextEvent(socket, "close");
  assertEquals(events, ["1 open", "3 error", "3 close 1006 unclean"]);
  assert((await error as ErrorEvent).error instanceof RangeError);
  assertEquals(socket.bufferedAmount, 4);
  await network.assertClosed();
});

test("a final end that is a refusal is told as error and close, and one that is a loss as close alone", async () => {
  const response = { status: 403, statusText: "", headers: new Headers() };
  for (const refusal of [new HandshakeError("Cannot connect: 403", response), new Error("lost")]) {
    const network = new FlakyNetwork({ maxRetries: 0 });
    const socket = toWebSocket(network.client);
    const events = recordEvents(socket);
    const errors: unknown[] = [];
    socket.onerror = (event) => errors.push((event as ErrorEvent).error);
    await nextEvent(socket, "open");
    const closed = nextEvent(socket, "close");
    await network.refuse(refusal);
    await closed;
    const told = refusal instanceof HandshakeError;
    assertEquals(events, ["1 open", ...told ? ["3 error"] : [], "3 close 1006 unclean"]);
    assertEquals(errors, told ? [refusal] : []);
    await network.assertClosed();
  }
});

test("connections that have a way to receive of their own end the WebSocket with error and close, once", async () => {
  const network = new FlakyNetwork();
  const socket = toWebSocket(network.client);
  const events = recordEvents(socket);
  const error = nextEvent(socket, "error");
  const closed = nextEvent(socket, "close");
  const server = await network.accept({ onMessage() {} });
  await closed;
  assertEquals(events, ["1 open", "3 error", "3 close 1006 unclean"]);
  assert((await error as ErrorEvent).error instanceof TypeError);
  assertEquals((await server.closed).closeCode, 1006);
  await network.assertClosed();
});
