import { test } from "node:test";
import { assertEquals, assertMatch } from "@std/assert";
import type { HandshakeError } from "../../src/handshake/handshake_error.ts";
import { type HandshakeResponse, isInterimResponse } from "../../src/handshake/handshake_response.ts";
import { defaultHeadLimits } from "../../src/handshake/limits.ts";
import { createResponseReader } from "../../src/handshake/response_reader.ts";
import { exampleAccept, feedEveryWay, headText, type Outcome } from "../kit/heads.ts";

const fields = { "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": exampleAccept };
const answer = headText("HTTP/1.1 101 Switching Protocols", fields);

function feedResponse(text: string): Outcome<HandshakeResponse> {
  return feedEveryWay(
    () => createResponseReader(defaultHeadLimits),
    text,
    ({ status, statusText, headers }) => ({ status, statusText, headers: [...headers] }),
  );
}

function assertMalformed(error: HandshakeError | undefined, reason = /./): void {
  assertEquals(error?.status, 0);
  assertEquals(error?.response, undefined);
  assertMatch(error?.message ?? "", /^Cannot connect: the response has /);
  assertMatch(error?.message ?? "", reason);
}

test("createResponseReader() reads a 101 in any chunking, and copies the frames behind it (RFC 6455 §4.1)", () => {
  const { head, rest } = feedResponse(`${answer}\x81\x05Hello`);
  assertEquals(head?.status, 101);
  assertEquals(head?.statusText, "Switching Protocols");
  assertEquals(head?.headers.get("sec-websocket-accept"), exampleAccept);
  assertEquals(rest, "\x81\x05Hello");
});

test("createResponseReader() takes an empty reason phrase, and none at all (RFC 9112 §4)", () => {
  assertEquals(feedResponse(headText("HTTP/1.1 101 ", fields)).head?.statusText, "");
  assertEquals(feedResponse(headText("HTTP/1.1 101", fields)).head?.statusText, "");
  assertEquals(feedResponse(headText("HTTP/1.1 101 caf\xe9 a\tb", fields)).head?.statusText, "caf\xe9 a\tb");
});

test("createResponseReader() reads any final response, an HTTP/1.0 one too, with its fields and its body behind", () => {
  for (const status of [200, 204, 301, 400, 401, 403, 426, 429, 500, 503, 599, 999]) {
    const { head, rest } = feedResponse(
      `HTTP/1.1 ${status} x\r\nLocation: http://other.example/\r\n\r\nbody`,
    );
    assertEquals(head?.status, status);
    assertEquals(head?.headers.get("location"), "http://other.example/");
    assertEquals(rest, "body");
  }
  assertEquals(feedResponse("HTTP/1.0 503 x\r\n\r\n").head?.status, 503);
});

test("createResponseReader() refuses what is no HTTP/1.1 status line (RFC 9112 §4)", () => {
  const lines = [
    "HTTP/1.0 101 Switching Protocols",
    "HTTP/1.1 1O1 Switching Protocols",
    "HTTP/1.1 99 x",
    "HTTP/1.1 1010 x",
    "HTTP/1.1 001 x",
    "HTTP/1.1  101 x",
    "HTTP/1.1\t101 x",
    "HTTP/1.1 101\tx",
    "HTTP/2 101",
    "http/1.1 101 x",
    "ICY 101",
    "",
    "\r\nHTTP/1.1 101 x",
  ];
  for (const line of lines) assertMalformed(feedResponse(`${line}\r\n`).error, /start line/);
});

test("createResponseReader() refuses bare LF, bare CR, control characters and folded lines (RFC 9112 §2.2, §5.2)", () => {
  assertMalformed(feedResponse(answer.replaceAll("\r\n", "\n")).error, /control/);
  assertMalformed(feedResponse(answer.replaceAll("\r\n", "\r")).error, /control/);
  assertMalformed(feedResponse("HTTP/1.1 101 x\r\nX: \0").error, /control/);
  assertMalformed(feedResponse("HTTP/1.1 101 x\r\nX: a\r\n b").error, /space/);
  assertMalformed(feedResponse("HTTP/1.1 101 x\r\nX\r\n").error, /field line/);
});

test("createResponseReader() gives up on a head without end (RFC 6455 §10.4)", () => {
  assertMalformed(feedResponse(`HTTP/1.1 101 x\r\n${"X: a\r\n".repeat(129)}`).error, /128 fields/);
  assertMalformed(feedResponse(`HTTP/1.1 101 x\r\nX: ${"x".repeat(9 * 1024)}`).error, /8192 bytes/);
  assertMalformed(feedResponse(`HTTP/1.1 101 ${"x".repeat(64 * 1024)}`).error, /8192 bytes/);
  assertMalformed(
    feedResponse(`HTTP/1.1 101 x\r\n${`X: ${"x".repeat(8000)}\r\n`.repeat(5)}`).error,
    /32768 bytes/,
  );
});

test("createResponseReader() asks for more at every byte of a head (RFC 6455 §7.1.7)", () => {
  for (let length = 0; length < answer.length; length++) {
    const reader = createResponseReader(defaultHeadLimits);
    assertEquals(reader(new TextEncoder().encode(answer.slice(0, length))), undefined);
  }
});

test("isInterimResponse() tells the responses before the final one, 101 being final here (RFC 9110 §15.2)", () => {
  const isInterim = (status: number) => isInterimResponse({ status, statusText: "", headers: new Headers() });
  assertEquals([100, 101, 102, 103, 199, 200, 426].map(isInterim), [
    true,
    false,
    true,
    true,
    true,
    false,
    false,
  ]);
});

test("createResponseReader() leaves the 101 behind an interim response for the next reader (RFC 9110 §15.2)", () => {
  const { head, rest } = feedResponse(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${answer}`);
  assertEquals(head?.status, 103);
  assertEquals(rest, answer);
});
