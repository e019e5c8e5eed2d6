import { test } from "node:test";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { acceptWebSocket } from "../../src/connection/accept_web_socket.ts";
import type { AcceptOptions } from "../../src/connection/accept_options.ts";
import { WebSocketConnection } from "../../src/connection/web_socket_connection.ts";
import { HandshakeRequest } from "../../src/handshake/handshake_request.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { makeFrame } from "../kit/frame_lines.ts";
import { exampleAccept, exampleFields, requestText } from "../kit/heads.ts";
import { settle, stateOf } from "../kit/held_connection.ts";
import { awaitText, failureOf, readText, toBytes } from "../kit/held_handshake.ts";
import { HeldTransport } from "../kit/held_transport.ts";

const hello = makeFrame("text", "Hello", { masked: true });
const switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  `Sec-WebSocket-Accept: ${exampleAccept}\r\n\r\n`;

test("acceptWebSocket() answers an upgrade and makes a connection of it (RFC 6455 §4.2.2)", async () => {
  const transport = new HeldTransport();
  transport.deliver(toBytes(requestText()));
  const connection = await acceptWebSocket(transport);
  assertEquals(readText(transport), switching);
  assertEquals([connection.role, connection.protocol, connection.extensions], ["server", "", ""]);
  assertEquals([connection.request?.url.pathname, connection.response], ["/chat", undefined]);
  transport.deliver(hello);
  assertEquals(await connection.receive(), "Hello");
  connection.abort();
});

test("what follows the request in the same chunk is the connection's, cut anywhere", async () => {
  const bytes = toBytes(requestText(), hello);
  for (let cut = 0; cut <= bytes.length; cut += cut < bytes.length - 30 ? 17 : 1) {
    const transport = new HeldTransport();
    transport.deliver(bytes.slice(0, cut));
    const accepted = acceptWebSocket(transport);
    transport.deliver(bytes.slice(cut));
    const connection = await accepted;
    assertEquals(await connection.receive(), "Hello");
    // The 101 goes first.
    assertEquals(readText(transport), switching);
    connection.abort();
  }
});

test("head holds bytes read before: the request's beginning, all of it, and frames behind it", async () => {
  const bytes = toBytes(requestText(), hello);
  for (const cut of [1, 50, bytes.length - hello.length, bytes.length - 3, bytes.length]) {
    const transport = new HeldTransport();
    const head = bytes.slice(0, cut);
    const accepted = acceptWebSocket(transport, { head });
    head.fill(0xee);
    transport.deliver(bytes.slice(cut));
    const connection = await accepted;
    assertEquals(await connection.receive(), "Hello");
    connection.abort();
  }
});

test("request is one that was read already, and head what followed it", async () => {
  const request = new HandshakeRequest({ method: "GET", target: "/chat", headers: { ...exampleFields } });
  for (const cut of [0, 4, hello.length]) {
    const transport = new HeldTransport();
    const accepted = acceptWebSocket(transport, { request, head: hello.slice(0, cut) });
    transport.deliver(hello.slice(cut));
    const connection = await accepted;
    assertStrictEquals(connection.request, request);
    assertEquals(await connection.receive(), "Hello");
    connection.abort();
  }
});

test("the options of the handshake and of the connection both hold", async () => {
  const received: unknown[] = [];
  const transport = new HeldTransport();
  transport.deliver(toBytes(requestText({ "Sec-WebSocket-Protocol": "a, b" }), hello));
  const connection = await acceptWebSocket(transport, {
    protocols: ["b"],
    headers: { "X-Served-By": "weft" },
    onMessage: (message) => void received.push(message),
  });
  const head = readText(transport);
  assert(head.includes("\r\nSec-WebSocket-Protocol: b\r\n"));
  assert(/\r\nx-served-by: weft\r\n/i.test(head));
  assertEquals(connection.protocol, "b");
  await settle();
  assertEquals(received, ["Hello"]);
  connection.abort();
});

test("options that mean nothing are refused before the transport is touched", async () => {
  const wrong: [AcceptOptions, typeof TypeError | typeof RangeError][] = [
    [{ handshakeTimeout: -1 }, RangeError],
    [{ maxHeaderLine: NaN }, RangeError],
    [{ maxMessageSize: 1.5 }, RangeError],
    [{ maxFragments: 0 }, RangeError],
    [{ fragmentSize: -1 }, RangeError],
    [{ receiveHighWaterMark: Infinity }, RangeError],
    [{ sendHighWaterMark: -1 }, RangeError],
    [{ maxSendQueue: -1 }, RangeError],
    [{ closeTimeout: 2 ** 53 }, RangeError],
    [{ pingInterval: "1" as unknown as number }, TypeError],
    [{ pingTimeout: null as unknown as number }, TypeError],
    [{ onMessage: 1 as unknown as () => void }, TypeError],
    [{ onFrame: {} as unknown as () => void }, TypeError],
    [{ onHead: "x" as unknown as () => void }, TypeError],
    [{ onRequest: [] as unknown as () => undefined }, TypeError],
    [{ headers: { "a\r\nb": "c" } }, TypeError],
    [{ headers: { a: "b\0" } }, TypeError],
    [{ protocols: ["a b"] }, TypeError],
  ];
  for (const [options, kind] of wrong) {
    const transport = new HeldTransport();
    await assertRejects(() => acceptWebSocket(transport, options), kind);
    assertEquals([transport.paused, transport.destroyed, transport.writes], [true, false, 0]);
  }
});

test("a transport that is none is refused", async () => {
  for (
    const transport of [undefined, null, 1, {}, { readable: new ReadableStream() }, {
      readable: 1,
      writable: 2,
    }]
  ) {
    await assertRejects(() => acceptWebSocket(transport as unknown as HeldTransport), TypeError);
  }
});

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
    for (let turns = 0; turns < 20; turns++) await settle();
    clock.advance(9_999);
    assertEquals(await stateOf(accepted), "pending");
    clock.advance(1);
    await failureOf(accepted);
    assertEquals(transport.destroyed, true);
    assertEquals(clock.pending, 0);
  }
});

test("handshakeTimeout ends an application that does not answer", async () => {
  const never = () => new Promise<never>(() => {});
  for (const options of [{ authorize: never }, { headers: never }, { origins: never }] as AcceptOptions[]) {
    const clock = createManualClock();
    const transport = new HeldTransport();
    transport.deliver(toBytes(requestText({ "Origin": "https://elsewhere.example" })));
    const accepted = acceptWebSocket(transport, { origins: "*", ...options, clock });
    await settle();
    clock.advance(10_000);
    assertEquals((await failureOf(accepted)).message, "Cannot accept: the handshake took too long");
    assertEquals([transport.destroyed, transport.writes, clock.pending], [true, 0, 0]);
  }
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
    assertEquals(transport.writes, 0);
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
  const stop = AbortSignal.abort(reason);
  const untouched = new HeldTransport();
  assertStrictEquals(await acceptWebSocket(untouched, { signal: stop }).catch((error) => error), reason);
  assertEquals(untouched.destroyed, false);

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
    for (let turns = 0; turns < 20; turns++) await settle();
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

test("onHead sees the request and the answer", async () => {
  const heads: string[][] = [];
  const transport = new HeldTransport();
  transport.deliver(toBytes(requestText({ "Cookie": "a=b" })));
  (await acceptWebSocket(transport, { onHead: (...head) => void heads.push(head) })).abort();
  assertEquals(heads.map(([direction, head]) => [direction, head!.split("\n")[0]]), [
    ["received", "GET /chat HTTP/1.1"],
    ["sent", "HTTP/1.1 101 Switching Protocols"],
  ]);
  assert(heads[0]![1]!.includes("\ncookie: a=b"));
  assert(heads[1]![1]!.includes(`\nsec-websocket-accept: ${exampleAccept}`));
});

test("an onHead that throws ends the handshake, wherever it is called", async () => {
  for (
    const [request, at] of [[requestText(), 0], [requestText(), 1], [
      requestText({ "Host": undefined }),
      0,
    ]] as const
  ) {
    const clock = createManualClock();
    const transport = new HeldTransport();
    transport.deliver(toBytes(request));
    let calls = 0;
    const onHead = () => {
      if (calls++ === at) throw new Error("broken tap");
    };
    const error = await acceptWebSocket(transport, { onHead, clock }).catch((error) => error);
    assertEquals(error.message, "broken tap");
    assertEquals([transport.destroyed, transport.writes, clock.pending], [true, 0, 0]);
  }
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

test("the answer is awaited before the connection is there", async () => {
  const transport = new HeldTransport();
  transport.held = true;
  transport.deliver(toBytes(requestText()));
  const accepted = acceptWebSocket(transport);
  while (!transport.isWriting) await settle();
  assertEquals(await stateOf(accepted), "pending");
  transport.take();
  (await accepted).abort();
  assertEquals(await awaitText(transport), switching);
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

test("onMessage is not called before the creator has the connection in hand, be it through functions of his own", async () => {
  const direct = (options: AcceptOptions, transport: HeldTransport) => acceptWebSocket(transport, options);
  const wrappers: typeof direct[] = [
    direct,
    async (options, transport) => await direct(options, transport),
    // deno-lint-ignore require-await
    async (options, transport) => direct(options, transport),
    async (options, transport) => (await Promise.all([direct(options, transport)]))[0]!,
    async (options, transport) => await (async () => await direct(options, transport))(),
  ];
  for (const open of wrappers) {
    const transport = new HeldTransport();
    transport.deliver(toBytes(requestText(), hello));
    const received: unknown[] = [];
    const connection: WebSocketConnection = await open({
      onMessage: (message) => void received.push(message, connection.role),
    }, transport);
    assertEquals(connection.readyState, "open");
    await settle();
    assertEquals(received, ["Hello", "server"]);
    connection.abort();
  }
});
