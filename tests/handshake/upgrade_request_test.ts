import { test } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import { hasBody } from "../../src/handshake/check_upgrade_request.ts";
import { HandshakeError } from "../../src/handshake/handshake_error.ts";
import { HandshakeRequest } from "../../src/handshake/handshake_request.ts";
import type { HandshakeResponse } from "../../src/handshake/handshake_response.ts";
import { answerUpgrade } from "../../src/handshake/server_handshake.ts";
import { exampleAccept, exampleKey, type FieldChanges, readRequest, requestText } from "../kit/heads.ts";
import { decodeLatin1 } from "../kit/latin1.ts";

async function headOf(changes: FieldChanges = {}): Promise<string> {
  return (await answerUpgrade(readRequest(requestText(changes)), {})).head;
}

async function refusalOf(changes: FieldChanges, requestLine?: string): Promise<HandshakeResponse> {
  const answer = async () => await answerUpgrade(readRequest(requestText(changes, requestLine)), {});
  const error = await assertRejects(answer, HandshakeError, "Cannot accept: ");
  if (error.response === undefined) throw new Error("a server's refusal has a response");
  assertEquals(error.status, error.response.status);
  return error.response;
}

const accepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  `Sec-WebSocket-Accept: ${exampleAccept}\r\n\r\n`;

test("answerUpgrade() answers the example of RFC 6455 §1.3 with these fields and no others (§4.2.2)", async () => {
  const answer = await answerUpgrade(readRequest(requestText()), {});
  assertEquals(answer.head, accepted);
  assertEquals(answer.protocol, "");
  assertEquals(answer.extension, undefined);
  assertEquals(answer.extensions, "");
});

test("answerUpgrade() looks for tokens in Upgrade and Connection, in any case (§4.2.1 (3, 4))", async () => {
  const changes: FieldChanges[] = [
    { "Upgrade": "WebSocket", "Connection": "keep-alive, UPGRADE" },
    { "Upgrade": "h2c,websocket", "Connection": "Upgrade,keep-alive" },
    { "Upgrade": ["h2c", "websocket"], "Connection": ["keep-alive", "upgrade"] },
    { "Upgrade": ", \twebsocket\t ,", "Connection": "a , upgrade , b" },
    { "Upgrade": undefined, "Connection": undefined, "uPGRADE": "websocket", "cONNECTION": "Upgrade" },
  ];
  for (const change of changes) assertEquals(await headOf(change), accepted);
});

test("answerUpgrade() answers 405 with Allow to another method (§4.2.1 (1), RFC 9110 §15.5.6)", async () => {
  for (const method of ["POST", "get", "HEAD", "OPTIONS"]) {
    const { status, headers } = await refusalOf({}, `${method} /chat HTTP/1.1`);
    assertEquals([status, headers.get("allow")], [405, "GET"]);
  }
});

test("answerUpgrade() answers 426 with Upgrade where Upgrade names no websocket (§4.2.1 (3), RFC 9110 §15.5.22)", async () => {
  for (const upgrade of [undefined, "", "h2c", "notwebsocket", "websocket/13", "websocket2", "web socket"]) {
    const { status, headers } = await refusalOf({ Upgrade: upgrade });
    assertEquals([status, headers.get("upgrade")], [426, "websocket"]);
  }
});

test("answerUpgrade() answers 426 where Connection names no upgrade (§4.2.1 (4))", async () => {
  for (const connection of [undefined, "", "keep-alive", "notupgrade", "upgrade-insecure", "up, grade"]) {
    const { status, headers } = await refusalOf({ Connection: connection });
    assertEquals([status, headers.get("upgrade")], [426, "websocket"]);
  }
});

test("answerUpgrade() answers 426 with the version it speaks to any but 13, once (§4.2.1 (6), §4.4)", async () => {
  const versions = [
    undefined,
    "",
    "12",
    "8",
    "256",
    "13, 8",
    ["13", "8"],
    ["13", "13"],
    "013",
    "+13",
    "13.0",
    "0x0d",
    "1e1+3",
    "\xb9\xb3",
  ];
  for (const version of versions) {
    const { status, headers } = await refusalOf({ "Sec-WebSocket-Version": version });
    assertEquals([status, headers.get("sec-websocket-version")], [426, "13"]);
    assertEquals(headers.get("upgrade"), "websocket");
  }
});

test("answerUpgrade() answers 400 to a key that is not 16 bytes in base64 (§4.2.1 (5))", async () => {
  const keys = [
    undefined,
    "",
    [exampleKey, exampleKey],
    `${exampleKey}, ${exampleKey}`,
    "AAAAAAAAAAAAAAAAAAAA",
    "AAAAAAAAAAAAAAAAAAAAAAA=",
    "AAAAAAAAAAAAAAAAAAAAAAAA",
    "dGhlIHNhbXBsZSBub25jZQ!!",
    "____________________--==",
    "dGhlIHNhbXBsZSBub25jZQ",
    "dGhlIHNhbXBsZSBub25jZQ= =",
    "dGhlIHNhbXBs ZSBub25jZQ==",
  ];
  for (const key of keys) assertEquals((await refusalOf({ "Sec-WebSocket-Key": key })).status, 400);
});

test("answerUpgrade() takes a key with white space around it (RFC 9110 §5.5)", async () => {
  assertEquals(await headOf({ "Sec-WebSocket-Key": ` \t${exampleKey}\t ` }), accepted);
});

test("answerUpgrade() takes a key whose unused bits are set, and answers it literally (§4.2.2 (5.4))", async () => {
  const head = await headOf({ "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZR==" });
  assertEquals(head.includes(exampleAccept), false);
});

test("answerUpgrade() answers 400 to a request with a body, or that may have one (RFC 9112 §6.3, §11.2)", async () => {
  const bodies: FieldChanges[] = [
    { "Content-Length": "5" },
    { "Transfer-Encoding": "chunked" },
    { "Content-Length": "5", "Transfer-Encoding": "chunked" },
    { "Content-Length": ["5", "6"] },
    { "Content-Length": ["0", "0"] },
    { "Content-Length": "" },
    { "Content-Length": "-1" },
    { "Content-Length": "+0" },
    { "Content-Length": "-0" },
    { "Content-Length": "00" },
    { "Content-Length": "0x0" },
    { "Content-Length": "\xd9\xa0" },
    { "Transfer-Encoding": "" },
    { "Transfer-Encoding": "identity" },
  ];
  for (const body of bodies) assertEquals((await refusalOf(body)).status, 400);
  for (const body of bodies) assertEquals(hasBody(readRequest(requestText(body)).headers), true);
});

test("answerUpgrade() takes Content-Length: 0", async () => {
  assertEquals(await headOf({ "Content-Length": "0" }), accepted);
  assertEquals(hasBody(readRequest(requestText({ "Content-Length": "0" })).headers), false);
});

test("answerUpgrade() says in the body of a refusal what is wrong", async () => {
  const { headers, body } = await refusalOf({ "Sec-WebSocket-Key": undefined });
  assertEquals(headers.get("content-type"), "text/plain; charset=utf-8");
  assertEquals(decodeLatin1(body ?? new Uint8Array()), "Sec-WebSocket-Key is not 16 bytes in base64\n");
});

test("answerUpgrade() answers a request that another server has read", async () => {
  const headers = {
    "host": "a",
    "upgrade": "websocket",
    "connection": "upgrade",
    "sec-websocket-key": exampleKey,
    "sec-websocket-version": "13",
  };
  const request = new HandshakeRequest({ method: "GET", target: "/", headers });
  assertEquals((await answerUpgrade(request, {})).head, accepted);
});
