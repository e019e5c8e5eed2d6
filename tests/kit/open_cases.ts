/**
 * What a connection by a runtime's own sockets must do, as tests, against the servers of `peer_servers.ts`.
 *
 * @module
 */

import { test } from "node:test";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { MessageConnection } from "../../src/connection/message_connection.ts";
import { ReconnectingConnection } from "../../src/connection/reconnecting_connection.ts";
import { toWebSocket } from "../../src/connection/to_web_socket.ts";
import { WebSocketError } from "../../src/connection/web_socket_error.ts";
import { HandshakeError } from "../../src/handshake/handshake_error.ts";
import type { NativeConnection } from "../../src/runtime/native_connection.ts";
import { type NativeSocketName, type OpenOptions, openWebSocket } from "../../src/runtime/open_web_socket.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { settle } from "./held_connection.ts";
import { findPeers } from "./read_environment.ts";
import { nextEvent } from "./socket_events.ts";

/** Declares the tests of one of the runtime's sockets. */
export function testOpenWebSocket(socket: NativeSocketName): void {
  const open = (url: string, options: OpenOptions = {}): Promise<NativeConnection> =>
    openWebSocket(url, { socket, ...options });
  const openTrouble = (path: string, options?: OpenOptions) => open(`${findPeers().trouble}${path}`, options);
  const name = `openWebSocket() by ${socket}`;

  test(`${name} brings text and bytes there and back, in order, of any size up to the limit`, async () => {
    const connection = await openTrouble("/", { protocols: ["superchat", "chat"] });
    assertEquals([connection.role, connection.protocol, connection.readyState], ["client", "chat", "open"]);
    const messages = [
      "Größe",
      "",
      new Uint8Array(0),
      Uint8Array.of(1, 2, 3),
      new Uint8Array(1024 * 1024).fill(7),
    ];
    for (const message of messages) await connection.send(message);
    for (const message of messages) assertEquals(await connection.receive(), message);
    const { closeCode, wasClean } = await connection.close({ closeCode: 4000, reason: "done" });
    assertEquals([closeCode, wasClean, connection.readyState], [4000, true, "closed"]);
    assertEquals(await connection.receive(), undefined);
  });

  test(`${name} takes one string for one subprotocol`, async () => {
    const connection = await openTrouble("/", { protocols: "chat" });
    assertEquals(connection.protocol, "chat");
    await connection.close();
  });

  test(`${name} has readable and writable`, async () => {
    const connection = await openTrouble("/");
    const writer = connection.writable.getWriter();
    const reader = connection.readable.getReader();
    for (let index = 0; index < 100; index++) await writer.write(`${index}`);
    for (let index = 0; index < 100; index++) assertEquals((await reader.read()).value, `${index}`);
    await writer.close();
    assertEquals((await reader.read()).done, true);
  });

  test(`${name} sends bytes as they were when they were given`, async () => {
    const connection = await openTrouble("/");
    const bytes = new Uint8Array(1000).fill(1);
    for (let index = 0; index < 10; index++) void connection.send(bytes);
    bytes.fill(2);
    for (let index = 0; index < 10; index++) assertEquals((await connection.receive() as Uint8Array)[0], 1);
    await connection.close();
  });

  test(`${name} rejects with HandshakeError where it is refused, or nobody is there`, async () => {
    for (const url of [`${findPeers().trouble}/refuse`, findPeers().nobody]) {
      const error = await assertRejects(() => open(url), HandshakeError, "Cannot connect");
      assertEquals([error.status, error.response], [0, undefined]);
    }
  });

  test(`${name} rejects with HandshakeError after handshakeTimeout`, async () => {
    const clock = createManualClock();
    const opening = openTrouble("/silent", { handshakeTimeout: 5000, clock });
    opening.catch(() => {});
    await settle();
    clock.advance(5000);
    await assertRejects(() => opening, HandshakeError, "too long");
    assertEquals(clock.pending, 0);
  });

  test(`${name} is aborted by its signal before, during and after the handshake`, async () => {
    const reason = new Error("enough");
    assertEquals(
      await openTrouble("/", { signal: AbortSignal.abort(reason) }).catch((error) => error),
      reason,
    );
    const controller = new AbortController();
    const opening = openTrouble("/silent", { signal: controller.signal });
    opening.catch(() => {});
    await settle();
    controller.abort(reason);
    assertEquals(await opening.catch((error) => error), reason);
    const later = new AbortController();
    const connection = await openTrouble("/", { signal: later.signal });
    later.abort(reason);
    assertEquals((await connection.closed).error, reason);
    await assertRejects(() => connection.send("late"), WebSocketError);
  });

  test(`${name} refuses what means nothing with TypeError or RangeError`, async () => {
    for (const url of ["ws://", "ftp://example.com/", "ws://example.com/#fragment"]) {
      await assertRejects(() => open(url), TypeError, "Cannot open");
    }
    for (const protocols of [["a", "a"], ["a b"], [""], "a, b"]) {
      await assertRejects(() => openTrouble("/", { protocols }), TypeError, "Cannot use protocols");
    }
    await assertRejects(() => openTrouble("/", { socket: "Socket" as NativeSocketName }), TypeError);
    await assertRejects(() => openTrouble("/", { closeTimeout: -1 }), RangeError);
    await assertRejects(() => openTrouble("/", { handshakeTimeout: NaN }), RangeError);
    await assertRejects(
      () => openTrouble("/", { pingInterval: 1 } as OpenOptions),
      TypeError,
      "pingInterval",
    );
  });

  test(`${name} says what it cannot do, and does not pass it over`, async () => {
    const connection = await openTrouble("/");
    const { capabilities } = connection;
    assertEquals(
      [capabilities.ping, capabilities.streaming, capabilities.sendOptions, capabilities.closeCodes],
      [false, false, false, false],
    );
    assertEquals([capabilities.backpressure, capabilities.sendBackpressure], [
      socket === "WebSocketStream",
      true,
    ]);
    await assertRejects(() => connection.ping(), TypeError);
    await assertRejects(() => connection.send("x", { compress: true }), TypeError);
    assertThrows(() => connection.messages(), TypeError);
    await assertRejects(() => connection.close({ closeCode: 1001 }), RangeError);
    await assertRejects(() => connection.close({ closeCode: 1006 }), RangeError);
    await connection.send("still open");
    assertEquals(await connection.receive(), "still open");
    assertEquals((await connection.close()).closeCode, 1000);
  });

  test(`${name} tells the server's Close, behind what came before`, async () => {
    const connection = await openTrouble("/restart");
    await connection.send("go");
    const { closeCode, reason, wasClean } = await connection.closed;
    assertEquals([closeCode, reason, wasClean], [1012, "restart", true]);
    await assertRejects(() => connection.send("late"), WebSocketError);
    assertEquals(await connection.receive(), undefined);
  });

  test(`${name} tells 1006 where the server vanishes in mid-message or breaks a rule`, async () => {
    for (const path of ["/vanish", "/broken"]) {
      const connection = await openTrouble(path);
      const receiving = connection.receive();
      const { wasClean } = await connection.closed;
      assertEquals([wasClean, await receiving], [false, undefined]);
      await assertRejects(() => connection.send("late"), WebSocketError);
    }
  });

  test(`${name} closes with 1009 where a message is over the limit`, async () => {
    const connection = await openTrouble("/large");
    const receiving = connection.receive();
    const { closeCode, wasClean } = await connection.closed;
    assertEquals([closeCode, wasClean, await receiving], [1009, false, undefined]);
    const larger = await openTrouble("/large", { maxMessageSize: 2 * 1024 * 1024 });
    assertEquals((await larger.receive())?.length, 2 * 1024 * 1024);
    await larger.close();
  });

  test(`${name} keeps send() pending, then refuses, where the server does not read`, async () => {
    const connection = await openTrouble("/stall", { maxSendQueue: 1024 * 1024 });
    const outcomes = Array.from({ length: 10_000 }, () => connection.send(new Uint8Array(16384)));
    const refused = await assertRejects(() => outcomes.at(-1)!, RangeError);
    assert(refused.message.includes("bytes wait already"));
    assert(connection.bufferedAmount <= 1024 * 1024);
    connection.abort();
    assert((await Promise.allSettled(outcomes)).some(({ status }) => status === "rejected"));
    assertEquals((await connection.closed).closeCode, 1006);
  });

  test(`${name} under a ReconnectingConnection comes back after each restart`, async () => {
    const connection = new ReconnectingConnection(
      ({ signal }) => openTrouble("/restart", { signal }),
      { baseDelay: 1, maxRetries: 5 },
    );
    const first = await untilConnected(connection);
    await connection.send("go");
    await first.closed;
    assert(await untilConnected(connection) !== first);
    assertEquals((await connection.close()).closeCode, 1000);
  });

  test(`${name} goes into toWebSocket() like any other connection`, async () => {
    const socket = toWebSocket(openTrouble("/"), { url: findPeers().trouble });
    await nextEvent(socket, "open");
    const message = nextEvent(socket, "message");
    socket.send("Hello");
    assertEquals((await message).data, "Hello");
    const closed = nextEvent(socket, "close");
    socket.close(3000, "done");
    const { code, wasClean } = await closed;
    assertEquals([code, wasClean], [3000, true]);
  });
}

async function untilConnected(connection: ReconnectingConnection): Promise<MessageConnection> {
  while (connection.connection === undefined) {
    assertEquals(connection.readyState, "open");
    await settle();
  }
  return connection.connection;
}
