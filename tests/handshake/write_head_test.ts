import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import type { HandshakeResponse } from "../../src/handshake/handshake_response.ts";
import { encodeLatin1 } from "../../src/handshake/latin1.ts";
import { formatHead, formatResponse } from "../../src/handshake/write_head.ts";
import { decodeLatin1 } from "../kit/latin1.ts";

const badFields: [string, string][] = [
  ["X-A", "a\r\nb: c"],
  ["X-A", "a\n"],
  ["X-A", "a\0"],
  ["X-A", "a\x7f"],
  ["X-A", "\u0100"],
  ["X Y", "a"],
  ["X:", "a"],
  ["", "a"],
  ["X\r\nY", "a"],
];

function write(response: Partial<HandshakeResponse>, keepAlive = false): string {
  const whole = { status: 403, statusText: "Forbidden", headers: new Headers(), ...response };
  return formatResponse(whole, keepAlive);
}

test("formatHead() writes fields in the order and spelling given (RFC 9112 §2.1)", () => {
  const head = formatHead("GET /chat?x HTTP/1.1", [["Host", "a"], ["X-A", "caf\xe9\t!"], ["x-b", ""]]);
  assertEquals(head, "GET /chat?x HTTP/1.1\r\nHost: a\r\nX-A: caf\xe9\t!\r\nx-b: \r\n\r\n");
  assertEquals(formatHead("HTTP/1.1 200 ", new Headers({ a: "b" })), "HTTP/1.1 200 \r\na: b\r\n\r\n");
});

test("formatHead() and formatResponse() let no line break and no control character into a head", () => {
  for (const field of badFields) assertThrows(() => formatHead("GET / HTTP/1.1", [field]), TypeError);
  for (const bad of ["a\r\nb: c", "\0", "\x7f", "\u0100"]) {
    assertThrows(() => formatHead(`GET /${bad} HTTP/1.1`, []), TypeError, "not allowed in a head");
    assertThrows(() => write({ statusText: bad }), TypeError, "not allowed in a head");
  }
  for (const status of [0, 99, 1000, NaN, 200.5, -200]) {
    assertThrows(() => write({ status }), TypeError, "not allowed in a head");
  }
});

test("formatResponse() says how long the body is and that the connection ends (RFC 9112 §6.2, §9.6)", () => {
  assertEquals(
    write({ headers: new Headers({ "x-a": "1" }), body: encodeLatin1("no\n") }),
    "HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 3\r\nx-a: 1\r\n\r\n",
  );
  assertEquals(write({}), "HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
});

test("formatResponse() keeps the connection when it is told to", () => {
  assertEquals(
    write({}, true),
    "HTTP/1.1 403 Forbidden\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n",
  );
});

test("formatResponse() lets no field of the response decide where its body ends", () => {
  const headers = new Headers({
    "Transfer-Encoding": "chunked",
    "Content-Length": "99",
    "Connection": "keep-alive",
  });
  assertEquals(
    write({ headers }),
    "HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
  );
  assertEquals(headers.get("content-length"), "99");
});

test("formatResponse() names Upgrade in Connection where there is one (RFC 9110 §7.8)", () => {
  const headers = new Headers({ upgrade: "websocket" });
  assertEquals(
    write({ status: 426, statusText: "", headers }),
    "HTTP/1.1 426 \r\nconnection: Upgrade, close\r\ncontent-length: 0\r\nupgrade: websocket\r\n\r\n",
  );
});

test("formatResponse() gives a 204 no Content-Length (RFC 9110 §8.6)", () => {
  assertEquals(write({ status: 204, statusText: "" }), "HTTP/1.1 204 \r\nconnection: close\r\n\r\n");
});

test("formatResponse() writes every Set-Cookie as its own field", () => {
  const headers = new Headers([["set-cookie", "a=1"], ["set-cookie", "b=2"]]);
  assertEquals(write({ headers }).includes("\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n"), true);
});

test("encodeLatin1() keeps every byte, in texts of any length", () => {
  const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index);
  assertEquals(encodeLatin1(decodeLatin1(bytes)), bytes);
});
