import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ConnectOptions } from "../../src/connection/accept_options.ts";
import { connectWebSocket } from "../../src/connection/connect_web_socket.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { makeFrame } from "../kit/frame_lines.ts";
import { settle } from "../kit/held_connection.ts";
import { answerRequest, awaitText, failureOf, toBytes } from "../kit/held_handshake.ts";
import type { Extension } from "../../src/protocol/extension.ts";
import { HeldTransport } from "../kit/held_transport.ts";

const url = "ws://server.example.com/chat";
const hello = makeFrame("text", "Hello");

/** A connect that has sent its request. */
async function begin(options: ConnectOptions = {}) {
  const transport = new HeldTransport();
  const clock = createManualClock();
  const connected = connectWebSocket(url, transport, { clock, ...options });
  connected.catch(() => {});
  const request = await awaitText(transport);
  return { transport, clock, connected, request };
}

test("connectWebSocket() asks for an upgrade and makes a connection of the answer (RFC 6455 §4.1)", async () => {
  const { transport, connected, request } = await begin({ headers: { "Authorization": "Basic x" } });
  assert(request.startsWith("GET /chat HTTP/1.1\r\nHost: server.example.com\r\n"));
  assert(/\r\nauthorization: Basic x\r\n/i.test(request));
  transport.deliver(toBytes(await answerRequest(request)));
  const connection = await connected;
  assertEquals([connection.role, connection.protocol, connection.extensions], ["client", "", ""]);
  assertEquals([connection.response?.status, connection.request], [101, undefined]);
  assertEquals(connection.response?.headers.get("upgrade"), "websocket");
  transport.deliver(hello);
  assertEquals(await connection.receive(), "Hello");
  connection.abort();
});

test("frames in the same chunk as the answer are the connection's, cut anywhere", async () => {
  const length = toBytes(await answerRequest((await begin()).request), hello).length;
  for (let cut = 0; cut <= length; cut += cut < length - 20 ? 11 : 1) {
    const { transport, connected, request } = await begin();
    const bytes = toBytes(await answerRequest(request), hello);
    transport.deliver(bytes.slice(0, cut));
    await settle();
    transport.deliver(bytes.slice(cut));
    const connection = await connected;
    assertEquals(await connection.receive(), "Hello");
    connection.abort();
  }
});

test("an answer and a masked frame: the connection opens, and fails with 1002 (RFC 6455 §5.1)", async () => {
  const { transport, connected, request } = await begin();
  transport.deliver(toBytes(await answerRequest(request), makeFrame("text", "Hello", { masked: true })));
  const connection = await connected;
  assertEquals(connection.readyState, "open");
  transport.deliverEnd();
  assertEquals((await connection.closed).closeCode, 1002);
});

test("up to 8 interim responses are passed over (RFC 9110 §15.2)", async () => {
  for (const count of [1, 8, 9]) {
    const { transport, connected, request } = await begin();
    const interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(count - 1) +
      "HTTP/1.1 100 Continue\r\n\r\n";
    transport.deliver(toBytes(interim, await answerRequest(request), hello));
    if (count <= 8) {
      assertEquals(await (await connected).receive(), "Hello");
    } else {
      assertEquals((await failureOf(connected)).message, "Cannot connect: more than 8 interim responses");
      assertEquals(transport.destroyed, true);
    }
  }
});

test("a URL and options that mean nothing are refused before the transport is touched", async () => {
  const wrong: [string, ConnectOptions, typeof TypeError | typeof RangeError][] = [
    ["ftp://a/", {}, TypeError],
    ["ws://a/#b", {}, TypeError],
    ["ws://u:p@a/", {}, TypeError],
    ["ws://a/\r\nb", {}, TypeError],
    ["nowhere", {}, TypeError],
    [url, { protocols: ["a", "a"] }, TypeError],
    [url, { headers: { a: "b\r\nc" } }, TypeError],
    [url, { handshakeTimeout: -1 }, RangeError],
    [url, { maxHeadSize: 0.5 }, RangeError],
    [url, { closeTimeout: NaN }, RangeError],
    [url, { onHead: 1 as unknown as () => void }, TypeError],
    [url, { extensions: [{ name: "x" } as Extension] }, TypeError],
  ];
  for (const [address, options, kind] of wrong) {
    const transport = new HeldTransport();
    await assertRejects(() => connectWebSocket(address, transport, options), kind);
    assertEquals([transport.paused, transport.destroyed, transport.writes], [true, false, 0]);
  }
});

test("onHead sees the request and the answer", async () => {
  const heads: string[][] = [];
  const { transport, connected, request } = await begin({ onHead: (...head) => void heads.push(head) });
  transport.deliver(toBytes("HTTP/1.1 103 Early Hints\r\n\r\n", await answerRequest(request)));
  (await connected).abort();
  assertEquals(heads.map(([direction]) => direction), ["sent", "received", "received"]);
  assertEquals(heads[0]![1], request.trimEnd().replaceAll("\r\n", "\n"));
  assert(heads[2]![1]!.startsWith("HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\n"));
});

test("an onHead that throws ends the connecting", async () => {
  const transport = new HeldTransport();
  const onHead = () => {
    throw new Error("broken tap");
  };
  const error = await connectWebSocket(url, transport, { onHead }).catch((error) => error);
  assertEquals([error.message, transport.destroyed, transport.writes], ["broken tap", true, 0]);
});

test("the options of the connection hold", async () => {
  const received: unknown[] = [];
  const onMessage = (message: unknown) => void received.push(message);
  const { transport, connected, request } = await begin({ onMessage, protocols: "chat" });
  const answer = (await answerRequest(request)).replace(
    "\r\n\r\n",
    "\r\nSec-WebSocket-Protocol: chat\r\n\r\n",
  );
  transport.deliver(toBytes(answer, hello));
  const connection = await connected;
  assertEquals(connection.protocol, "chat");
  await settle();
  assertEquals(received, ["Hello"]);
  connection.abort();
});
