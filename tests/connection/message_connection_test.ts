import { test } from "node:test";
import { assertEquals } from "@std/assert";
import {
  acceptWebSocket,
  type CloseOptions,
  connectWebSocket,
  type MessageConnection,
  ReconnectingConnection,
} from "@weft/websocket";
import { createTransportPair } from "@weft/websocket/testing";

test("every connection tells its role, and the request or the response that opened it", async () => {
  const [near, far] = createTransportPair();
  const accepting = acceptWebSocket(far, { headers: { "x-served-by": "weft" } });
  const client = new ReconnectingConnection(() => connectWebSocket("ws://example.com/chat", near));
  const tell = ({ role, request, response }: MessageConnection) => [
    role,
    request?.url.pathname,
    response?.headers.get("x-served-by"),
  ];
  assertEquals(tell(client), ["client", undefined, undefined]);
  const server = await accepting;
  await server.send("Hello");
  await client.receive();
  assertEquals(tell(server), ["server", "/chat", undefined]);
  assertEquals(tell(client), ["client", undefined, "weft"]);
  const nothing: CloseOptions = { closeCode: undefined, reason: undefined };
  assertEquals((await client.close(nothing)).closeCode, 1000);
});
