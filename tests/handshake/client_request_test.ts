import { test } from "node:test";
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { createUpgradeRequest } from "../../src/handshake/client_handshake.ts";
import type { UpgradeRequestOptions } from "../../src/handshake/handshake_offer.ts";
import { answerUpgrade } from "../../src/handshake/server_handshake.ts";
import type { Extension } from "../../src/protocol/extension.ts";
import { readRequest } from "../kit/heads.ts";

function headOf(url: string | URL, options?: UpgradeRequestOptions): string {
  return createUpgradeRequest(url, options).head;
}

function extension(name: string, ...offers: [string, string | true][][]): Extension {
  return { name, offer: () => offers, accept: () => undefined, confirm: () => undefined };
}

test("createUpgradeRequest() writes the request of RFC 6455 §4.1, with a key of 16 bytes", () => {
  const { head, key, url } = createUpgradeRequest("ws://server.example.com/chat?room=a");
  assertEquals(url.href, "ws://server.example.com/chat?room=a");
  assertMatch(key, /^[\dA-Za-z+/]{22}==$/);
  assertEquals(
    head,
    "GET /chat?room=a HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
});

test("createUpgradeRequest() writes what answerUpgrade() accepts", async () => {
  const request = readRequest(headOf("wss://a.example", { protocols: ["a", "b"] }), true);
  const { protocol } = await answerUpgrade(request, { protocols: ["b"] });
  assertEquals(protocol, "b");
});

test("createUpgradeRequest() derives target and Host from the URL (§3, RFC 9110 §7.2)", () => {
  const urls: [string, string, string][] = [
    ["ws://a", "/", "a"],
    ["ws://a?x", "/?x", "a"],
    ["ws://a:80/b", "/b", "a"],
    ["ws://a:443/", "/", "a:443"],
    ["wss://a:443/", "/", "a"],
    ["wss://a:80/", "/", "a:80"],
    ["http://a:80/", "/", "a"],
    ["https://a:443/", "/", "a"],
    ["ws://[::1]:81/", "/", "[::1]:81"],
    ["ws://[::1]", "/", "[::1]"],
    ["WS://A.Example/caf\u00e9 b?\u00e9", "/caf%C3%A9%20b?%C3%A9", "a.example"],
    ["ws://b\u00fccher.example/", "/", "xn--bcher-kva.example"],
  ];
  for (const [url, target, host] of urls) {
    const [requestLine, hostLine] = headOf(url).split("\r\n");
    assertEquals([requestLine, hostLine], [`GET ${target} HTTP/1.1`, `Host: ${host}`]);
    assertEquals(headOf(new URL(url)).split("\r\n")[1], hostLine);
  }
});

test("createUpgradeRequest() refuses URLs that are none of a WebSocket (§3)", () => {
  const urls = [
    "",
    "/chat",
    "a",
    "ws:",
    "ws://",
    "ws://a:99999/",
    "ftp://a/",
    "file:///a",
    "data:,a",
    "ws://a/#b",
    "ws://a/#",
    "ws://user@a/",
    "ws://user:password@a/",
    "ws://:password@a/",
    "ws://a/\r\nX: b",
    "ws://a/\n",
    "ws://a/\tb",
    "ws://a/\0",
  ];
  for (const url of urls) {
    assertThrows(() => createUpgradeRequest(url), TypeError, "Cannot connect: the URL", url);
  }
});

test("createUpgradeRequest() offers subprotocols in their order (§4.1 (10))", () => {
  assertEquals(
    headOf("ws://a", { protocols: ["b", "a"] }).includes("\r\nSec-WebSocket-Protocol: b, a\r\n"),
    true,
  );
  assertEquals(
    headOf("ws://a", { protocols: "chat" }).includes("\r\nSec-WebSocket-Protocol: chat\r\n"),
    true,
  );
  assertEquals(headOf("ws://a", { protocols: [] }).includes("Protocol"), false);
});

test("createUpgradeRequest() refuses subprotocols that are no token or there twice (§4.1 (10))", () => {
  for (const protocols of [["a", "a"], [""], "", ["a b"], "a, b", ["caf\xe9"], ["a\r\nb"], ["a", "b", "a"]]) {
    assertThrows(() => createUpgradeRequest("ws://a", { protocols }), TypeError, "Cannot use protocols");
  }
});

test("createUpgradeRequest() offers extensions in their order, each with its offers (§9.1)", () => {
  const extensions = [extension("a", [["x", "1"], ["y", true]], []), extension("b", [])];
  const line = "\r\nSec-WebSocket-Extensions: a; x=1; y, a, b\r\n";
  assertEquals(headOf("ws://a", { extensions }).includes(line), true);
  assertEquals(headOf("ws://a", { extensions: [extension("a")] }).includes("Extensions"), false);
});

test("createUpgradeRequest() refuses extensions that are no token or there twice", () => {
  const lists = [[extension("a b")], [extension("a"), extension("a")], [extension("a", [["x", "\r\n"]])]];
  for (const extensions of lists) {
    assertThrows(() => createUpgradeRequest("ws://a", { extensions }), TypeError);
  }
});

test("createUpgradeRequest() adds the application's fields, those that browsers forbid too (§4.1 (12))", () => {
  const headers = {
    "User-Agent": "weft",
    "Authorization": "Bearer a",
    "Cookie": "a=1; b=2",
    "Origin": "https://a.example",
  };
  const head = headOf("ws://a", { headers });
  for (const [name, value] of Object.entries(headers)) {
    assertEquals(head.includes(`\r\n${name.toLowerCase()}: ${value}\r\n`), true);
  }
  assertEquals(headOf("ws://a", { headers: new Headers({ "x-a": "1" }) }).includes("\r\nx-a: 1\r\n"), true);
});

test("createUpgradeRequest() refuses fields that may not be sent or belong to the handshake", () => {
  const wrong: Record<string, string>[] = [
    { "X": "a\r\nb" },
    { "X": "\x7f" },
    { "X Y": "a" },
    { "Host": "b" },
    { "Upgrade": "h2c" },
    { "Connection": "close" },
    { "Sec-WebSocket-Key": "a" },
    { "Sec-WebSocket-Version": "8" },
    { "Sec-WebSocket-Protocol": "a" },
    { "sec-websocket-extensions": "a" },
    { "Content-Length": "5" },
    { "Transfer-Encoding": "chunked" },
  ];
  for (const headers of wrong) assertThrows(() => createUpgradeRequest("ws://a", { headers }), TypeError);
});
