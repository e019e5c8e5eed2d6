import { test } from "node:test";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { acceptWebSocket } from "../../src/connection/accept_web_socket.ts";
import type { AcceptOptions } from "../../src/connection/accept_options.ts";
import { WebSocketConnection } from "../../src/connection/web_socket_connection.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { requestText } from "../kit/heads.ts";
import { settle, stateOf } from "../kit/held_connection.ts";
import { failureOf, toBytes } from "../kit/held_handshake.ts";
import { HeldTransport } from "../kit/held_transport.ts";
import { until } from "../kit/until.ts";

function readText(transport: HeldTransport): string {
  return new TextDecoder().decode(transport.read());
}

test("handshakeTimeout is one deadline for the whole handshake, whatever trickles in (RFC 6455 §10.4)", async () => {
  const bytes = toBytes(requestText());
  for (const [interval, fits] of [[1, true], [100, false]] as const) {
    const clock = createManualClock();
    const transport = new HeldTransport();
    const accepted = acceptWebSocket(transport, { handshakeTimeout: 10_000, clock });
    for (const byte of bytes) {
      transport.deliver(Uint8Array.of(byte));
      clock.advance(interval);
    }
    if (fits) {
      (await accepted).abort();
    } else {
      assertEquals((await failureOf(accepted)).message, "Cannot accept: the handshake took too long");
      assertEquals([transport.destroyed, transport.writes], [true, 0]);
    }
    assertEquals(clock.pending, 0);
  }
});

test("handshakeTimeout ends a peer that says nothing, or does not read the answer", async () => {
  for (const request of ["", requestText(), requestText({ "Host": undefined })]) {
    const clock = createManualClock();
    const transport = new HeldTransport();
    transport.held = true;
    transport.deliver(toBytes(request));
    const accepted = acceptWebSocket(transport, { clock });
    accepted.catch(() => {});
    await (request === "" ? settle() : until(() => transport.isWriting));
    clock.advance(9_999);
    assertEquals(await stateOf(accepted), "pending");
    clock.advance(1);
    await failureOf(accepted);
    assertEquals(transport.destroyed, true);
    assertEquals(clock.pending, 0);
  }
});

test("an application that does not answer within handshakeTimeout has refused with 503 (RFC 9110 §15.6.4)", async () => {
  const never = () => new Promise<never>(() => {});
  for (const options of [{ authorize: never }, { headers: never }, { origins: never }] as AcceptOptions[]) {
    const clock = createManualClock();
    const transport = new HeldTransport();
    transport.deliver(toBytes(requestText({ "Origin": "https://elsewhere.example" })));
    const accepted = acceptWebSocket(transport, { origins: "*", ...options, clock });
    await settle();
    clock.advance(10_000);
    const failure = await failureOf(accepted);
    assertEquals([failure.message, failure.status], ["Cannot accept: the handshake took too long", 503]);
    assertEquals(readText(transport).split("\r\n")[0], "HTTP/1.1 503 the handshake took too long");
    assertEquals([transport.ended, transport.destroyed], [true, false]);
    // A peer that goes on is not borne with for long.
    clock.advance(10_000);
    assertEquals([transport.destroyed, clock.pending], [true, 0]);
  }
});

test("a peer that does not take the 503 of an application that was too slow is given up", async () => {
  const clock = createManualClock();
  const transport = new HeldTransport();
  transport.held = true;
  transport.deliver(toBytes(requestText()));
  const accepted = acceptWebSocket(transport, { authorize: () => new Promise<never>(() => {}), clock });
  accepted.catch(() => {});
  await settle();
  clock.advance(10_000);
  assertEquals([await stateOf(accepted), transport.writes], ["pending", 1]);
  clock.advance(10_000);
  assertEquals((await failureOf(accepted)).status, 503);
  assertEquals([transport.destroyed, clock.pending], [true, 0]);
});

test("another attempt has all the time again behind a 503, where keepAlive allows for one", async () => {
  const clock = createManualClock();
  const transport = new HeldTransport();
  transport.deliver(toBytes(requestText()));
  let attempts = 0;
  const authorize = () => ++attempts === 1 ? new Promise<never>(() => {}) : undefined;
  const accepted = acceptWebSocket(transport, { authorize, keepAlive: true, clock });
  await settle();
  clock.advance(10_000);
  await settle();
  assert(readText(transport).startsWith("HTTP/1.1 503 "));
  clock.advance(9_999);
  transport.deliver(toBytes(requestText()));
  const connection = await accepted;
  assert(readText(transport).startsWith("HTTP/1.1 101 "));
  connection.abort();
  assertEquals(clock.pending, 0);
});

test("an application that answers after the deadline, or fails then, disturbs nobody", async () => {
  for (const late of ["resolves", "rejects"]) {
    const clock = createManualClock();
    const transport = new HeldTransport();
    transport.deliver(toBytes(requestText()));
    let settleLate!: () => void;
    const authorize = () =>
      new Promise<undefined>((resolve, reject) => {
        settleLate = () => late === "resolves" ? resolve(undefined) : reject(new Error("late"));
      });
    const accepted = acceptWebSocket(transport, { authorize, clock });
    await settle();
    clock.advance(10_000);
    await failureOf(accepted);
    settleLate();
    await settle();
    assertEquals(transport.writes, 1);
  }
});

test("a peer that leaves during the handshake is a HandshakeError without a response", async () => {
  const bytes = toBytes(requestText());
  for (let cut = 0; cut < bytes.length; cut += 13) {
    const clock = createManualClock();
    const transport = new HeldTransport();
    let calls = 0;
    const accepted = acceptWebSocket(transport, { clock, authorize: () => void calls++ });
    transport.deliver(bytes.slice(0, cut));
    transport.deliverEnd();
    const error = await failureOf(accepted);
    assertEquals([error.message, error.response, error.status], [
      "Cannot accept: the peer has left",
      undefined,
      0,
    ]);
    assertEquals([transport.destroyed, transport.writes, clock.pending, calls], [true, 0, 0, 0]);
  }
});

test("a transport that fails during the handshake is a HandshakeError with the reason as its cause", async () => {
  const clock = createManualClock();
  const transport = new HeldTransport();
  const accepted = acceptWebSocket(transport, { clock });
  transport.deliver(toBytes("GET / HT"));
  transport.fail(new Error("reset"));
  const error = await failureOf(accepted);
  assertEquals([error.message, (error.cause as Error).message], [
    "Cannot accept: the transport is gone",
    "reset",
  ]);
  assertEquals(clock.pending, 0);
});

test("a signal ends the handshake in every state, with its reason", async () => {
  const reason = new Error("enough");
  const transport = new HeldTransport();
  const stopped = acceptWebSocket(transport, { signal: AbortSignal.abort(reason) });
  assertStrictEquals(await stopped.catch((error) => error), reason);
  assertEquals([transport.destroyed, transport.reason], [true, reason]);

  for (
    const state of ["waiting", "in the head", "in the application", "writing the answer", "writing a refusal"]
  ) {
    const controller = new AbortController();
    const clock = createManualClock();
    const transport = new HeldTransport();
    transport.held = true;
    const authorize = () => state === "in the application" ? new Promise<undefined>(() => {}) : undefined;
    const accepted = acceptWebSocket(transport, { signal: controller.signal, clock, authorize });
    accepted.catch(() => {});
    const request = toBytes(requestText(state === "writing a refusal" ? { "Host": undefined } : {}));
    if (state === "in the head") transport.deliver(request.slice(0, 40));
    else if (state !== "waiting") transport.deliver(request);
    await (state.startsWith("writing") ? until(() => transport.isWriting) : settle());
    controller.abort(reason);
    const error = await accepted.catch((error) => error);
    if (state === "writing a refusal") assertEquals(error.status, 400);
    else assertStrictEquals(error, reason, state);
    assertEquals([transport.destroyed, clock.pending], [true, 0]);
  }
});

test("the signal goes on to abort the connection", async () => {
  const reason = new Error("enough");
  const controller = new AbortController();
  const transport = new HeldTransport();
  transport.deliver(toBytes(requestText()));
  const connection = await acceptWebSocket(transport, { signal: controller.signal });
  controller.abort(reason);
  assertStrictEquals((await connection.closed).error, reason);
});

test("a codec that cannot be made ends the handshake", async () => {
  const transport = new HeldTransport();
  transport.deliver(toBytes(requestText({ "Sec-WebSocket-Extensions": "broken" })));
  const agreed = {
    name: "broken",
    parameters: [],
    createCodec() {
      throw new Error("no memory");
    },
  };
  const extension = { name: "broken", offer: () => [], accept: () => agreed, confirm: () => undefined };
  const error = await acceptWebSocket(transport, { extensions: [extension] }).catch((error) => error);
  assertEquals(error.message, "no memory");
  assertEquals(transport.destroyed, true);
});

test("a signal may come in any turn of the handshake", async () => {
  const reason = new Error("enough");
  for (let turn = 0, isDone = false; !isDone; turn++) {
    const controller = new AbortController();
    const clock = createManualClock();
    const transport = new HeldTransport();
    transport.deliver(toBytes(requestText()));
    const authorize = () => Promise.resolve(undefined);
    const accepted = acceptWebSocket(transport, {
      signal: controller.signal,
      clock,
      authorize,
      keepAlive: true,
    });
    let connection: WebSocketConnection | undefined;
    const outcome = accepted.then((made) => (connection = made).closed, (error) => ({ error }));
    // The digest of the key takes its own time.
    for (let count = 0; count < turn; count++) await (count % 10 === 9 ? settle() : undefined);
    isDone = connection !== undefined;
    controller.abort(reason);
    assertStrictEquals((await outcome).error, reason, `turn ${turn}`);
    await settle();
    assertEquals([transport.destroyed, clock.pending], [true, 0]);
  }
});

test("a signal may come in any turn of a refusal", async () => {
  const reason = new Error("enough");
  for (let turn = 0; turn < 60; turn++) {
    const controller = new AbortController();
    const clock = createManualClock();
    const transport = new HeldTransport();
    transport.deliver(toBytes(requestText()));
    const authorize = () => new Response("no", { status: 401 });
    const accepted = acceptWebSocket(transport, {
      signal: controller.signal,
      clock,
      authorize,
      keepAlive: true,
    });
    const outcome = accepted.catch((error) => error);
    for (let count = 0; count < turn; count++) await (count % 20 === 19 ? settle() : undefined);
    controller.abort(reason);
    const error = await outcome;
    assert(error === reason || error.status === 401);
    assertEquals([transport.destroyed, clock.pending], [true, 0]);
  }
});

test("a transport that is gone already fails the handshake, and leaves no timer", async () => {
  for (const isTold of ["at once", "in a turn of its own"]) {
    const clock = createManualClock();
    const transport = new HeldTransport();
    transport.start = (receiver) => {
      if (isTold === "at once") receiver.closed(new Error("reset"));
      else queueMicrotask(() => receiver.closed(new Error("reset")));
    };
    await failureOf(acceptWebSocket(transport, { clock }));
    assertEquals(clock.pending, 0);
    const connection = new WebSocketConnection(transport, { role: "server", clock });
    assertEquals((await connection.closed).closeCode, 1006);
    assertEquals(clock.pending, 0);
  }
});
