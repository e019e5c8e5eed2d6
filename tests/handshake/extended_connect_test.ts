import { test } from "node:test";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  answerExtendedConnect,
  checkExtendedConnectResponse,
  createExtendedConnect,
  type HeaderList,
  readExtendedConnect,
  toHeaderList,
} from "../../src/handshake/extended_connect.ts";
import { HandshakeError } from "../../src/handshake/handshake_error.ts";
import { refuse } from "../../src/handshake/refuse.ts";
import type { UpgradeOptions } from "../../src/handshake/upgrade_options.ts";
import type { Extension } from "../../src/protocol/extension.ts";

const example: HeaderList = [
  [":method", "CONNECT"],
  [":protocol", "websocket"],
  [":scheme", "https"],
  [":path", "/chat?x=1"],
  [":authority", "server.example.com"],
  ["sec-websocket-protocol", "chat, superchat"],
  ["sec-websocket-extensions", "a; x"],
  ["sec-websocket-version", "13"],
  ["origin", "https://server.example.com"],
];

/** The example with one field changed, or left out. */
function change(name: string, value?: string): HeaderList {
  const others = example.filter(([other]) => other !== name);
  return value === undefined ? others : [...others, [name, value]];
}

const extension: Extension = {
  name: "a",
  offer: () => [[["x", true]]],
  accept: (parameters) => ({ name: "a", parameters, createCodec: unused }),
  confirm: (parameters) => ({ name: "a", parameters, createCodec: unused }),
};

function unused(): never {
  throw new Error("the handshake needs no codec");
}

function statusOf(fields: HeaderList): number {
  return assertThrows(() => readExtendedConnect(fields), HandshakeError).status;
}

async function refusalOf(fields: HeaderList, options: UpgradeOptions): Promise<number> {
  const answer = () => answerExtendedConnect(readExtendedConnect(fields), options);
  return (await assertRejects(answer, HandshakeError)).status;
}

test("readExtendedConnect() reads the example of RFC 8441 §5.1 as a request like any other", () => {
  const request = readExtendedConnect(example);
  assertEquals(request.method, "CONNECT");
  assertEquals(request.target, "/chat?x=1");
  assertEquals(request.version, "HTTP/2");
  assertEquals(request.secure, true);
  assertEquals(request.url.href, "https://server.example.com/chat?x=1");
  assertEquals(request.headers.get("host"), "server.example.com");
  assertEquals(request.headers.get("origin"), "https://server.example.com");
  assertEquals(readExtendedConnect(change(":scheme", "http"), "HTTP/3").version, "HTTP/3");
  assertEquals(readExtendedConnect(change(":scheme", "http")).secure, false);
});

test("readExtendedConnect() joins the crumbs of a cookie, and other fields of one name (RFC 9113 §8.2.3)", () => {
  const crumbs: HeaderList = [["cookie", "a=1"], ["x", "1"], ["cookie", "b=2"], ["x", "2"]];
  const { headers } = readExtendedConnect([...example, ...crumbs]);
  assertEquals([headers.get("cookie"), headers.get("x")], ["a=1; b=2", "1, 2"]);
});

test("readExtendedConnect() takes Host where there is no :authority (RFC 9113 §8.3.1)", () => {
  const request = readExtendedConnect([...change(":authority"), ["host", "a"]]);
  assertEquals(request.url.host, "a");
});

test("readExtendedConnect() answers 400 to a malformed header list (RFC 8441 §4, RFC 9113 §8)", () => {
  const lists = [
    change(":scheme"),
    change(":scheme", "ws"),
    change(":path"),
    change(":path", ""),
    change(":path", "*"),
    change(":path", "https://server.example.com/"),
    change(":path", "/a b"),
    change(":path", "/a#b"),
    change(":authority"),
    change(":authority", ""),
    change(":authority", "user@a"),
    change("origin", "a\r\nb"),
    change("x", " a"),
    change("x", "a\t"),
    change("x y", "a"),
    change("", "a"),
    [...example, [":path", "/"] as const],
  ];
  for (const list of lists) assertEquals(statusOf(list), 400, JSON.stringify(list));
});

test("readExtendedConnect() answers 400 to fields of HTTP/1.1 and to a body (RFC 9113 §8.2.2, RFC 8441 §5)", () => {
  assertEquals(statusOf(change("connection", "upgrade")), 400);
  assertEquals(statusOf(change("upgrade", "websocket")), 400);
  assertEquals(statusOf(change("transfer-encoding", "chunked")), 400);
  assertEquals(statusOf(change("content-length", "5")), 400);
});

test("readExtendedConnect() answers 405 to another method and 501 to another protocol (RFC 9220 §3)", () => {
  for (const method of [undefined, "GET", "connect"]) assertEquals(statusOf(change(":method", method)), 405);
  for (const protocol of [undefined, "connect-udp", ""]) {
    assertEquals(statusOf(change(":protocol", protocol)), 501);
  }
});

test("readExtendedConnect() answers 400 with the version it speaks to any but 13 (RFC 6455 §4.4)", () => {
  for (const version of [undefined, "8", "13, 8"]) {
    const error = assertThrows(
      () => readExtendedConnect(change("sec-websocket-version", version)),
      HandshakeError,
    );
    assertEquals([error.status, error.response?.headers.get("sec-websocket-version")], [400, "13"]);
  }
});

test("answerExtendedConnect() answers 200 without Accept, with what is agreed on (RFC 8441 §5)", async () => {
  const answer = await answerExtendedConnect(readExtendedConnect(example), {
    protocols: ["superchat"],
    extensions: [extension],
    headers: { "Server": "weft" },
  });
  assertEquals(answer.fields, [
    [":status", "200"],
    ["server", "weft"],
    ["sec-websocket-protocol", "superchat"],
    ["sec-websocket-extensions", "a; x"],
  ]);
  assertEquals([answer.protocol, answer.extensions, answer.extension?.name], ["superchat", "a; x", "a"]);
});

test("answerExtendedConnect() asks the same policies as over HTTP/1.1", async () => {
  assertEquals(await refusalOf(change("origin", "https://evil.example"), {}), 403);
  assertEquals(await refusalOf(change("origin", "http://server.example.com"), {}), 403);
  assertEquals(await refusalOf(change("sec-websocket-protocol", "a,"), {}), 400);
  assertEquals(await refusalOf(change("sec-websocket-extensions", "a;"), {}), 400);
  assertEquals(await refusalOf(example, { authorize: () => new Response(null, { status: 401 }) }), 401);
  assertEquals(await refusalOf(example, { protocols: () => "other" }), 500);
});

test("toHeaderList() makes a header list of a refusal, without what only HTTP/1.1 has (RFC 9113 §8.2.2)", () => {
  const { response } = refuse(426, "no", { "upgrade": "websocket", "connection": "close", "X-A": "1" });
  if (response === undefined) throw new Error("a refusal has a response");
  assertEquals(toHeaderList(response), [
    [":status", "426"],
    ["content-type", "text/plain; charset=utf-8"],
    ["x-a", "1"],
  ]);
});

test("createExtendedConnect() writes a header list that readExtendedConnect() takes (RFC 8441 §5.1)", async () => {
  const options = { protocols: ["a", "b"], extensions: [extension], headers: { "User-Agent": "weft" } };
  const sent = createExtendedConnect("wss://a.example:8443/chat?x", options);
  assertEquals(sent.fields, [
    [":method", "CONNECT"],
    [":protocol", "websocket"],
    [":scheme", "https"],
    [":path", "/chat?x"],
    [":authority", "a.example:8443"],
    ["sec-websocket-version", "13"],
    ["sec-websocket-protocol", "a, b"],
    ["sec-websocket-extensions", "a; x"],
    ["user-agent", "weft"],
  ]);
  const policy = { protocols: ["b"], extensions: [extension] };
  const answer = await answerExtendedConnect(readExtendedConnect(sent.fields), policy);
  const { protocol, extensions } = checkExtendedConnectResponse(answer.fields, sent);
  assertEquals([protocol, extensions], ["b", "a; x"]);
});

test("createExtendedConnect() tells http: from https: in :scheme", () => {
  const schemes = ["ws", "wss", "http", "https"].map((scheme) =>
    createExtendedConnect(`${scheme}://a`).fields.find(([name]) => name === ":scheme")?.[1]
  );
  assertEquals(schemes, ["http", "https", "http", "https"]);
  assertThrows(() => createExtendedConnect("ftp://a"), TypeError);
});

test("checkExtendedConnectResponse() takes any 2xx and exposes any other response (RFC 8441 §5)", () => {
  const sent = createExtendedConnect("wss://a");
  assertEquals(checkExtendedConnectResponse([[":status", "204"]], sent).protocol, "");
  const lists: [HeaderList, number][] = [
    [[[":status", "401"], ["www-authenticate", "Basic"]], 401],
    [[[":status", "101"]], 101],
    [[[":status", "300"]], 300],
    [[], 0],
    [[[":status", "200"], [":status", "200"]], 0],
    [[[":status", "200"], ["x", "a\nb"]], 0],
  ];
  for (const [list, status] of lists) {
    const error = assertThrows(() => checkExtendedConnectResponse(list, sent), HandshakeError);
    assertEquals(error.status, status);
  }
  const refused = assertThrows(() => checkExtendedConnectResponse(lists[0]?.[0] ?? [], sent), HandshakeError);
  assertEquals(refused.response?.headers.get("www-authenticate"), "Basic");
});

test("checkExtendedConnectResponse() holds the answer against the offer (RFC 6455 §4.1 (5, 6))", () => {
  const fails = (fields: HeaderList, options = {}) => {
    const sent = createExtendedConnect("wss://a", options);
    assertThrows(() => checkExtendedConnectResponse([[":status", "200"], ...fields], sent), HandshakeError);
  };
  fails([["sec-websocket-protocol", "a"]]);
  fails([], { protocols: ["a"] });
  fails([["sec-websocket-extensions", "a"]]);
});
