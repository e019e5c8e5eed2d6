import { test } from "node:test";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { ConnectOptions } from "../../src/connection/accept_options.ts";
import { connectWebSocket } from "../../src/connection/connect_web_socket.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { settle, stateOf } from "../kit/held_connection.ts";
import { answerRequest, awaitText, failureOf, toBytes } from "../kit/held_handshake.ts";
import { HeldTransport } from "../kit/held_transport.ts";

const url = "ws://server.example.com/chat";

/** A connect that has sent its request. */
async function begin(options: ConnectOptions = {}) {
  const transport = new HeldTransport();
  const clock = createManualClock();
  const connected = connectWebSocket(url, transport, { clock, ...options });
  connected.catch(() => {});
  const request = await awaitText(transport);
  return { transport, clock, connected, request };
}

for (
  const [how, head, body] of [
    ["content-length", "Content-Length: 5\r\n", "Hello, and more"],
    ["chunked", "Transfer-Encoding: chunked\r\n", "2\r\nHe\r\n3;a=b\r\nllo\r\n0\r\n\r\n"],
    [
      "chunked, with a long extension",
      "Transfer-Encoding: Chunked\r\n",
      `5;a="${"b".repeat(100)}"\r\nHello\r\n0\r\n`,
    ],
    ["until the close", "", "Hello"],
  ] as const
) {
  test(`a refusal is on the error, with its body: ${how} (RFC 9112 §6)`, async () => {
    const bytes = toBytes(`HTTP/1.1 403 Forbidden\r\nX-Why: because\r\n${head}\r\n`, body);
    for (let cut = 0; cut <= bytes.length; cut += 3) {
      const { transport, connected, clock } = await begin();
      transport.deliver(bytes.slice(0, cut));
      transport.deliver(bytes.slice(cut));
      if (how === "until the close") transport.deliverEnd();
      const { response, status, message } = await failureOf(connected);
      assertEquals([status, message], [403, "Cannot connect: the server answered 403"]);
      assertEquals(response!.statusText, "Forbidden");
      assertEquals(response!.headers.get("x-why"), "because");
      assertEquals(new TextDecoder().decode(response!.body), "Hello");
      assertEquals([transport.destroyed, clock.pending], [true, 0]);
    }
  });
}

test("a redirect is not followed: it is on the error (RFC 6455 §4.1)", async () => {
  const { transport, connected } = await begin();
  const location = "http://elsewhere.example/";
  transport.deliver(toBytes(`HTTP/1.1 301 Moved\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`));
  const error = await failureOf(connected);
  assertEquals([error.status, error.response?.headers.get("location")], [301, location]);
  assertEquals(transport.writes, 1);
});

test("no more than 64 KiB of a refusal's body are kept", async () => {
  for (const head of ["", "Content-Length: 1000000\r\n", "Transfer-Encoding: chunked\r\n"]) {
    const { transport, connected } = await begin();
    transport.deliver(
      toBytes(`HTTP/1.1 500 Oops\r\n${head}\r\n`, head.includes("chunked") ? "f4240\r\n" : ""),
    );
    await settle();
    for (let count = 0; count < 10; count++) transport.deliver(new Uint8Array(10_000));
    assertEquals((await failureOf(connected)).response?.body?.length, 65536);
  }
});

test("a refusal whose body breaks off, stalls or is nonsense tells what there was", async () => {
  const ends: Record<string, (transport: HeldTransport, clock: { advance(ms: number): void }) => void> = {
    "ends": (transport) => transport.deliverEnd(),
    "fails": (transport) => transport.fail(new Error("reset")),
    "stalls": (_, clock) => clock.advance(10_000),
  };
  for (const end of Object.values(ends)) {
    const { transport, connected, clock } = await begin();
    transport.deliver(toBytes("HTTP/1.1 401 No\r\nContent-Length: 100\r\n\r\nHel"));
    await settle();
    end(transport, clock);
    const error = await failureOf(connected);
    assertEquals([error.status, new TextDecoder().decode(error.response!.body)], [401, "Hel"]);
    assertEquals([transport.destroyed, clock.pending], [true, 0]);
  }
  const { transport, connected } = await begin();
  transport.deliver(toBytes("HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\nHello"));
  assertEquals((await failureOf(connected)).response?.body?.length, 0);
});

test("a response without a body has none (RFC 9112 §6.3)", async () => {
  for (const status of [204, 304]) {
    const { transport, connected } = await begin();
    transport.deliver(toBytes(`HTTP/1.1 ${status} x\r\nContent-Length: 5\r\n\r\n`));
    const error = await failureOf(connected);
    assertEquals([error.status, error.response?.body?.length], [status, 0]);
  }
});

test("a wrong answer fails, and the transport is gone (RFC 6455 §4.1)", async () => {
  const changes: ((answer: string) => string)[] = [
    (answer) => answer.replace("Upgrade: websocket", "Upgrade: h2c"),
    (answer) => answer.replace("Connection: Upgrade", "Connection: close"),
    (answer) => answer.replace(/(Accept: .*)\r/, "$1A\r"),
    (answer) => answer.replace("\r\n\r\n", "\r\nSec-WebSocket-Protocol: a\r\n\r\n"),
    (answer) => answer.replace("HTTP/1.1 101", "HTTP/1.1 1O1"),
    (answer) => answer.replace("\r\n", "\n"),
    () => "SSH-2.0-OpenSSH_9.6\r\n",
    () => "HTTP/1.1 101 " + "x".repeat(70_000),
  ];
  for (const change of changes) {
    const { transport, connected, request, clock } = await begin();
    transport.deliver(toBytes(change(await answerRequest(request))));
    await failureOf(connected);
    assertEquals([transport.destroyed, transport.writes, clock.pending], [true, 1, 0]);
  }
});

test("the answer may end, stall or fail behind every byte (RFC 6455 §4.1)", async () => {
  const { request } = await begin();
  const length = (await answerRequest(request)).length;
  for (let cut = 0; cut < length; cut += 5) {
    for (const fault of ["ends", "stalls", "fails"]) {
      const { transport, clock, connected, request } = await begin();
      transport.deliver(toBytes(await answerRequest(request)).slice(0, cut));
      await settle();
      if (fault === "ends") transport.deliverEnd();
      if (fault === "stalls") clock.advance(10_000);
      if (fault === "fails") transport.fail(new Error("reset"));
      const error = await failureOf(connected);
      const messages: Record<string, string> = {
        ends: "the peer has left",
        stalls: "the handshake took too long",
        fails: "the transport is gone",
      };
      assertEquals(error.message, `Cannot connect: ${messages[fault]}`);
      assertEquals([transport.destroyed, clock.pending], [true, 0]);
    }
  }
});

test("a request that the peer does not take ends at the deadline", async () => {
  const transport = new HeldTransport();
  transport.held = true;
  const clock = createManualClock();
  const connected = connectWebSocket(url, transport, { clock, handshakeTimeout: 500 });
  assertEquals(await stateOf(connected), "pending");
  clock.advance(500);
  await failureOf(connected);
  assertEquals([transport.destroyed, clock.pending], [true, 0]);
});

test("a signal ends the connecting in every state, with its reason", async () => {
  const reason = new Error("enough");
  const transport = new HeldTransport();
  const stopped = connectWebSocket(url, transport, { signal: AbortSignal.abort(reason) });
  assertStrictEquals(await stopped.catch((error) => error), reason);
  assertEquals([transport.destroyed, transport.reason, transport.writes], [true, reason, 0]);

  for (
    const state of ["writing", "waiting", "in the head", "in a refusal's body", "in the turn of the answer"]
  ) {
    const controller = new AbortController();
    const clock = createManualClock();
    const transport = new HeldTransport();
    transport.held = state === "writing";
    const connected = connectWebSocket(url, transport, { signal: controller.signal, clock });
    connected.catch(() => {});
    await settle();
    if (state === "in the head") transport.deliver(toBytes("HTTP/1.1 101 Swi"));
    if (state === "in a refusal's body") transport.deliver(toBytes("HTTP/1.1 401 No\r\n\r\nHel"));
    if (state === "in the turn of the answer") {
      transport.deliver(toBytes(await answerRequest(await awaitText(transport))));
    } else await settle();
    controller.abort(reason);
    const outcome = await connected.catch((error) => error);
    // Where the answer was there already, the connection may have been too; it is aborted then.
    assertStrictEquals("closed" in outcome ? (await outcome.closed).error : outcome, reason, state);
    await settle();
    assertEquals([transport.destroyed, clock.pending], [true, 0]);
  }
});

test("a signal may come in any turn of the connecting", async () => {
  const reason = new Error("enough");
  for (const answer of [answerRequest, () => "HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno"]) {
    for (let turn = 0; turn < 60; turn++) {
      const controller = new AbortController();
      const transport = new HeldTransport();
      const clock = createManualClock();
      const connected = connectWebSocket(url, transport, { signal: controller.signal, clock });
      const outcome = connected.then((connection) => connection.closed, (error) => ({ error }));
      const count = async (turns: number) => {
        for (let index = 0; index < turns; index++) await (index % 10 === 9 ? settle() : undefined);
      };
      if (turn < 10) {
        await count(turn);
      } else {
        transport.deliver(
          toBytes("HTTP/1.1 103 Early Hints\r\n\r\n", await answer(await awaitText(transport))),
        );
        await count(turn - 10);
      }
      controller.abort(reason);
      const { error } = await outcome;
      assert(error === reason || error.status === 401, `turn ${turn}: ${error}`);
      await settle();
      assertEquals([transport.destroyed, clock.pending], [true, 0]);
    }
  }
});
