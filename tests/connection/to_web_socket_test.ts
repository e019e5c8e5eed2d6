import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { createWebSocketPair } from "../../src/connection/create_web_socket_pair.ts";
import { toWebSocket } from "../../src/connection/to_web_socket.ts";
import { HeldConnection, settle } from "../kit/held_connection.ts";
import { nextEvent, recordEvents } from "../kit/socket_events.ts";

test("toWebSocket() is OPEN at once, and tells open, messages and close in order", async () => {
  const [client, server] = createWebSocketPair({ protocol: "chat", extensions: "x-extension" });
  const socket = toWebSocket(client, { url: "ws://example.com/path" });
  assertEquals([socket.readyState, socket.protocol, socket.extensions], [1, "chat", "x-extension"]);
  assertEquals(socket.url, "ws://example.com/path");
  const events = recordEvents(socket);
  const closed = nextEvent(socket, "close");
  await server.send("one");
  await server.send("two");
  await server.close({ closeCode: 3000, reason: "enough" });
  await closed;
  assertEquals(events, ["1 open", "1 message one", "1 message two", "3 close 3000 clean enough"]);
});

test("toWebSocket() has a WebSocket's constants, attributes and name", async () => {
  const [client, server] = createWebSocketPair();
  const socket = toWebSocket(client);
  assertEquals([socket.CONNECTING, socket.OPEN, socket.CLOSING, socket.CLOSED], [0, 1, 2, 3]);
  assertEquals([socket.url, socket.protocol, socket.extensions], ["", "", ""]);
  assertEquals(Object.prototype.toString.call(socket), "[object WebSocket]");
  assert(socket instanceof EventTarget);
  assertEquals([socket.onopen, socket.onmessage, socket.onerror, socket.onclose], [null, null, null, null]);
  socket.close();
  await Promise.all([nextEvent(socket, "close"), server.closed]);
});

test("toWebSocket() tells nothing before the next task", async () => {
  const [client, server] = createWebSocketPair();
  const socket = toWebSocket(client);
  await server.send("early");
  for (let turn = 0; turn < 50; turn++) await undefined;
  const events = recordEvents(socket);
  assertEquals((await nextEvent(socket, "message")).data, "early");
  socket.close(1000);
  await nextEvent(socket, "close");
  assertEquals(events, ["1 open", "1 message early", "3 close 1000 clean"]);
});

test("a message event has the sender's origin, and arrives as a MessageEvent", async () => {
  const [client, server] = createWebSocketPair();
  const socket = toWebSocket(client, { url: new URL("wss://example.com:8443/path?query") });
  const message = nextEvent(socket, "message");
  await server.send("Hello");
  const event = await message;
  assert(event instanceof MessageEvent);
  assertEquals([event.data, event.bubbles, event.cancelable], ["Hello", false, false]);
  assertEquals(event.origin, "wss://example.com:8443");
  socket.close();
  await server.closed;
});

test("binaryType is blob, takes arraybuffer, and ignores anything else", async () => {
  const [client, server] = createWebSocketPair();
  const socket = toWebSocket(client);
  assertEquals(socket.binaryType, "blob");
  const first = nextEvent(socket, "message");
  await server.send(Uint8Array.of(1, 2, 3));
  const blob = (await first).data;
  assert(blob instanceof Blob);
  assertEquals(new Uint8Array(await blob.arrayBuffer()), Uint8Array.of(1, 2, 3));

  socket.binaryType = "arraybuffer";
  socket.binaryType = "nodebuffer" as BinaryType;
  assertEquals(socket.binaryType, "arraybuffer");
  for (const bytes of [Uint8Array.of(4, 5), new Uint8Array(0), new Uint8Array(70_000).fill(6)]) {
    const next = nextEvent(socket, "message");
    await server.send(bytes);
    const { data } = await next;
    assert(data instanceof ArrayBuffer);
    assertEquals(new Uint8Array(data), bytes);
  }
  socket.close();
  await server.closed;
});

test("on... attributes call one handler each, in its place among the listeners", async () => {
  const [client, server] = createWebSocketPair();
  const socket = toWebSocket(client);
  const calls: string[] = [];
  socket.addEventListener("message", () => calls.push("first"));
  socket.onmessage = () => calls.push("replaced");
  socket.addEventListener("message", () => calls.push("third"));
  socket.onmessage = function (event) {
    calls.push(`second ${this === socket} ${event.data}`);
  };
  await server.send("a");
  await nextEvent(socket, "message");
  assertEquals(calls.splice(0), ["first", "second true a", "third"]);

  const kept = { handleEvent: () => calls.push("never") };
  socket.onmessage = kept as unknown as () => void;
  assertEquals(socket.onmessage as unknown, kept);
  await server.send("b");
  await nextEvent(socket, "message");
  assertEquals(calls.splice(0), ["first", "third"]);

  for (const value of [null, undefined, 1, "text"]) {
    socket.onmessage = value as null;
    assertEquals(socket.onmessage, null);
  }
  socket.onmessage = () => calls.push("last");
  await server.send("c");
  await nextEvent(socket, "message");
  assertEquals(calls, ["first", "third", "last"]);
  socket.close();
  await server.closed;
});

test("each on... attribute is null, then the handler that it was set to, which is called", async () => {
  const [client, server] = createWebSocketPair();
  const socket = toWebSocket(client);
  const calls: string[] = [];
  for (const name of ["onopen", "onmessage", "onerror", "onclose"] as const) {
    assertEquals(socket[name], null);
    const handler = (event: Event) => void calls.push(`${name} ${event.type}`);
    socket[name] = handler;
    assertEquals(socket[name], handler);
  }
  socket.dispatchEvent(new Event("error"));
  await server.send("a");
  await nextEvent(socket, "message");
  socket.close();
  await nextEvent(socket, "close");
  assertEquals(calls, ["onerror error", "onopen open", "onmessage message", "onclose close"]);
});

test("an error that dispatchEvent() lets through goes to nobody's call, and ends nothing", async () => {
  const [client, server] = createWebSocketPair();
  const socket = toWebSocket(client);
  const { queueMicrotask } = globalThis;
  const thrown: (() => void)[] = [];
  socket.dispatchEvent = (event) => {
    EventTarget.prototype.dispatchEvent.call(socket, event);
    globalThis.queueMicrotask = (report) => {
      globalThis.queueMicrotask = queueMicrotask;
      thrown.push(report);
    };
    throw new Error(event.type);
  };
  await server.send("a");
  await nextEvent(socket, "message");
  socket.close();
  await nextEvent(socket, "close");
  for (const [index, type] of ["open", "message", "close"].entries()) {
    assertThrows(thrown[index]!, Error, type);
  }
});

test("a message that is part of a larger buffer is told without the rest of it", async () => {
  const [client, server] = createWebSocketPair();
  const part = Uint8Array.of(0, 1, 2, 3).subarray(1, 3);
  client[Symbol.asyncIterator] = async function* () {
    yield part;
  };
  const socket = toWebSocket(client);
  socket.binaryType = "arraybuffer";
  const { data } = await nextEvent(socket, "message");
  assertEquals(new Uint8Array(data), Uint8Array.of(1, 2));
  client.abort();
  await server.closed;
});

test("listeners take once, removal and objects with handleEvent", async () => {
  const [client, server] = createWebSocketPair();
  const socket = toWebSocket(client);
  const calls: string[] = [];
  const removed = () => calls.push("removed");
  socket.addEventListener("message", removed);
  socket.removeEventListener("message", removed);
  socket.addEventListener("message", () => calls.push("once"), { once: true });
  socket.addEventListener("message", { handleEvent: (event: Event) => void calls.push(event.type) });
  await server.send("a");
  await nextEvent(socket, "message");
  await server.send("b");
  await nextEvent(socket, "message");
  assertEquals(calls, ["once", "message", "message"]);
  socket.close();
  await server.closed;
});

test("a broken rule of the peer is told as error and close, with what was wrong", async () => {
  const held = new HeldConnection();
  const socket = toWebSocket(held.connection);
  const events = recordEvents(socket);
  const error = nextEvent(socket, "error");
  await settle();
  held.peerSends("text", "last");
  held.transport.deliver(Uint8Array.of(0xff, 0xff));
  held.transport.deliverEnd();
  await nextEvent(socket, "close");
  assertEquals(events.slice(0, 3), ["1 open", "1 message last", "3 error"]);
  assert(events[3]!.startsWith("3 close 1002 unclean"));
  assertEquals((await error as ErrorEvent).error.name, "ProtocolError");
  held.assertGone();
});

test("a peer that vanishes is told as close 1006 alone, as it broke no rule", async () => {
  for (const error of [undefined, new Error("reset")]) {
    const held = new HeldConnection();
    const socket = toWebSocket(held.connection);
    const events = recordEvents(socket);
    await settle();
    held.transport.deliver(held.encode("text", "half").subarray(0, 7));
    if (error === undefined) held.transport.deliverEnd();
    else held.transport.fail(error);
    await nextEvent(socket, "close");
    assertEquals(events, ["1 open", "3 close 1006 unclean"]);
    held.assertGone();
  }
});

test("toWebSocket() refuses a connection that is received from already, and a URL that is none", async () => {
  const [client, server] = createWebSocketPair({}, { onMessage() {} });
  assertThrows(() => toWebSocket(server), TypeError, "onMessage");
  assertThrows(() => toWebSocket(client, { url: "no URL" }), TypeError);
  await client.close();
});
