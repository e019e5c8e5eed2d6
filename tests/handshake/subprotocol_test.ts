import { test } from "node:test";
import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import type { ProtocolChoice } from "../../src/handshake/choose_protocol.ts";
import { HandshakeError } from "../../src/handshake/handshake_error.ts";
import { parseProtocols } from "../../src/handshake/parse_protocols.ts";
import { answerUpgrade } from "../../src/handshake/server_handshake.ts";
import { fieldsOf, readRequest, requestText } from "../kit/heads.ts";

async function choose(
  offer: string | readonly string[] | undefined,
  protocols?: ProtocolChoice,
): Promise<string> {
  const request = readRequest(requestText({ "Sec-WebSocket-Protocol": offer }));
  const { protocol, head } = await answerUpgrade(request, { protocols });
  assertEquals(fieldsOf(head).get("sec-websocket-protocol") ?? "", protocol);
  const line = `\r\nSec-WebSocket-Protocol: ${protocol}\r\n`;
  assertEquals(
    head.includes(protocol === "" ? "Sec-WebSocket-Protocol" : line),
    protocol !== "",
  );
  return protocol;
}

test("parseProtocols() reads a list of tokens in its order (RFC 6455 §4.2.1 (8), §11.3.4)", () => {
  assertEquals(parseProtocols(null), []);
  assertEquals(parseProtocols("chat"), ["chat"]);
  assertEquals(parseProtocols("chat, superchat"), ["chat", "superchat"]);
  assertEquals(parseProtocols(" \ta\t ,\tb,c "), ["a", "b", "c"]);
  assertEquals(parseProtocols("__proto__, constructor, toString"), ["__proto__", "constructor", "toString"]);
  assertEquals(parseProtocols("Chat, chat"), ["Chat", "chat"]);
  assertEquals(parseProtocols("!#$%&'*+-.^_`|~09azAZ"), ["!#$%&'*+-.^_`|~09azAZ"]);
});

test("parseProtocols() takes nothing malformed and nothing twice (§4.1 (10))", () => {
  const headers = [
    "",
    " ",
    ",",
    "chat,",
    ",chat",
    "a,,b",
    "ch at",
    "caf\xe9",
    "\xa0chat",
    "a;b",
    "a=b",
    '"a"',
    "chat, chat",
  ];
  for (const header of headers) assertEquals(parseProtocols(header), undefined, header);
});

test("parseProtocols() takes time linear in the header", () => {
  assertEquals(parseProtocols(`b${" ".repeat(2 ** 20)}x`), undefined);
  assertEquals(parseProtocols(`${" ".repeat(2 ** 20)},x`), undefined);
  const many = Array.from({ length: 2 ** 15 }, (_, index) => `p${index}`);
  assertEquals(parseProtocols(many.join(",")), many);
});

test("answerUpgrade() answers 400 to malformed and repeated subprotocols, used or not", async () => {
  for (
    const offer of ["", "chat,", "ch at", "caf\xe9", "chat, chat", ["chat", "chat"], `b${" ".repeat(7000)}x`]
  ) {
    const error = await assertRejects(
      () => choose(offer),
      HandshakeError,
      "Sec-WebSocket-Protocol is malformed",
    );
    assertEquals(error.status, 400);
  }
});

test("answerUpgrade() chooses by the server's preference (§4.2.2 (5.5))", async () => {
  assertEquals(await choose("a, b, c", ["c", "b"]), "c");
  assertEquals(await choose(["a", "b"], ["c", "b", "a"]), "b");
  assertEquals(await choose("toString", ["toString"]), "toString");
});

test("answerUpgrade() goes on without a subprotocol where none fits or none is offered", async () => {
  assertEquals(await choose("a, b"), "");
  assertEquals(await choose("a, b", ["A"]), "");
  assertEquals(await choose("a, b", []), "");
  assertEquals(await choose(undefined, ["a"]), "");
});

test("answerUpgrade() lets a function choose among those offered, by the request too", async () => {
  assertEquals(await choose("a, b", (offered) => offered.at(-1)), "b");
  assertEquals(await choose("a, b", (_, { url }) => url.pathname === "/chat" ? "a" : "b"), "a");
  assertEquals(await choose("a, b", () => undefined), "");
  assertEquals(await choose(undefined, () => "never asked"), "");
});

test("answerUpgrade() answers 500 when the function chooses what was not offered, and injects nothing", async () => {
  for (const chosen of ["c", "", "a, b", "x\r\nSet-Cookie: a", 1, null, Promise.resolve("a")]) {
    const error = await assertRejects(() => choose("a, b", () => chosen as string), HandshakeError);
    assertEquals(error.status, 500);
    assertInstanceOf(error.cause, TypeError);
    assertEquals([...error.response?.headers ?? []], [["content-type", "text/plain; charset=utf-8"]]);
  }
});
