import { test } from "node:test";
import { assertEquals, assertInstanceOf, assertRejects, assertStrictEquals } from "@std/assert";
import { HandshakeError } from "../../src/handshake/handshake_error.ts";
import { refuse } from "../../src/handshake/refuse.ts";
import { answerUpgrade } from "../../src/handshake/server_handshake.ts";
import type { UpgradeOptions } from "../../src/handshake/upgrade_options.ts";
import { type FieldChanges, fieldsOf, readRequest, requestText } from "../kit/heads.ts";
import { decodeLatin1 } from "../kit/latin1.ts";

function refusal(options: UpgradeOptions, changes: FieldChanges = {}): Promise<HandshakeError> {
  return assertRejects(() => answerUpgrade(readRequest(requestText(changes)), options), HandshakeError);
}

test("authorize sees the target, the query and the fields, and lets through by returning nothing", async () => {
  const seen: unknown[] = [];
  const request = readRequest(requestText({ Authorization: "Bearer a" }, "GET /chat?room=a%20b HTTP/1.1"));
  const answer = await answerUpgrade(request, {
    authorize({ target, url, headers }) {
      seen.push(target, url.pathname, url.searchParams.get("room"), headers.get("authorization"));
    },
  });
  assertEquals(seen, ["/chat?room=a%20b", "/chat", "a b", "Bearer a"]);
  assertEquals(fieldsOf(answer.head).get("upgrade"), "websocket");
  await answerUpgrade(request, { authorize: () => Promise.resolve(undefined) });
  await answerUpgrade(request, { authorize: () => null as unknown as undefined });
});

test("authorize refuses with a Response: its status, its fields and its body (RFC 6455 §4.2.2 (2))", async () => {
  for (const later of [false, true]) {
    const error = await refusal({
      authorize() {
        const headers = { "www-authenticate": "Basic" };
        const response = new Response("who are you?", { status: 401, statusText: "Unauthorized", headers });
        return later ? Promise.resolve(response) : response;
      },
    });
    assertEquals(error.message, "Cannot accept: the application answers 401");
    assertEquals(error.status, 401);
    assertEquals(error.response?.statusText, "Unauthorized");
    assertEquals(error.response?.headers.get("www-authenticate"), "Basic");
    assertEquals(decodeLatin1(error.response?.body ?? new Uint8Array()), "who are you?");
  }
});

test("authorize is asked after the rules, the origin and the grammar, before anything is agreed on", async () => {
  const asked: string[] = [];
  const options: UpgradeOptions = {
    origins: () => asked.push("origins") > 0,
    authorize() {
      asked.push("authorize");
      return new Response(null, { status: 403 });
    },
    protocols() {
      asked.push("protocols");
      return undefined;
    },
    headers() {
      asked.push("headers");
      return {};
    },
  };
  const offer = { "Origin": "https://a", "Sec-WebSocket-Protocol": "a" };
  assertEquals((await refusal(options, { ...offer, "Sec-WebSocket-Key": undefined })).status, 400);
  assertEquals(asked, []);
  assertEquals((await refusal(options, { ...offer, "Sec-WebSocket-Protocol": "a," })).status, 400);
  assertEquals((await refusal(options, { ...offer, "Sec-WebSocket-Extensions": "a," })).status, 400);
  assertEquals(asked.splice(0), ["origins", "origins"]);
  assertEquals((await refusal(options, offer)).status, 403);
  assertEquals(asked.splice(0), ["origins", "authorize"]);
  await answerUpgrade(readRequest(requestText(offer)), { ...options, authorize: undefined });
  assertEquals(asked, ["origins", "protocols", "headers"]);
});

test("answerUpgrade() answers 500 when authorize or headers throws or rejects, and tells the peer nothing of it", async () => {
  const cause = new Error("secret");
  const throws = () => {
    throw cause;
  };
  const rejects = () => Promise.reject(cause);
  for (
    const options of [{ authorize: throws }, { authorize: rejects }, { headers: throws }, {
      headers: rejects,
    }]
  ) {
    const error = await refusal(options);
    assertEquals(error.status, 500);
    assertStrictEquals(error.cause, cause);
    assertEquals(decodeLatin1(error.response?.body ?? new Uint8Array()), "the application failed\n");
  }
});

test("answerUpgrade() answers 500 when authorize returns what is no answer: a connection is never let in so", async () => {
  const used = new Response("a");
  await used.text();
  const answers: unknown[] = [
    false,
    true,
    401,
    "no",
    {},
    Response.error(),
    used,
    new Response(null, { headers: { "x-a": "\x7f" } }),
  ];
  for (const answer of answers) {
    const error = await refusal({ authorize: () => answer as Response });
    assertEquals(error.status, 500);
    assertInstanceOf(error.cause, TypeError);
  }
});

test("answerUpgrade() answers 500 when the function of the fields returns one that may not be sent", async () => {
  for (const headers of [{ "x-a": "a\r\nb: c" }, { "x-a": "\x7f" }, { "x y": "a" }, { "upgrade": "h2c" }]) {
    const error = await refusal({ headers: () => headers });
    assertEquals(error.status, 500);
    assertInstanceOf(error.cause, TypeError);
  }
});

test("HandshakeError has the status of its response, and 0 without one", () => {
  const error = new HandshakeError("Cannot connect: the connection ended");
  assertEquals([error.name, error.status, error.response, error.cause], [
    "HandshakeError",
    0,
    undefined,
    undefined,
  ]);
  assertInstanceOf(error, Error);
  assertEquals(refuse(408, "too slow").status, 408);
});

test("refuse() says why in the reason phrase too (RFC 9112 §4)", () => {
  assertEquals(refuse(418, "no coffee").response?.statusText, "no coffee");
});
