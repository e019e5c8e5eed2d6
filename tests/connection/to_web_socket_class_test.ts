import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { acceptWebSocket } from "../../src/connection/accept_web_socket.ts";
import { connectWebSocket } from "../../src/connection/connect_web_socket.ts";
import { createWebSocketPair } from "../../src/connection/create_web_socket_pair.ts";
import type { MessageConnection } from "../../src/connection/message_connection.ts";
import { toWebSocket } from "../../src/connection/to_web_socket.ts";
import { toWebSocketClass } from "../../src/connection/to_web_socket_class.ts";
import { createTransportPair } from "../../src/testing/transport_pair.ts";
import { settle } from "../kit/held_connection.ts";
import { nextEvent, recordEvents } from "../kit/socket_events.ts";

/** A class whose sockets never come to a connection, and what they ask for. */
function createWaitingClass() {
  const asked: { url: string; protocols: readonly string[]; signal: AbortSignal }[] = [];
  let connect: (connection: MessageConnection) => void = () => {};
  const connecting = new Promise<MessageConnection>((resolve) => connect = resolve);
  const Socket = toWebSocketClass((url, options) => {
    asked.push({ url, ...options });
    return connecting;
  });
  return { Socket, asked, connect };
}

test("a class of toWebSocketClass() has the constants, and sockets that are its own", () => {
  const { Socket } = createWaitingClass();
  assertEquals([Socket.CONNECTING, Socket.OPEN, Socket.CLOSING, Socket.CLOSED], [0, 1, 2, 3]);
  assertEquals(Socket.name, "WebSocket");
  assert(new Socket("ws://example.com/") instanceof Socket);
  assertThrows(() => (Socket as unknown as (url: string) => void)("ws://example.com/"), TypeError);
  assertThrows(() => toWebSocketClass(undefined as unknown as () => never), TypeError);
});

test("the URL is made absolute, and http: becomes ws:", () => {
  const { Socket, asked } = createWaitingClass();
  const cases = {
    "ws://example.com": "ws://example.com/",
    "WSS://EXAMPLE.com:443/a b?c": "wss://example.com/a%20b?c",
    "http://example.com:80/": "ws://example.com/",
    "https://example.com/x": "wss://example.com/x",
    "ws://example.com:8080/%23": "ws://example.com:8080/%23",
  };
  for (const [url, expected] of Object.entries(cases)) {
    assertEquals(new Socket(url).url, expected);
    assertEquals(new Socket(new URL(url)).url, expected);
    assertEquals(asked.at(-1)!.url, expected);
  }
});

test("a URL is relative to the page's, where there is one", () => {
  const { Socket } = createWaitingClass();
  const own = Object.getOwnPropertyDescriptor(globalThis, "location");
  const page = own?.configurable === false ? location.href : "https://example.com/a/page";
  if (own?.configurable !== false) {
    assertThrows(() => new Socket("chat"), DOMException);
    Object.defineProperty(globalThis, "location", { value: new URL(page), configurable: true });
  }
  try {
    assertEquals(new Socket("chat").url, new URL("chat", page).href.replace(/^http/, "ws"));
  } finally {
    if (own?.configurable) Object.defineProperty(globalThis, "location", own);
    else if (own === undefined) Reflect.deleteProperty(globalThis, "location");
  }
});

test("a URL or subprotocols that cannot be asked for are a SyntaxError", () => {
  const { Socket, asked } = createWaitingClass();
  const name = (url: string, protocols?: string | object) =>
    assertThrows(() => new Socket(url, protocols as string[]), DOMException).name;
  for (
    const url of ["ws://[::1/", "mailto:x@y", "file:///x", "ws://example.com/#", "https://h/#x", "wss:///"]
  ) {
    assertEquals(name(url), "SyntaxError", url);
  }
  for (const protocols of ["", "a b", "a,b", "ö", "a\0", ["a", "a"], ["a", ""], ["(x)"]]) {
    assertEquals(name("ws://example.com/", protocols), "SyntaxError", `${protocols}`);
  }
  // Options, as some runtimes' own class takes, are not passed over: credentials may be among them.
  assertEquals(name("ws://example.com/", { headers: { authorization: "Bearer secret" } }), "SyntaxError");
  assertEquals(asked, []);
});

test("subprotocols are a string, a list or none", () => {
  const { Socket, asked } = createWaitingClass();
  const standard: typeof WebSocket = Socket; // for libraries that ask for just that
  assertEquals(standard.OPEN, 1);
  new Socket("ws://example.com/");
  new Socket("ws://example.com/", "chat");
  new Socket("ws://example.com/", ["chat", "Chat", "!#$%&'*+-.^_`|~"]);
  assertEquals(asked.map(({ protocols }) => protocols), [[], ["chat"], [
    "chat",
    "Chat",
    "!#$%&'*+-.^_`|~",
  ]]);
});

test("while CONNECTING, a socket is empty, and send() throws InvalidStateError", async () => {
  const { Socket, connect } = createWaitingClass();
  const socket = new Socket("ws://example.com/", "chat");
  const events = recordEvents(socket);
  assertEquals([socket.readyState, socket.protocol, socket.extensions, socket.bufferedAmount], [
    0,
    "",
    "",
    0,
  ]);
  assertEquals(assertThrows(() => socket.send("early"), DOMException).name, "InvalidStateError");
  const [client, server] = createWebSocketPair({ protocol: "chat" });
  connect(client);
  await server.send("first");
  await nextEvent(socket, "message");
  assertEquals([socket.readyState, socket.protocol], [1, "chat"]);
  socket.close();
  await nextEvent(socket, "close");
  assertEquals(events, ["1 open", "1 message first", "3 close 1000 clean"]);
});

test("a connection that fails is told as error and close 1006, in one task", async () => {
  const reason = new Error("refused");
  const fail = () => {
    throw reason;
  };
  for (const connect of [fail, () => Promise.reject(reason), () => Promise.reject()]) {
    const socket = new (toWebSocketClass(connect))("ws://example.com/");
    const events = recordEvents(socket);
    assertEquals(socket.readyState, 0);
    const { error } = await nextEvent(socket, "error") as ErrorEvent;
    assert(error instanceof Error);
    assertEquals(error.message, error === reason ? "refused" : "Cannot connect");
    assertEquals(events, ["3 error", "3 close 1006 unclean"]);
  }
});

test("a refused handshake is told as error, with the response", async () => {
  const [near, far] = createTransportPair();
  const accepted = acceptWebSocket(far, { authorize: () => new Response(null, { status: 401 }) });
  accepted.catch(() => {});
  const Socket = toWebSocketClass((url, options) => connectWebSocket(url, near, options));
  const socket = new Socket("ws://example.com/");
  const error = (await nextEvent(socket, "error") as ErrorEvent).error;
  assertEquals([error.name, error.status], ["HandshakeError", 401]);
});

test("close() while CONNECTING aborts the attempt, and is told as error and close 1006", async () => {
  const { Socket, asked, connect } = createWaitingClass();
  const socket = new Socket("ws://example.com/");
  const events = recordEvents(socket);
  assertEquals(assertThrows(() => socket.close(1001), DOMException).name, "InvalidAccessError");
  assertEquals(socket.readyState, 0);
  socket.close(1000, "never mind");
  socket.close();
  socket.send("too late");
  assertEquals([socket.readyState, socket.bufferedAmount, asked[0]!.signal.aborted], [2, 8, true]);
  await nextEvent(socket, "close");
  assertEquals(events, ["3 error", "3 close 1006 unclean"]);

  const [client, server] = createWebSocketPair();
  connect(client);
  assertEquals((await server.closed).closeCode, 1006);
  await settle();
  assertEquals(events.length, 2);
});

test("an attempt that fails because the socket was closed is told once", async () => {
  const Socket = toWebSocketClass((_, { signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
  );
  const socket = new Socket("ws://example.com/");
  const events = recordEvents(socket);
  socket.close();
  await nextEvent(socket, "close");
  await settle();
  assertEquals(events, ["3 error", "3 close 1006 unclean"]);
});

test("toWebSocket() of a promise is CONNECTING until there is a connection", async () => {
  const [client, server] = createWebSocketPair();
  const socket = toWebSocket(Promise.resolve(client), { url: "ws://example.com/" });
  assertEquals(socket.readyState, 0);
  await nextEvent(socket, "open");
  assertEquals(socket.readyState, 1);
  socket.close();
  await server.closed;

  const [taken, peer] = createWebSocketPair({ onMessage() {} });
  const other = toWebSocket(Promise.resolve(taken));
  assert((await nextEvent(other, "error") as ErrorEvent).error instanceof TypeError);
  assertEquals((await peer.closed).closeCode, 1006);
});
