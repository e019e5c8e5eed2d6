import { test } from "node:test";
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { checkUpgradeResponse, createUpgradeRequest } from "../../src/handshake/client_handshake.ts";
import { HandshakeError } from "../../src/handshake/handshake_error.ts";
import type { UpgradeRequestOptions } from "../../src/handshake/handshake_offer.ts";
import type { HandshakeResponse } from "../../src/handshake/handshake_response.ts";
import { encodeLatin1 } from "../../src/handshake/latin1.ts";
import { defaultHeadLimits } from "../../src/handshake/limits.ts";
import { createResponseReader } from "../../src/handshake/response_reader.ts";
import { answerUpgrade } from "../../src/handshake/server_handshake.ts";
import type { Extension, ExtensionParameters } from "../../src/protocol/extension.ts";
import { exampleAccept, exampleKey, type FieldChanges, headText, readRequest } from "../kit/heads.ts";

function readResponse(changes: FieldChanges, status = 101): HandshakeResponse {
  const fields = { "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": exampleAccept };
  const text = headText(`HTTP/1.1 ${status} x`, { ...fields, ...changes });
  const read = createResponseReader(defaultHeadLimits)(encodeLatin1(text));
  if (read === undefined) throw new Error("Cannot read the response: it is not whole");
  return read.head;
}

function check(changes: FieldChanges, options: UpgradeRequestOptions = {}) {
  const sent = { ...createUpgradeRequest("ws://server.example.com", options), key: exampleKey };
  return checkUpgradeResponse(readResponse(changes), sent);
}

async function assertFails(changes: FieldChanges, options?: UpgradeRequestOptions): Promise<void> {
  const error = await assertRejects(() => check(changes, options), HandshakeError, "Cannot connect: ");
  assertEquals(error.status, 101);
}

/** An extension whose answer must have no other parameter than x. */
const extension: Extension = {
  name: "a",
  offer: () => [[["x", "1"]], []],
  accept: () => undefined,
  confirm(parameters: ExtensionParameters) {
    if (parameters.some(([name]) => name !== "x")) return undefined;
    return {
      name: "a",
      parameters,
      createCodec() {
        throw new Error("the handshake needs no codec");
      },
    };
  },
};

test("checkUpgradeResponse() takes the answer to its key (RFC 6455 §4.1)", async () => {
  assertEquals(await check({}), { protocol: "", extension: undefined, extensions: "" });
});

test("checkUpgradeResponse() takes what answerUpgrade() writes", async () => {
  const sent = createUpgradeRequest("ws://a", { protocols: ["b", "c"] });
  const { head } = await answerUpgrade(readRequest(sent.head), { protocols: ["c"] });
  const read = createResponseReader(defaultHeadLimits)(encodeLatin1(head));
  if (read === undefined) throw new Error("the answer is whole");
  assertEquals((await checkUpgradeResponse(read.head, sent)).protocol, "c");
});

test("checkUpgradeResponse() fails on every other status, and exposes the response (§4.1 (1))", async () => {
  const sent = createUpgradeRequest("ws://server.example.com");
  for (const status of [200, 204, 301, 302, 400, 401, 403, 426, 429, 500, 503]) {
    const response = readResponse({ Location: "ws://other.example/" }, status);
    const error = await assertRejects(() => checkUpgradeResponse(response, sent), HandshakeError);
    assertEquals(error.message, `Cannot connect: the server answered ${status}`);
    assertEquals(error.status, status);
    assertStrictEquals(error.response, response);
  }
});

test("checkUpgradeResponse() wants Upgrade to be websocket, in any case (§4.1 (2))", async () => {
  await check({ Upgrade: "WebSocket" });
  for (
    const Upgrade of [undefined, "", "h2c", "notwebsocket", "websocket/13", "websocket, h2c", [
      "websocket",
      "websocket",
    ]]
  ) {
    await assertFails({ Upgrade });
  }
});

test("checkUpgradeResponse() wants the token upgrade in Connection, in any case (§4.1 (3))", async () => {
  for (const Connection of ["upgrade", "keep-alive, Upgrade", ["a", "UPGRADE"]]) await check({ Connection });
  for (const Connection of [undefined, "", "close", "upgraded", "not-upgrade"]) {
    await assertFails({ Connection });
  }
});

test("checkUpgradeResponse() wants the one answer to its key, white space around it aside (§4.1 (4))", async () => {
  await check({ "Sec-WebSocket-Accept": ` \t${exampleAccept} ` });
  const answers = [
    undefined,
    "",
    exampleAccept.toLowerCase(),
    [exampleAccept, exampleAccept],
    exampleAccept.slice(0, -1),
    "kfBgoVU4xNGwGYl8pnBFKEkkUQE=",
    exampleKey,
  ];
  for (const answer of answers) await assertFails({ "Sec-WebSocket-Accept": answer });
});

test("checkUpgradeResponse() fails on an extension that was not offered, malformed or more than one (§4.1 (5), §9.1)", async () => {
  for (const header of ["a", "b", "", ",", "a;", "a, a", "a; x=c/d", "__proto__", "toString"]) {
    await assertFails({ "Sec-WebSocket-Extensions": header });
    if (header !== "a") {
      await assertFails({ "Sec-WebSocket-Extensions": header }, { extensions: [extension] });
    }
  }
  await assertFails({ "Sec-WebSocket-Extensions": ["a", "a"] }, { extensions: [extension] });
});

test("checkUpgradeResponse() fails when an extension does not confirm the answer", async () => {
  await assertFails({ "Sec-WebSocket-Extensions": "a; y" }, { extensions: [extension] });
});

test("checkUpgradeResponse() gives the extension that confirms the answer, or none where none is answered", async () => {
  const options = { extensions: [extension] };
  const agreement = await check({ "Sec-WebSocket-Extensions": 'a; x="2"; x' }, options);
  assertEquals(agreement.extensions, "a; x=2; x");
  assertEquals(agreement.extension?.parameters, [["x", "2"], ["x", true]]);
  assertEquals(await check({}, options), { protocol: "", extension: undefined, extensions: "" });
});

test("checkUpgradeResponse() wants one of the subprotocols offered, in its own case (§4.1 (6))", async () => {
  const protocols = ["chat", "superchat"];
  assertEquals(
    (await check({ "Sec-WebSocket-Protocol": " superchat " }, { protocols })).protocol,
    "superchat",
  );
  for (const header of [undefined, "", "Chat", "other", "chat, superchat", ["chat", "chat"]]) {
    await assertFails({ "Sec-WebSocket-Protocol": header }, { protocols });
  }
});

test("checkUpgradeResponse() fails on a subprotocol where none was offered (§4.1 (6))", async () => {
  for (const header of ["chat", ""]) await assertFails({ "Sec-WebSocket-Protocol": header });
});
