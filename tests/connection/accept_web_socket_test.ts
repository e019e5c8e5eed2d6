import { test } from "node:test";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { acceptWebSocket } from "../../src/connection/accept_web_socket.ts";
import type { AcceptOptions } from "../../src/connection/accept_options.ts";
import type { WebSocketConnection } from "../../src/connection/web_socket_connection.ts";
import { HandshakeRequest } from "../../src/handshake/handshake_request.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { makeFrame } from "../kit/frame_lines.ts";
import { exampleAccept, exampleFields, requestText } from "../kit/heads.ts";
import { settle, stateOf } from "../kit/held_connection.ts";
import { awaitText, readText, toBytes } from "../kit/held_handshake.ts";
import type { Clock } from "../../src/connection/clock.ts";
import type { Extension } from "../../src/protocol/extension.ts";
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
    [{ signal: {} as AbortSignal }, TypeError],
    [{ onFrame: {} as unknown as () => void }, TypeError],
    [{ onHead: "x" as unknown as () => void }, TypeError],
    [{ onRequest: [] as unknown as () => undefined }, TypeError],
    [{ headers: { "a\r\nb": "c" } }, TypeError],
    [{ headers: { a: "b\0" } }, TypeError],
    [{ protocols: ["a b"] }, TypeError],
    [{ head: "GET / " as unknown as Uint8Array }, TypeError],
    [{ head: 7 as unknown as Uint8Array }, TypeError],
    [{ clock: {} as Clock }, TypeError],
    [{ clock: null as unknown as Clock }, TypeError],
    [{ extensions: [{ name: "x" } as Extension] }, TypeError],
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

test("onHead sees the request and the answer", async () => {
  const heads: string[][] = [];
  const transport = new HeldTransport();
  transport.deliver(toBytes(requestText({ "Cookie": "a=b" })));
  (await acceptWebSocket(transport, { onHead: (...head) => void heads.push(head) })).abort();
  assertEquals(heads.map(([direction, head]) => [direction, head!.split("\n")[0]]), [
    ["received", "GET /chat HTTP/1.1"],
    ["sent", "HTTP/1.1 101 Switching Protocols"],
  ]);
  assert(heads[0]![1]!.includes("\nCookie: a=b"));
  assert(heads[1]![1]!.includes(`\nSec-WebSocket-Accept: ${exampleAccept}`));
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
