import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { answerUpgrade } from "../../src/handshake/server_handshake.ts";
import { checkUpgradeOptions, type UpgradeOptions } from "../../src/handshake/upgrade_options.ts";
import type { Extension } from "../../src/protocol/extension.ts";
import { fieldsOf, readRequest, requestText } from "../kit/heads.ts";

function extension(name: string): Extension {
  return { name, offer: () => [], accept: () => undefined, confirm: () => undefined };
}

test("checkUpgradeOptions() takes everything that can be meant", () => {
  const good: UpgradeOptions[] = [
    {},
    {
      protocols: undefined,
      headers: undefined,
      authorize: undefined,
      origins: undefined,
      extensions: undefined,
    },
    { protocols: [] },
    { protocols: ["chat", "Chat", "v1.chat"] },
    { protocols: () => undefined },
    { headers: { "Server": "weft", "X-A": "caf\xe9\tb", "X-B": "" } },
    { headers: new Headers([["set-cookie", "a=1"], ["set-cookie", "b=2"]]) },
    { headers: () => ({}) },
    { authorize: () => {} },
    { origins: "*" },
    { origins: [] },
    { origins: ["null", "https://a.example", "http://[::1]:8080", "app://local"] },
    { origins: () => true },
    { extensions: [extension("a"), extension("b")] },
  ];
  for (const options of good) checkUpgradeOptions(options);
});

test("checkUpgradeOptions() refuses fields that may not stand in a head (RFC 9110 §5.1, §5.5)", () => {
  const wrong: Record<string, string>[] = [
    { "X-A": "a\r\nb: c" },
    { "X-A": "a\nb" },
    { "X-A": "a\rb" },
    { "X-A": "a\0b" },
    { "X-A": "a\x7fb" },
    { "X-A": "a\x01b" },
    { "X-A": "\u0100" },
    { "X Y": "a" },
    { "X:": "a" },
    { "X\r\nY": "a" },
    { "": "a" },
    { "\xe9": "a" },
  ];
  for (const headers of wrong) assertThrows(() => checkUpgradeOptions({ headers }), TypeError);
});

test("checkUpgradeOptions() refuses fields that belong to the handshake", () => {
  const names = [
    "Upgrade",
    "connection",
    "Host",
    "Content-Length",
    "Transfer-Encoding",
    "Sec-WebSocket-Accept",
    "Sec-WebSocket-Protocol",
    "SEC-WEBSOCKET-EXTENSIONS",
    "Sec-WebSocket-Key",
  ];
  for (const name of names) {
    assertThrows(
      () => checkUpgradeOptions({ headers: { [name]: "a" } }),
      TypeError,
      "the handshake sets it itself",
    );
  }
});

test("checkUpgradeOptions() refuses what is no subprotocol, no extension or there twice", () => {
  const lists = [["ch at"], [""], ["caf\xe9"], ["a", "a"], ["a\r\n"], "chat", [1], null];
  for (const protocols of lists as unknown as (readonly string[])[]) {
    assertThrows(() => checkUpgradeOptions({ protocols }), TypeError, "Cannot use protocols");
  }
  assertThrows(
    () => checkUpgradeOptions({ extensions: [extension("a b")] }),
    TypeError,
    "Cannot use extensions",
  );
  assertThrows(
    () => checkUpgradeOptions({ extensions: [extension("a"), extension("a")] }),
    TypeError,
    "different",
  );
  assertThrows(
    () => checkUpgradeOptions({ extensions: extension("a") as never }),
    TypeError,
    "Cannot use extensions: not a list",
  );
});

test("checkUpgradeOptions() refuses what is no origin", () => {
  for (const origin of ["https://a/", "a.example", "https://*.a", "*", "https://a/b", "", "https://u@a"]) {
    assertThrows(() => checkUpgradeOptions({ origins: [origin] }), TypeError, "Cannot use origins");
  }
  const origins = "https://a" as unknown as string[];
  assertThrows(() => checkUpgradeOptions({ origins }), TypeError, "Cannot use origins");
});

test("checkUpgradeOptions() refuses what is no function where one is called for", () => {
  const authorize = new Response() as unknown as () => undefined;
  assertThrows(() => checkUpgradeOptions({ authorize }), TypeError, "Cannot use authorize");
});

test("answerUpgrade() adds the application's fields behind its own (RFC 6455 §4.2.2 (5.6))", async () => {
  const headers = new Headers([["set-cookie", "a=1"], ["Set-Cookie", "b=2"], ["server", "caf\xe9"]]);
  const { head } = await answerUpgrade(readRequest(requestText()), { headers });
  assertEquals(head.endsWith("\r\nserver: caf\xe9\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n\r\n"), true);
});

test("answerUpgrade() adds the fields that a function of the request returns, now or later", async () => {
  const request = readRequest(requestText());
  const now = await answerUpgrade(request, { headers: ({ target }) => ({ "x-target": target }) });
  assertEquals(fieldsOf(now.head).get("x-target"), "/chat");
  const later = await answerUpgrade(request, { headers: () => Promise.resolve(new Headers({ "x-a": "1" })) });
  assertEquals(fieldsOf(later.head).get("x-a"), "1");
});
