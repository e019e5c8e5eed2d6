import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { createWebSocketPair } from "../../src/connection/create_web_socket_pair.ts";
import { toWebSocket } from "../../src/connection/to_web_socket.ts";
import { settle } from "../kit/held_connection.ts";
import { nextEvent, recordEvents } from "../kit/socket_events.ts";

/** The name of the `DOMException` that a call throws. */
function nameOf(call: () => void): string {
  return assertThrows(call, DOMException).name;
}

test("close() takes 1000 and 3000 to 4999, and throws InvalidAccessError for any other code", async () => {
  const [client, server] = createWebSocketPair();
  const socket = toWebSocket(client);
  const close = (code: unknown) => socket.close(code as number);
  for (
    const code of [0, 999, 1001, 1005, 1006, 1011, 2999, 5000, 65536 + 1000, -1, NaN, null, "text", 999.4, {}]
  ) {
    assertEquals(nameOf(() => close(code)), "InvalidAccessError", `${code}`);
  }
  assertEquals(socket.readyState, 1);
  close(3000);
  assertEquals(socket.readyState, 2);
  assertEquals((await server.closed).closeCode, 3000);
});

test("close() converts its code as Web IDL does", async () => {
  for (const [code, expected] of [["4000", 4000], [2999.5, 3000], [4998.5, 4998], [1000.4, 1000]] as const) {
    const [client, server] = createWebSocketPair();
    toWebSocket(client).close(code as number);
    assertEquals((await server.closed).closeCode, expected);
  }
});

test("close() throws SyntaxError for a reason of more than 123 bytes of UTF-8", async () => {
  const [client, server] = createWebSocketPair();
  const socket = toWebSocket(client);
  assertEquals(nameOf(() => socket.close(1000, "x".repeat(124))), "SyntaxError");
  assertEquals(nameOf(() => socket.close(1000, "ö".repeat(62))), "SyntaxError");
  assertEquals(nameOf(() => socket.close(1001, "x".repeat(124))), "InvalidAccessError");
  assertEquals(nameOf(() => socket.close(undefined, "x".repeat(124))), "SyntaxError");
  const reason = `${"ö".repeat(61)}x`;
  socket.close(4999, reason);
  assertEquals((await server.closed).reason, reason);
});

test("close() with a reason alone closes with 1000, and without anything too", async () => {
  for (const reason of ["bye", undefined]) {
    const [client, server] = createWebSocketPair();
    const socket = toWebSocket(client);
    const event = nextEvent(socket, "close");
    socket.close(undefined, reason);
    const { closeCode, reason: told } = await server.closed;
    assertEquals([closeCode, told], [1000, reason ?? ""]);
    const { code, wasClean } = await event;
    assertEquals([code, wasClean], [1000, true]);
  }
});

test("close() may be called again, checks its arguments first, and changes nothing", async () => {
  const [client, server] = createWebSocketPair();
  const socket = toWebSocket(client);
  const events = recordEvents(socket);
  await nextEvent(socket, "open");
  const closed = nextEvent(socket, "close");
  socket.close(4000, "first");
  socket.close(4001, "second");
  assertEquals(nameOf(() => socket.close(1001)), "InvalidAccessError");
  assertEquals((await server.closed).closeCode, 4000);
  await closed;
  socket.close();
  assertEquals(nameOf(() => socket.close(1001)), "InvalidAccessError");
  await settle();
  assertEquals(events, ["1 open", "3 close 4000 clean"]);
});

test("close() sends what was given to send() first, Blobs too, and passes over what arrives", async () => {
  const [client, server] = createWebSocketPair();
  const socket = toWebSocket(client);
  const events = recordEvents(socket);
  await nextEvent(socket, "open");
  await server.send("crossing");
  socket.send("a");
  socket.send(new Blob(["b"]));
  socket.close();
  assertEquals(await server.receive(), "a");
  assertEquals(await server.receive(), new TextEncoder().encode("b"));
  assertEquals(await server.receive(), undefined);
  await nextEvent(socket, "close");
  assertEquals(events, ["1 open", "3 close 1000 clean"]);
});

test("close() inside open and message handlers ends the events there", async () => {
  const [client, server] = createWebSocketPair();
  const socket = toWebSocket(client);
  const events = recordEvents(socket);
  socket.onmessage = () => socket.close(4000);
  await server.send("one");
  await server.send("two");
  await nextEvent(socket, "close");
  assertEquals(events, ["1 open", "1 message one", "3 close 4000 clean"]);
});

test("a close event is a CloseEvent where the runtime has them, and has its fields everywhere", async () => {
  const [client, server] = createWebSocketPair();
  const socket = toWebSocket(client);
  const closed = nextEvent(socket, "close");
  await server.close({ closeCode: 1001, reason: "later" });
  const event = await closed;
  assertEquals([event.type, event.bubbles, event.cancelable], ["close", false, false]);
  assertEquals([event.code, event.reason, event.wasClean], [1001, "later", true]);
  if (typeof CloseEvent === "function") assertEquals(event instanceof CloseEvent, true);
});
