import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { HandshakeError } from "../../src/handshake/handshake_error.ts";
import { HandshakeRequest } from "../../src/handshake/handshake_request.ts";
import { encodeLatin1 } from "../../src/handshake/latin1.ts";
import { defaultHeadLimits } from "../../src/handshake/limits.ts";
import { createRequestReader } from "../../src/handshake/request_reader.ts";
import { exampleFields, feedRequest, headText, readRequest, requestText } from "../kit/heads.ts";

function statusOf(text: string): number | undefined {
  return feedRequest(text).error?.status;
}

test("createRequestReader() reads a head in any chunking, and copies the bytes behind it", () => {
  const frame = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
  const { head, rest } = feedRequest(requestText() + frame);
  assertEquals(head?.method, "GET");
  assertEquals(head?.target, "/chat");
  assertEquals(head?.version, "HTTP/1.1");
  assertEquals(head?.url.href, "http://server.example.com/chat");
  assertEquals(Object.fromEntries(head?.headers ?? []), {
    "connection": "Upgrade",
    "host": "server.example.com",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-version": "13",
    "upgrade": "websocket",
  });
  assertEquals(rest, frame);
});

test("createRequestReader() leaves a second request in what follows the first (RFC 9112 §9.3)", () => {
  const { rest } = feedRequest(requestText({ "Sec-WebSocket-Key": undefined }) + requestText());
  assertEquals(rest, requestText());
});

test("createRequestReader() copies what follows even where the chunk is a Buffer or a part of a larger memory", () => {
  const memory = encodeLatin1(`junk${requestText()}frames`);
  const read = createRequestReader(defaultHeadLimits)(memory.subarray(4));
  memory.fill(0);
  assertEquals(read?.rest, encodeLatin1("frames"));
  assertEquals(read?.rest.buffer.byteLength, 6);
  const request = encodeLatin1(`${requestText()}frames`);
  class Shared extends Uint8Array {
    override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
      return this.subarray(start, end) as Uint8Array<ArrayBuffer>;
    }
  }
  const shared = new Shared(request);
  const second = createRequestReader(defaultHeadLimits)(shared);
  shared.fill(0);
  assertEquals(second?.rest, encodeLatin1("frames"));
});

test("createRequestReader() reads fields as RFC 9110 §5 has them: any case, white space around, several joined", () => {
  const { head } = feedRequest(
    requestText({ "X-a": ["1", "\t 2 \t"], "x-B": 'caf\xe9\t:;"', "X-C": "", "__proto__": "p" }),
  );
  assertEquals(head?.headers.get("X-A"), "1, 2");
  assertEquals(head?.headers.get("x-b"), 'caf\xe9\t:;"');
  assertEquals(head?.headers.get("x-c"), "");
  assertEquals(head?.headers.get("constructor"), null);
  const { head: second } = feedRequest(
    headText("GET / HTTP/1.1", { Host: "a", constructor: "1", toString: "2" }),
  );
  assertEquals(second?.headers.get("constructor"), "1");
  assertEquals(second?.headers.get("tostring"), "2");
});

test("createRequestReader() passes over one empty line before the request, no more (RFC 9112 §2.2)", () => {
  assertEquals(feedRequest("\r\n" + requestText()).head?.target, "/chat");
  assertEquals(statusOf("\r\n\r\n" + requestText()), 400);
  assertEquals(statusOf("\r\n\r\n\r\n" + requestText()), 400);
});

test("createRequestReader() answers 400 to line ends that are not CRLF (RFC 9112 §2.2)", () => {
  assertEquals(statusOf(requestText().replaceAll("\r\n", "\n")), 400);
  assertEquals(statusOf(requestText().replace("\r\n", "\n")), 400);
  assertEquals(statusOf(requestText().replace("\r\nUpgrade", "\nUpgrade")), 400);
  assertEquals(statusOf(requestText().replaceAll("\r\n", "\r")), 400);
  assertEquals(statusOf("GET / HTTP/1.1\rH"), 400);
  assertEquals(statusOf("\n"), 400);
  assertEquals(statusOf("\r\r"), 400);
  assertEquals(statusOf(requestText({ "X-A": "a\rb" })), 400);
});

test("createRequestReader() answers 400 to control characters at once, as to a TLS ClientHello (RFC 9110 §5.5)", () => {
  assertEquals(statusOf("\x16\x03\x01"), 400);
  for (let code = 0; code < 0x20; code++) {
    if (code !== 0x09 && code !== 0x0d) {
      assertEquals(statusOf(`GET / HTTP/1.1\r\nX-A: a${String.fromCharCode(code)}`), 400);
    }
  }
  assertEquals(statusOf("GET / HTTP/1.1\r\nX-A: a\x7f"), 400);
  assertEquals(statusOf("GET / HTTP/1.1\r\nX-\x01A"), 400);
});

test("createRequestReader() answers 400 to folded lines and to white space before the first field (RFC 9112 §2.2, §5.2)", () => {
  assertEquals(statusOf(requestText({ "X-A": "a\r\n b" })), 400);
  assertEquals(statusOf(requestText({ "X-A": "a\r\n\tb" })), 400);
  assertEquals(statusOf("GET / HTTP/1.1\r\n "), 400);
  assertEquals(statusOf(" "), 400);
});

test("createRequestReader() answers 400 to what is no field line (RFC 9112 §5.1)", () => {
  for (const line of ["X-A", ": a", "X A: a", "X-A : a", "X-\xe9: a", "(X): a", "X-A;b: c"]) {
    assertEquals(statusOf(`GET / HTTP/1.1\r\nHost: a\r\n${line}\r\n`), 400, line);
  }
});

test("createRequestReader() answers 400 to a request line that is none, at its end (RFC 9112 §3)", () => {
  const lines = [
    "GET  / HTTP/1.1",
    "GET /  HTTP/1.1",
    "GET\t/\tHTTP/1.1",
    "GET / HTTP/1.1 ",
    "GET /",
    "GET / ",
    "GET",
    "GET /caf\xe9 HTTP/1.1",
    "G(T / HTTP/1.1",
    "GET / http/1.1",
    "GET / HTTP/1.2",
    "GET / HTTP/11",
    "GET / HTTP/2.0",
    "PRI * HTTP/2.0",
    "GET / HTTP/0.9",
    "GET / HTTP/1.1x",
    "GET / ICY",
  ];
  for (const line of lines) assertEquals(statusOf(`${line}\r\n`), 400, line);
});

test("createRequestReader() answers 505 to HTTP/1.0 (RFC 6455 §4.2.1 (1))", () => {
  assertEquals(statusOf(requestText({}, "GET /chat HTTP/1.0")), 505);
});

test("HandshakeRequest takes origin-form and absolute-form and gives the target verbatim (RFC 9112 §3.2)", () => {
  const targets: Record<string, string> = {
    "/": "http://server.example.com/",
    '/a/../b%2Fc?q=%41&r=|[]{}"': "http://server.example.com/b%2Fc?q=%41&r=|[]{}%22",
    "//evil.example/x": "http://server.example.com//evil.example/x",
    "/\\evil.example": "http://server.example.com//evil.example",
    "/@evil.example:80/": "http://server.example.com/@evil.example:80/",
    "http://other.example:81/chat?x": "http://other.example:81/chat?x",
    "HTTPS://other.example": "https://other.example/",
    "http://other.example?x": "http://other.example/?x",
    "http://[::1]:8080/": "http://[::1]:8080/",
  };
  for (const [target, url] of Object.entries(targets)) {
    const { head } = feedRequest(requestText({}, `GET ${target} HTTP/1.1`));
    assertEquals(head?.target, target);
    assertEquals(head?.url.href, url);
  }
});

test("HandshakeRequest takes the host of an absolute target for Host (RFC 9112 §3.2.2)", () => {
  const { head } = feedRequest(requestText({}, "GET http://other.example:81/chat HTTP/1.1"));
  assertEquals(head?.headers.get("host"), "other.example:81");
});

test("HandshakeRequest answers 400 to other targets (RFC 9112 §3.2)", () => {
  const targets = [
    "*",
    "chat",
    "?x",
    "server.example.com:80",
    "/chat#x",
    "/#",
    "http://server.example.com/#x",
    "ws://server.example.com/",
    "ftp://server.example.com/",
    "http:/chat",
    "http://",
    "http:///chat",
    "http://user@server.example.com/",
    "http://a,b/",
    "http://a\\b/",
    "http://server.example.com:99999/",
  ];
  for (const target of targets) {
    assertEquals(statusOf(requestText({}, `GET ${target} HTTP/1.1`)), 400, target);
  }
});

test("HandshakeRequest answers 400 when Host is missing, repeated or malformed (RFC 9112 §3.2)", () => {
  const hosts = [
    undefined,
    ["a", "b"],
    ["a", "a"],
    ["", ""],
    "",
    "a b/c@d",
    "a,b",
    "user@a",
    "a/b",
    "a?b",
    "a#b",
    "http://a",
    "a:b",
    "a:1:2",
    ":80",
    "[::1",
    "[::1]x",
    "[::zz]",
    "[1]",
    "a:99999",
    "caf\xe9",
    "999.1.1.1",
  ];
  for (const host of hosts) assertEquals(statusOf(requestText({ Host: host })), 400, `${host}`);
  const absolute = "GET http://server.example.com/ HTTP/1.1";
  assertEquals(statusOf(requestText({ Host: undefined }, absolute)), 400);
});

test("HandshakeRequest takes every host that is one (RFC 9110 §7.2)", () => {
  const hosts = [
    "a",
    "A.example:80",
    "a.:8080",
    "127.0.0.1:1",
    "[::1]",
    "[::ffff:1.2.3.4]:443",
    "a_b.c",
    "a:",
  ];
  for (const host of hosts) {
    assertEquals(feedRequest(requestText({ Host: host })).head?.headers.get("host"), host);
  }
});

test("HandshakeRequest has an https: URL when the bytes come over TLS", () => {
  assertEquals(readRequest(requestText(), true).url.href, "https://server.example.com/chat");
  assertEquals(readRequest(requestText(), true).secure, true);
  assertEquals(readRequest(requestText()).secure, false);
});

test("HandshakeRequest can be made of a request that was read elsewhere, and copies its fields", () => {
  const headers = new Headers(exampleFields);
  const request = new HandshakeRequest({ method: "GET", target: "/chat?room=a", headers });
  headers.set("host", "other");
  assertEquals(request.headers.get("host"), "server.example.com");
  assertEquals(request.url.searchParams.get("room"), "a");
  assertThrows(
    () => new HandshakeRequest({ method: "GET", target: "/", headers, version: "HTTP/1.0" }),
    HandshakeError,
    "HTTP/1.0",
  );
});

function requestOfLine(length: number): string {
  return `GET /${"x".repeat(length - "GET / HTTP/1.1".length)} HTTP/1.1\r\n`;
}

test("createRequestReader() takes a request line of maxHeaderLine bytes and answers 414 to one more (RFC 9110 §15.5.15)", () => {
  const { head } = feedRequest(`${requestOfLine(8192)}Host: a\r\n\r\n`);
  assertEquals(head?.target.length, 8192 - 13);
  assertEquals(statusOf(requestOfLine(8193)), 414);
  assertEquals(statusOf("x".repeat(8193)), 414);
});

test("createRequestReader() takes a field line of maxHeaderLine bytes and answers 431 to one more (RFC 6585 §5)", () => {
  const field = `X: ${"x".repeat(8189)}`;
  assertEquals(
    feedRequest(requestText().replace("\r\n\r\n", `\r\n${field}\r\n\r\n`)).head?.headers.get("x")?.length,
    8189,
  );
  assertEquals(statusOf(`GET / HTTP/1.1\r\n${field}x`), 431);
});

test("createRequestReader() takes maxHeaders fields and answers 431 to one more (RFC 6585 §5)", () => {
  const fields = (count: number) => `GET / HTTP/1.1\r\nHost: a\r\n${"X: a\r\n".repeat(count - 1)}`;
  assert(feedRequest(`${fields(128)}\r\n`).head);
  assertEquals(statusOf(fields(129)), 431);
  assertEquals(statusOf(`${fields(2001)}Upgrade: websocket\r\n\r\n`), 431);
});

test("createRequestReader() takes a head of maxHeadSize bytes and answers 431 to one more (RFC 6585 §5)", () => {
  const limits = { ...defaultHeadLimits, maxHeadSize: requestText().length };
  assert(feedRequest(requestText() + "frames", limits).head);
  const { error } = feedRequest(`\r\n${requestText()}`, limits);
  assertEquals(error?.status, 431);
  assertEquals(
    feedRequest(`GET / HTTP/1.1\r\n${`X: ${"x".repeat(1000)}\r\n`.repeat(33)}`).error?.status,
    431,
  );
});

test("createRequestReader() looks at every byte once, however the head is cut (RFC 6455 §10.4)", () => {
  const bytes = encodeLatin1(requestText({ "X-A": "a".repeat(8000) }).slice(0, -1));
  for (const size of [1, 2, 1000, bytes.length]) {
    let looks = 0;
    const reader = createRequestReader(defaultHeadLimits);
    for (let at = 0; at < bytes.length; at += size) {
      const chunk = new Proxy(bytes.subarray(at, at + size), {
        get(target, name) {
          if (name !== "length") looks++;
          return Reflect.get(target, name, target);
        },
      });
      assertEquals(reader(chunk), undefined);
    }
    assertEquals(looks, bytes.length);
  }
});

test("createRequestReader() takes time linear in a line, where its limits are raised", () => {
  const limits = { maxHeaderLine: 2 ** 21, maxHeaders: 128, maxHeadSize: 2 ** 22 };
  const reader = createRequestReader(limits);
  assertEquals(reader(encodeLatin1(requestText().slice(0, -2))), undefined);
  const read = reader(encodeLatin1(`X: b${" ".repeat(2 ** 20)}x${" ".repeat(1000)}\r\n\r\n`));
  assertEquals(read?.head.headers.get("x")?.length, 2 ** 20 + 2);
  const name = createRequestReader(limits);
  assertThrows(
    () => name(encodeLatin1(`GET / HTTP/1.1\r\n${"x".repeat(2 ** 20)}\r\n`)),
    HandshakeError,
    "malformed field line",
  );
});
