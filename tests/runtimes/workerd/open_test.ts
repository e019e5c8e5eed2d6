import { test } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { HandshakeError, WebSocketConnection } from "../../../mod.ts";
import { openWebSocket } from "../../../src/runtime/cloudflare.ts";
import { NativeConnection } from "../../../src/runtime/native_connection.ts";
import { findPeers } from "../../kit/read_environment.ts";

const { weft, nativeEcho } = findPeers();

/** Sends a message, expects it back, and closes. */
async function expectEcho(connection: WebSocketConnection | NativeConnection): Promise<void> {
  await connection.send("Hello");
  assertEquals(await connection.receive(), "Hello");
  await connection.send(Uint8Array.of(1, 2, 3));
  assertEquals(await connection.receive(), Uint8Array.of(1, 2, 3));
  assertEquals((await connection.close()).wasClean, true);
}

test("openWebSocket() has the engine over a socket", async () => {
  const connection = await openWebSocket(`${weft}/echo`, { protocols: ["chat"], pingInterval: 1000 });
  assertInstanceOf(connection, WebSocketConnection);
  assertEquals([connection.protocol, connection.response?.status], ["chat", 101]);
  assert(await connection.ping() >= 0);
  await expectEcho(connection);
});

test("openWebSocket() over fetch has the runtime's socket", async () => {
  for (const url of [`${weft}/echo`, nativeEcho]) {
    const connection = await openWebSocket(url, { over: "fetch" });
    assertInstanceOf(connection, NativeConnection);
    assertEquals([connection.role, connection.response?.status], ["client", 101]);
    await expectEcho(connection);
  }
});

test("openWebSocket() over fetch agrees on a subprotocol, and fails where none is answered", async () => {
  const connection = await openWebSocket(`${weft}/echo`, { over: "fetch", protocols: ["other", "chat"] });
  assertEquals(connection.protocol, "chat");
  await connection.close();
  await assertRejects(
    () => openWebSocket(`${weft}/echo`, { over: "fetch", protocols: "other" }),
    HandshakeError,
  );
});

test("openWebSocket() tells a refusal with its body, over sockets and over fetch", async () => {
  for (const over of ["sockets", "fetch"] as const) {
    const { status, response } = await assertRejects(
      () => openWebSocket(`${weft}/refuse`, { over }),
      HandshakeError,
    );
    assertEquals([status, new TextDecoder().decode(response?.body)], [401, "who are you?"]);
    assertEquals(response?.headers.get("www-authenticate"), "Bearer");
  }
});

test("openWebSocket() keeps 64 KiB of a long refusal, over sockets and over fetch", async () => {
  for (const over of ["sockets", "fetch"] as const) {
    const { status, response } = await assertRejects(
      () => openWebSocket(`${weft}/refuse-at-length`, { over }),
      HandshakeError,
    );
    assertEquals([status, response?.body?.length], [503, 65536]);
  }
});

test("openWebSocket() turns to fetch where no socket can be opened", async () => {
  const fetchAsItIs = globalThis.fetch;
  const asked: string[] = [];
  // What no socket reaches, the edge would route by itself.
  globalThis.fetch = (input, init) => {
    asked.push(`${input}`);
    return fetchAsItIs(`${weft.replace("ws:", "http:")}/echo`, init);
  };
  try {
    const connection = await openWebSocket("ws://127.0.0.1:1/echo");
    assertInstanceOf(connection, NativeConnection);
    assertEquals(asked, ["http://127.0.0.1:1/echo"]);
    await expectEcho(connection);
    await assertRejects(() => openWebSocket("ws://127.0.0.1:1/", { pingInterval: 1000 }), TypeError);
    await assertRejects(() => openWebSocket("ws://127.0.0.1:1/", { over: "sockets" }), HandshakeError);
    assertEquals(asked.length, 1);
  } finally {
    globalThis.fetch = fetchAsItIs;
  }
});

test("openWebSocket() rejects with HandshakeError where nobody listens", async () => {
  for (const over of [undefined, "sockets", "fetch"] as const) {
    await assertRejects(() => openWebSocket("ws://127.0.0.1:1/", { over }), HandshakeError);
  }
});

test("openWebSocket() rejects what means nothing with TypeError, and with the signal's reason when aborted", async () => {
  await assertRejects(() => openWebSocket("ftp://example.com/"), TypeError);
  await assertRejects(() => openWebSocket(nativeEcho, { over: "pigeon" as "fetch" }), TypeError);
  await assertRejects(() => openWebSocket(nativeEcho, { protocols: ["a b"] }), TypeError);
  await assertRejects(() => openWebSocket(nativeEcho, { over: "fetch", maxHeaders: 3 }), TypeError);
  for (const over of ["sockets", "fetch"] as const) {
    const signal = AbortSignal.abort(new SyntaxError("enough"));
    await assertRejects(() => openWebSocket(nativeEcho, { over, signal }), SyntaxError, "enough");
  }
});
