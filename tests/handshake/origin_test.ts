import { test } from "node:test";
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { checkOrigin, type OriginPolicy, serializeOrigin } from "../../src/handshake/check_origin.ts";
import { HandshakeError } from "../../src/handshake/handshake_error.ts";
import { type FieldChanges, readRequest, requestText } from "../kit/heads.ts";

/** 0 for an origin let through, else the status. */
async function ask(changes: FieldChanges, policy?: OriginPolicy, secure = false): Promise<number> {
  try {
    await checkOrigin(readRequest(requestText(changes), secure), policy);
    return 0;
  } catch (error) {
    if (error instanceof HandshakeError) return error.status;
    throw error;
  }
}

test("checkOrigin() lets through a request without Origin: no browser sent it (RFC 6455 §10.2)", async () => {
  assertEquals(await ask({}), 0);
  assertEquals(await ask({}, () => false), 0);
});

test("checkOrigin() lets through a page of the same host, whatever its spelling (RFC 6454 §4)", async () => {
  const origins = ["https://server.example.com", "http://server.example.com", "https://SERVER.Example.COM"];
  for (const Origin of [...origins, "https://server.example.com:443"]) assertEquals(await ask({ Origin }), 0);
  assertEquals(await ask({ Origin: "https://server.example.com" }, [], true), 0);
});

test("checkOrigin() answers 403 to any other origin, decided by its parts (RFC 6455 §4.2.2 (4))", async () => {
  const origins = [
    "https://evil.example",
    "null",
    "https://server.example.com.evil.io",
    "https://evil.server.example.com",
    "https://server.example.com:444",
    "https://server.example.com:80",
    "http://server.example.com:443",
    "https://server.example.com.",
    "https://server.example.com@evil",
    "https://user@server.example.com",
    "https://server.example.com/",
    "https://server.example.com/path",
    "https://server.example.com?x",
    "https://server.example.com#x",
    "https://evil\\@server.example.com",
    "https:server.example.com",
    "//server.example.com",
    "server.example.com",
    "ws://server.example.com",
    "file://server.example.com",
    "chrome-extension://server.example.com",
    "https://server.example.com:99999",
    "https://",
    "",
    "caf\xe9",
    "https://a https://server.example.com",
  ];
  for (const Origin of origins) assertEquals(await ask({ Origin }), 403, Origin);
  for (const Origin of origins) assertEquals(await ask({ Origin }, [], true), 403, Origin);
});

test("checkOrigin() answers 403 to a page of plain HTTP where the host is asked over TLS", async () => {
  assertEquals(await ask({ Origin: "http://server.example.com" }, [], true), 403);
  assertEquals(await ask({ Origin: "http://server.example.com:443" }, [], true), 403);
});

test("checkOrigin() compares ports, the default ones too (RFC 6454 §5)", async () => {
  assertEquals(await ask({ Host: "a:8080", Origin: "http://a:8080" }), 0);
  assertEquals(await ask({ Host: "a:8080", Origin: "http://a" }), 403);
  assertEquals(await ask({ Host: "a:443", Origin: "https://a" }), 0);
  assertEquals(await ask({ Host: "a:443", Origin: "http://a" }), 403);
  assertEquals(await ask({ Host: "a:80", Origin: "http://a" }), 0);
  assertEquals(await ask({ Host: "a:80", Origin: "https://a" }), 403);
  assertEquals(await ask({ Host: "a:", Origin: "https://a" }), 0);
});

test("checkOrigin() compares IPv6 addresses and trailing dots exactly", async () => {
  assertEquals(await ask({ Host: "[::1]:81", Origin: "http://[::1]:81" }), 0);
  assertEquals(await ask({ Host: "[::1]:81", Origin: "http://[0:0:0:0:0:0:0:1]:81" }), 0);
  assertEquals(await ask({ Host: "[::1]:81", Origin: "http://[::2]:81" }), 403);
  assertEquals(await ask({ Host: "a.", Origin: "http://a." }), 0);
  assertEquals(await ask({ Host: "a.", Origin: "http://a" }), 403);
});

test("checkOrigin() answers 400 to two origins, whatever the policy", async () => {
  const Origin = ["https://server.example.com", "https://server.example.com"];
  assertEquals(await ask({ Origin }), 400);
  assertEquals(await ask({ Origin }, "*"), 400);
  assertEquals(await ask({ Origin: "https://a,https://b" }, () => true), 400);
});

test('checkOrigin() lets every origin through with "*"', async () => {
  assertEquals(await ask({ Origin: "https://evil.example" }, "*"), 0);
  assertEquals(await ask({ Origin: "null" }, "*"), 0);
});

test("checkOrigin() adds the origins of a list to the same host, exactly", async () => {
  const list = ["https://App.example:443", "null", "capacitor://localhost"];
  for (
    const Origin of ["https://app.example", "null", "capacitor://localhost", "https://server.example.com"]
  ) {
    assertEquals(await ask({ Origin }, list), 0);
  }
  for (
    const Origin of ["http://app.example", "https://app.example.evil", "https://a.app.example", "nul", ""]
  ) {
    assertEquals(await ask({ Origin }, list), 403);
  }
});

test("checkOrigin() asks a function about other origins, and takes true for a yes and nothing else", async () => {
  const seen: string[] = [];
  const policy = (origin: string) => seen.push(origin) > 0 && origin.endsWith(".example");
  assertEquals(await ask({ Origin: "https://a.example" }, policy), 0);
  assertEquals(await ask({ Origin: "https://a.evil" }, policy), 403);
  assertEquals(await ask({ Origin: "https://server.example.com" }, policy), 0);
  assertEquals(seen, ["https://a.example", "https://a.evil"]);
  assertEquals(await ask({ Origin: "https://a" }, () => Promise.resolve(true)), 0);
  assertEquals(await ask({ Origin: "https://a" }, () => Promise.resolve(false)), 403);
  assertEquals(await ask({ Origin: "https://a" }, () => "no" as unknown as boolean), 403);
});

test("checkOrigin() answers 500 when the function throws, with the cause", async () => {
  const cause = new Error("no database");
  const error = await assertRejects(
    () =>
      checkOrigin(readRequest(requestText({ Origin: "https://a" })), () => {
        throw cause;
      }),
    HandshakeError,
  );
  assertEquals(error.status, 500);
  assertStrictEquals(error.cause, cause);
});

test("serializeOrigin() gives one spelling, and nothing for what is no origin (RFC 6454 §6.2)", () => {
  assertEquals(serializeOrigin("HTTPS://A.example:443"), "https://a.example");
  assertEquals(serializeOrigin("http://a:8080"), "http://a:8080");
  assertEquals(serializeOrigin("null"), "null");
  assertEquals(serializeOrigin("https://a/"), undefined);
  assertEquals(serializeOrigin("https://[::zz]"), undefined);
});
