import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { isWebSocketUpgrade } from "../../src/handshake/is_websocket_upgrade.ts";
import { exampleFields, readRequest, requestText } from "../kit/heads.ts";

test("isWebSocketUpgrade() takes fields, or any request that has some (RFC 6455 §4.2.1)", () => {
  const headers = new Headers(exampleFields);
  assertEquals(isWebSocketUpgrade(headers), true);
  assertEquals(isWebSocketUpgrade({ headers }), true);
  assertEquals(isWebSocketUpgrade({ headers, method: "GET" }), true);
  assertEquals(isWebSocketUpgrade(readRequest(requestText())), true);
  assertEquals(isWebSocketUpgrade(new Headers()), false);
  assertEquals(isWebSocketUpgrade(new Request("http://a/")), false);
});

test("isWebSocketUpgrade() is false for another method, another protocol or no upgrade (§4.2.1 (1, 3, 4))", () => {
  const ask = (upgrade: string, connection: string, method = "GET") =>
    isWebSocketUpgrade({ headers: new Headers({ upgrade, connection }), method });
  assertEquals(ask("WEBSOCKET", "keep-alive, upgrade"), true);
  assertEquals(ask("websocket", "upgrade", "POST"), false);
  assertEquals(ask("h2c", "upgrade"), false);
  assertEquals(ask("notwebsocket", "upgrade"), false);
  assertEquals(ask("websocket", "keep-alive"), false);
  assertEquals(ask("websocket", "upgrade-insecure"), false);
});

test("isWebSocketUpgrade() is true for an upgrade that will be refused", () => {
  assertEquals(isWebSocketUpgrade(readRequest(requestText({ "Sec-WebSocket-Version": "8" }))), true);
});

test("isWebSocketUpgrade() takes time linear in the fields", () => {
  const blank = " ".repeat(2 ** 20);
  assertEquals(
    isWebSocketUpgrade(new Headers({ upgrade: `a${blank}x,websocket`, connection: "upgrade" })),
    true,
  );
  assertEquals(
    isWebSocketUpgrade(new Headers({ upgrade: `websocket${blank}x`, connection: "upgrade" })),
    false,
  );
});
