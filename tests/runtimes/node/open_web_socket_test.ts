import { test } from "node:test";
import { assertRejects } from "@std/assert";
import { openWebSocket } from "../../../src/runtime/open_web_socket.ts";
import { testOpenWebSocket } from "../../kit/open_cases.ts";

if (typeof WebSocket === "function") testOpenWebSocket("WebSocket");

test("openWebSocket() says which socket a runtime does not have", async () => {
  const socket = typeof WebSocket === "function" ? "WebSocketStream" : "WebSocket";
  await assertRejects(() => openWebSocket("ws://localhost/", { socket }), TypeError, `has no ${socket}`);
});
