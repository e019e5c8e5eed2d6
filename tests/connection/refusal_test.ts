import { test } from "node:test";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { acceptWebSocket } from "../../src/connection/accept_web_socket.ts";
import type { AcceptOptions } from "../../src/connection/accept_options.ts";
import { createManualClock, type ManualClock } from "../../src/testing/manual_clock.ts";
import { makeFrame } from "../kit/frame_lines.ts";
import { headText, requestText } from "../kit/heads.ts";
import { settle, stateOf } from "../kit/held_connection.ts";
import { awaitText, failureOf, readText, toBytes } from "../kit/held_handshake.ts";
import { HeldTransport } from "../kit/held_transport.ts";

const plain = headText("GET /health HTTP/1.1", { "Host": "server.example.com" });
const noKey = requestText({ "Sec-WebSocket-Key": undefined });

interface Attempt {
  readonly transport: HeldTransport;
  readonly clock: ManualClock;
  readonly accepted: ReturnType<typeof acceptWebSocket>;
}

function accept(request: string | Uint8Array, options: AcceptOptions = {}): Attempt {
  const transport = new HeldTransport();
  const clock = createManualClock();
  transport.deliver(toBytes(request));
  const accepted = acceptWebSocket(transport, { clock, ...options });
  accepted.catch(() => {});
  return { transport, clock, accepted };
}

test("a bad request is refused with its status and a body, and the transport ended (RFC 6455 §4.2.2)", async () => {
  const { transport, clock, accepted } = accept(noKey);
  const error = await failureOf(accepted);
  assertEquals(error.status, 400);
  const answer = readText(transport);
  assert(answer.startsWith("HTTP/1.1 400 Sec-WebSocket-Key is not 16 bytes in base64\r\n"));
  assert(answer.includes("\r\nconnection: close\r\n"));
  assert(answer.endsWith("\r\n\r\nSec-WebSocket-Key is not 16 bytes in base64\n"));
  assertEquals([transport.ended, transport.destroyed], [true, false]);
  // What the peer still sends is read, so that it can read the answer, and by nobody.
  transport.deliver(makeFrame("text", "late", { masked: true }));
  assertEquals(transport.waiting, 0);
  transport.deliverEnd();
  assertEquals([transport.destroyed, clock.pending, transport.writes], [true, 0, 1]);
});

test("a refused peer that stays is gone at the deadline", async () => {
  const { transport, clock, accepted } = accept(noKey);
  await failureOf(accepted);
  clock.advance(10_000);
  assertEquals([transport.destroyed, clock.pending], [true, 0]);
});

test("one response answers one bad request: what follows is no second one (RFC 9112 §9.3)", async () => {
  for (const keepAlive of [false, true]) {
    const { transport, accepted } = accept(noKey + requestText(), { keepAlive });
    await failureOf(accepted);
    await settle();
    assertEquals(readText(transport).match(/HTTP\/1\.1 /g)?.length, 1);
    assertEquals([transport.ended, transport.waiting], [true, 0]);
  }
});

test("authorize refuses with a Response: status, fields and body", async () => {
  const authorize = () =>
    new Response("who are you?", {
      status: 401,
      statusText: "Who",
      headers: { "WWW-Authenticate": "Basic" },
    });
  const { transport, accepted } = accept(requestText(), { authorize });
  const error = await failureOf(accepted);
  assertEquals([error.status, new TextDecoder().decode(error.response!.body)], [401, "who are you?"]);
  const answer = readText(transport);
  assert(answer.startsWith("HTTP/1.1 401 Who\r\n"));
  assert(answer.includes("\r\nwww-authenticate: Basic\r\n"));
  assert(answer.includes("\r\ncontent-length: 12\r\n"));
  assert(answer.endsWith("\r\n\r\nwho are you?"));
});

test("what the application throws is answered 500, with the error as the cause and untold", async () => {
  const secret = new Error("secret");
  for (
    const options of [
      { authorize: () => Promise.reject(secret) },
      {
        authorize: () =>
          (() => {
            throw secret;
          })(),
      },
      { headers: () => Promise.reject(secret) },
    ] as AcceptOptions[]
  ) {
    const { transport, accepted } = accept(requestText(), options);
    const error = await failureOf(accepted);
    assertEquals(error.status, 500);
    assertStrictEquals(error.cause, secret);
    const answer = readText(transport);
    assert(answer.startsWith("HTTP/1.1 500 "));
    assert(!answer.includes("secret"));
  }
});

test("a refusal that cannot be written is still told", async () => {
  const cause = new Error("ours");
  const transport = new HeldTransport();
  transport.held = true;
  transport.deliver(toBytes(requestText()));
  const accepted = acceptWebSocket(transport, { authorize: () => Promise.reject(cause) });
  accepted.catch(() => {});
  while (!transport.isWriting) await settle();
  transport.fail(new Error("reset"));
  const error = await failureOf(accepted);
  assertEquals(error.status, 500);
  assertStrictEquals(error.cause, cause);
});

test("a peer that is gone before the application answers is told nothing", async () => {
  let answer!: (response: Response) => void;
  const authorize = () => new Promise<Response>((resolve) => answer = resolve);
  const { transport, accepted, clock } = accept(requestText(), { authorize });
  await settle();
  transport.fail(new Error("reset"));
  assertEquals((await failureOf(accepted)).message, "Cannot accept: the transport is gone");
  answer(new Response("late", { status: 403 }));
  await settle();
  assertEquals([transport.writes, clock.pending], [0, 0]);
});

test("what is no upgrade is refused with 426, or answered by onRequest (RFC 9110 §15.5.22)", async () => {
  const refused = accept(plain);
  assertEquals((await failureOf(refused.accepted)).status, 426);
  assert(/\r\nupgrade: websocket\r\n/i.test(readText(refused.transport)));

  const paths: string[] = [];
  const answered = accept(plain, {
    onRequest(request) {
      paths.push(request.url.pathname);
      return new Response("fine");
    },
  });
  const error = await failureOf(answered.accepted);
  assertEquals([error.status, error.message], [200, "Cannot accept: the application answers 200"]);
  assert(readText(answered.transport).endsWith("\r\n\r\nfine"));
  assertEquals(paths, ["/health"]);
});

test("onRequest may leave a request to the refusal, may fail, and never sees an upgrade", async () => {
  const none = accept(plain, { onRequest: () => undefined });
  assertEquals((await failureOf(none.accepted)).status, 426);
  const failing = accept(plain, { onRequest: () => Promise.reject(new Error("ours")) });
  assertEquals((await failureOf(failing.accepted)).status, 500);
  const interim = accept(plain, { onRequest: () => Response.error() });
  assertEquals((await failureOf(interim.accepted)).status, 500);
  let calls = 0;
  const upgrade = accept(requestText(), { onRequest: () => void calls++ });
  (await upgrade.accepted).abort();
  assertEquals(calls, 0);
});

test("HEAD is answered without the body, and with its length (RFC 9110 §9.3.2)", async () => {
  const head = headText("HEAD /health HTTP/1.1", { "Host": "server.example.com" });
  const { transport, accepted } = accept(head, { onRequest: () => new Response("fine") });
  await failureOf(accepted);
  const answer = readText(transport);
  assert(answer.includes("\r\ncontent-length: 4\r\n"));
  assert(answer.endsWith("\r\n\r\n"));
});

test("keepAlive leaves the connection for another attempt, with a deadline of its own", async () => {
  const tries: string[] = [];
  const { transport, clock, accepted } = accept(requestText(), {
    keepAlive: true,
    authorize(request) {
      tries.push(request.headers.get("authorization") ?? "none");
      return tries.length < 3 ? new Response("no", { status: 401 }) : undefined;
    },
  });
  for (const credentials of ["first", "second"]) {
    const answer = await awaitText(transport);
    assert(answer.startsWith("HTTP/1.1 401 "));
    assert(answer.includes("\r\nconnection: keep-alive\r\n"));
    await settle();
    clock.advance(9_000);
    transport.deliver(toBytes(requestText({ "Authorization": credentials })));
  }
  const connection = await accepted;
  assertEquals(tries, ["none", "first", "second"]);
  assertEquals(connection.request?.headers.get("authorization"), "second");
  connection.abort();
});

test("keepAlive after onRequest serves one request after the other, and then the upgrade", async () => {
  const { transport, accepted } = accept(plain, { keepAlive: true, onRequest: () => new Response("fine") });
  for (let count = 0; count < 3; count++) {
    assert((await awaitText(transport)).endsWith("fine"));
    await settle();
    transport.deliver(toBytes(count < 2 ? plain : requestText()));
  }
  (await accepted).abort();
});

test("keepAlive does not keep what is not safe to keep (RFC 9112 §9.3, §9.6)", async () => {
  for (
    const request of [
      "GET / HTTP/1.1\r\nbroken\r\n\r\n",
      headText("POST / HTTP/1.1", { "Host": "a", "Content-Length": "5" }),
      headText("POST / HTTP/1.1", { "Host": "a", "Transfer-Encoding": "chunked" }),
      headText("GET / HTTP/1.1", { "Host": "a", "Connection": "Close" }),
      plain + "G",
    ]
  ) {
    const { transport, accepted } = accept(request, { keepAlive: true });
    await failureOf(accepted);
    assert(readText(transport).includes("\r\nconnection: Upgrade, close\r\n") || transport.ended);
    assertEquals(transport.ended, true);
  }
});

test("keepAlive with a peer that leaves, or stays silent, ends", async () => {
  for (const end of ["leaves", "stays silent"]) {
    const { transport, clock, accepted } = accept(noKey, { keepAlive: true });
    await awaitText(transport);
    await settle();
    assertEquals(await stateOf(accepted), "pending");
    if (end === "leaves") transport.deliverEnd();
    else clock.advance(10_000);
    assertEquals((await failureOf(accepted)).status, 0);
    assertEquals([transport.destroyed, clock.pending], [true, 0]);
  }
});

test("onHead sees the refusal", async () => {
  const heads: string[] = [];
  const { accepted } = accept(noKey, { onHead: (_, head) => void heads.push(head) });
  await failureOf(accepted);
  assert(heads[1]!.startsWith("HTTP/1.1 400 Sec-WebSocket-Key is"));
});

test("a malformed request is refused and not shown, as there is nothing to show", async () => {
  const heads: string[] = [];
  const { accepted } = accept("GET  / HTTP/1.1\r\n\r\n", {
    onHead: (direction) => void heads.push(direction),
  });
  assertEquals((await failureOf(accepted)).status, 400);
  assertEquals(heads, ["sent"]);
});
