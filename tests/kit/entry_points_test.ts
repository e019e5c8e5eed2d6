import { test } from "node:test";
import { assertEquals } from "@std/assert";
import * as library from "@weft/websocket";
import * as browser from "@weft/websocket/browser";
import * as hub from "@weft/websocket/hub";
import * as protocol from "@weft/websocket/protocol";
import * as testing from "@weft/websocket/testing";
import * as conformance from "@weft/websocket/testing/conformance";

test("the package's own name leads to its entry points on every runtime", () => {
  assertEquals(typeof library.acceptWebSocket, "function");
  assertEquals(typeof browser.openWebSocket, "function");
  assertEquals(browser.ReconnectingConnection, library.ReconnectingConnection);
  assertEquals(typeof hub.Hub, "function");
  assertEquals(typeof protocol.WebSocketEngine, "function");
  assertEquals(typeof testing.createTransportPair, "function");
  assertEquals(typeof conformance.judgeServer, "function");
});
