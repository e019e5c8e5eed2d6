import { test } from "node:test";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { acceptWebSocket } from "../../src/connection/accept_web_socket.ts";
import { systemClock } from "../../src/connection/clock.ts";
import { connectWebSocket } from "../../src/connection/connect_web_socket.ts";
import type { ConnectionOptions } from "../../src/connection/connection_options.ts";
import { createWebSocketPair } from "../../src/connection/create_web_socket_pair.ts";
import { WebSocketConnection } from "../../src/connection/web_socket_connection.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { createTransportPair } from "../../src/testing/transport_pair.ts";
import { createCountingSignal } from "../kit/counting_signal.ts";
import { join } from "../kit/frame_lines.ts";
import { HeldConnection, settle } from "../kit/held_connection.ts";
import { HeldTransport } from "../kit/held_transport.ts";

const numbers = [
  "maxMessageSize",
  "maxFragments",
  "fragmentSize",
  "receiveHighWaterMark",
  "sendHighWaterMark",
  "maxSendQueue",
  "closeTimeout",
  "pingInterval",
  "pingTimeout",
] as const;

test("a limit that is no integer from 0 up is refused wherever it is given, and nothing is touched", async () => {
  for (const name of numbers) {
    for (
      const [value, kind] of [
        [-1, RangeError],
        [NaN, RangeError],
        [Infinity, RangeError],
        [0.5, RangeError],
        [2 ** 53, RangeError],
        ["1", TypeError],
        [1n, TypeError],
        [null, TypeError],
        [{}, TypeError],
      ] as const
    ) {
      const options = { [name]: value as number };
      const transport = new HeldTransport();
      assertThrows(() => new WebSocketConnection(transport, { role: "client", ...options }), kind);
      assertThrows(() => createWebSocketPair(options), kind);
      assertThrows(() => createWebSocketPair({}, options), kind);
      await assertRejects(() => acceptWebSocket(transport, options), kind);
      await assertRejects(() => connectWebSocket("ws://a/", transport, options), kind);
      assertEquals([transport.paused, transport.writes, transport.destroyed], [true, 0, false]);
    }
  }
  assertThrows(
    () => new WebSocketConnection(new HeldTransport(), { role: "client", maxFragments: 0 }),
    RangeError,
  );
});

test("an option that is none of its kind is refused", () => {
  for (
    const options of [
      {},
      { role: "peer" },
      { role: "client", onMessage: "x" },
      { role: "server", onFrame: 1 },
      { role: "client", signal: {} },
      { role: "client", signal: null },
    ]
  ) {
    const clock = createManualClock();
    const transport = new HeldTransport();
    assertThrows(
      () => new WebSocketConnection(transport, { clock, ...options } as ConnectionOptions),
      TypeError,
    );
    assertEquals([transport.paused, clock.pending], [true, 0]);
  }
});

test("a time longer than a timer can hold does not fire at once", async () => {
  let isFired = false;
  const cancel = systemClock.after(2 ** 40, () => isFired = true);
  await new Promise((resolve) => setTimeout(resolve, 20));
  cancel();
  assertEquals(isFired, false);
});

test("a limit of 0 means what it says", async () => {
  const held = new HeldConnection({ maxMessageSize: 0 });
  held.peerSends("text");
  assertEquals(await held.connection.receive(), "");
  held.peerSends("text", "a");
  await settle();
  assertEquals(held.sent(), ["close 1009 message too big"]);
  const timed = new HeldConnection({ closeTimeout: 0 });
  const closed = timed.connection.close();
  timed.clock.advance(0);
  assertEquals((await closed).closeCode, 1006);
  timed.assertGone();
});

test("a message too big is refused at its header, in one frame or two, by whatever way it is received (RFC 6455 §10.4)", async () => {
  for (const way of ["receive", "messages", "handler"]) {
    const held = new HeldConnection(way === "handler" ? { onMessage: () => {} } : {});
    if (way === "messages") held.connection.messages();
    held.transport.deliver(held.encode("binary", new Uint8Array(1_048_577)).slice(0, 14));
    await settle();
    assertEquals(held.sent(), ["close 1009 message too big"]);
    held.transport.deliverEnd();
    assertEquals((await held.connection.closed).closeCode, 1009);
  }
});

test("too many fragments, empty ones too, fail with 1008", async () => {
  for (const payload of ["", "x"]) {
    const held = new HeldConnection({ maxFragments: 100 });
    held.peerSends("text", payload, { fin: false });
    const next = held.encode("continuation", payload, { fin: false });
    held.transport.deliver(join(...Array(99).fill(next)));
    await settle();
    assertEquals(held.connection.readyState, "open");
    held.transport.deliver(next);
    await settle();
    assertEquals(held.sent(), ["close 1008 too many fragments"]);
  }
});

test("an application that does not read holds the mark and no more, whatever the peer sends", async () => {
  const held = new HeldConnection();
  for (let count = 0; count < 2000; count++) held.peerSends("binary", new Uint8Array(16_384));
  for (let turn = 0; turn < 5; turn++) await settle();
  assert(held.connection.stats.bytesReceived <= 65536 + 16_392);
});

test("10 000 Pings and 10 000 messages in one chunk are all answered", async () => {
  let count = 0;
  const held = new HeldConnection({ onMessage: () => count++ });
  held.transport.deliver(
    join(...Array(10_000).fill(join(held.encode("ping", "p"), held.encode("text", "x")))),
  );
  await settle();
  assertEquals([count, held.connection.stats.framesSent], [10_000, 10_000]);
});

test("handshakes leave no timer and no listener behind, whether they succeed or fail", async () => {
  const clock = createManualClock();
  const { signal, listeners } = createCountingSignal();
  for (let count = 0; count < 100; count++) {
    const [near, far] = createTransportPair();
    const authorize = () => count % 2 === 0 ? undefined : new Response("no", { status: 403 });
    const [client, server] = await Promise.allSettled([
      connectWebSocket("ws://a/", near, { clock, signal }),
      acceptWebSocket(far, { clock, signal, authorize }),
    ]);
    if (client.status === "rejected" || server.status === "rejected") continue;
    assertEquals(listeners(), 2);
    await client.value.close();
    await server.value.closed;
  }
  clock.advance(10_000);
  assertEquals([clock.pending, listeners()], [0, 0]);
});
