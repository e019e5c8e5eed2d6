import { test } from "node:test";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { acceptWebSocket } from "../../src/connection/accept_web_socket.ts";
import { connectWebSocket } from "../../src/connection/connect_web_socket.ts";
import { readRequest, respond } from "../../src/connection/read_request.ts";
import { encodeLatin1 } from "../../src/handshake/latin1.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { createTransportPair } from "../../src/testing/transport_pair.ts";
import { makeFrame } from "../kit/frame_lines.ts";
import { headText, requestText } from "../kit/heads.ts";
import { settle } from "../kit/held_connection.ts";
import { failureOf, readText, toBytes } from "../kit/held_handshake.ts";
import { HeldTransport } from "../kit/held_transport.ts";
import { until } from "../kit/until.ts";

const plain = headText("GET /health HTTP/1.1", { "Host": "server.example.com" });

test("one port serves HTTP and WebSockets by hand: readRequest(), respond(), acceptWebSocket() on one stream pair", async () => {
  const [near, far] = createTransportPair();
  const writer = near.writable.getWriter();
  void writer.write(encodeLatin1(plain));
  const first = await readRequest(far);
  assertEquals([first.request.url.pathname, first.head.length], ["/health", 0]);
  assertEquals([far.readable.locked, far.writable.locked], [false, false]);
  await respond(far, new Response("fine"), { keepAlive: true });
  assertEquals([far.readable.locked, far.writable.locked], [false, false]);
  const reader = near.readable.getReader();
  let answer = "";
  while (!answer.endsWith("\r\n\r\nfine")) answer += new TextDecoder().decode((await reader.read()).value);
  assert(answer.includes("\r\nconnection: keep-alive\r\n"));
  reader.releaseLock();
  writer.releaseLock();

  const connecting = connectWebSocket("ws://server.example.com/chat", near);
  const second = await readRequest(far);
  const server = await acceptWebSocket(far, second);
  const client = await connecting;
  void client.send("Hello");
  assertEquals(await server.receive(), "Hello");
  assertEquals((await client.close()).wasClean, true);
  await server.closed;
  assertEquals([far.readable.locked, far.writable.locked], [false, false]);
});

test("readRequest() gives back what followed the head, and takes what was read before", async () => {
  const bytes = toBytes(requestText(), makeFrame("text", "Hello", { masked: true }));
  for (let cut = 0; cut <= bytes.length; cut += 7) {
    const transport = new HeldTransport();
    const reading = readRequest(transport, { head: bytes.slice(0, cut) });
    transport.deliver(bytes.slice(cut));
    const read = await reading;
    assertEquals(read.request.target, "/chat");
    const connection = await acceptWebSocket(transport, read);
    assertEquals(await connection.receive(), "Hello");
    connection.abort();
  }
});

test("readRequest() reads nothing behind the head, and leaves no timer", async () => {
  const transport = new HeldTransport();
  const clock = createManualClock();
  transport.deliver(toBytes(plain), toBytes("behind"));
  assertEquals((await readRequest(transport, { clock })).head.length, 0);
  await settle();
  assertEquals([transport.paused, transport.waiting, clock.pending], [true, 6, 0]);
  await respond(transport, new Response("fine"), { clock, keepAlive: true });
  assertEquals([transport.paused, transport.ended, clock.pending], [true, false, 0]);
});

test("readRequest() leaves a malformed request to be answered by respond()", async () => {
  const transport = new HeldTransport();
  transport.deliver(toBytes("GET / HTTP/1.0\r\n\r\n"));
  const error = await failureOf(readRequest(transport));
  assertEquals([error.status, transport.destroyed], [505, false]);
  await respond(transport, error.response!, { clock: createManualClock() });
  assert(readText(transport).startsWith("HTTP/1.1 505 "));
  assertEquals(transport.ended, true);
});

test("readRequest() rejects where the peer leaves, fails or takes too long, and leaves no timer", async () => {
  const faults: Record<string, (transport: HeldTransport, clock: { advance(ms: number): void }) => void> = {
    "the peer has left": (transport) => transport.deliverEnd(),
    "the transport is gone": (transport) => transport.fail(new Error("reset")),
    "the handshake took too long": (_, clock) => clock.advance(10_000),
  };
  for (const [message, fault] of Object.entries(faults)) {
    const transport = new HeldTransport();
    const clock = createManualClock();
    transport.deliver(toBytes("GET "));
    const reading = readRequest(transport, { clock });
    reading.catch(() => {});
    await settle();
    fault(transport, clock);
    const error = await failureOf(reading);
    assertEquals([error.message, error.response], [`Cannot read a request: ${message}`, undefined]);
    assertEquals([transport.destroyed, clock.pending], [true, 0]);
  }
});

test("a signal ends readRequest() and respond() with its reason", async () => {
  const reason = new Error("enough");
  for (
    const run of [
      readRequest,
      (given: HeldTransport, options: object) => respond(given, new Response(), options),
    ]
  ) {
    const controller = new AbortController();
    const [early, transport] = [new HeldTransport(), new HeldTransport()];
    const stopped = (run as typeof readRequest)(early, { signal: AbortSignal.abort(reason) });
    assertStrictEquals(await stopped.catch((error) => error), reason);
    assertEquals(early.destroyed, true);
    transport.held = true;
    const running = (run as typeof readRequest)(transport, { signal: controller.signal });
    running.catch(() => {});
    await settle();
    controller.abort(reason);
    assertStrictEquals(await running.catch((error) => error), reason);
    assertEquals(transport.destroyed, true);
  }
});

test("options that mean nothing are refused", async () => {
  const transport = new HeldTransport();
  await assertRejects(() => readRequest(transport, { handshakeTimeout: -1 }), RangeError);
  await assertRejects(() => readRequest(transport, { maxHeaders: NaN }), RangeError);
  await assertRejects(() => respond(transport, new Response(), { handshakeTimeout: 0.5 }), RangeError);
  await assertRejects(() => respond(transport, Response.error()), TypeError);
  await assertRejects(() => readRequest({} as HeldTransport), TypeError);
  assertEquals(transport.writes, 0);
});

test("respond() writes the whole response and ends the writing side (RFC 9112 §9.6)", async () => {
  const transport = new HeldTransport();
  await respond(transport, new Response("fine", { status: 200, statusText: "OK", headers: { "X-A": "b" } }));
  const answer = readText(transport);
  assert(answer.startsWith("HTTP/1.1 200 OK\r\n"));
  assert(answer.includes("\r\nx-a: b\r\n"));
  assert(answer.includes("\r\nconnection: close\r\n"));
  assert(answer.endsWith("\r\n\r\nfine"));
  assertEquals(transport.ended, true);
  transport.deliver(toBytes("late"));
  transport.deliverEnd();
  assertEquals([transport.waiting, transport.destroyed], [0, true]);
});

test("a transport that respond() has ended is gone with the peer, or at the deadline, and its streams are free", async () => {
  for (const end of ["peer", "deadline"]) {
    const clock = createManualClock();
    const [near, far] = createTransportPair();
    await respond(far, new Response("fine"), { clock });
    assertEquals(far.readable.locked, true);
    if (end === "peer") await near.writable.close();
    else clock.advance(10_000);
    await settle();
    assertEquals([far.readable.locked, far.writable.locked, clock.pending], [false, false, 0]);
  }
});

test("respond() takes a record, and the method that it answers", async () => {
  const transport = new HeldTransport();
  const body = encodeLatin1("fine");
  const record = { status: 200, statusText: "OK", headers: new Headers(), body };
  await respond(transport, record, { keepAlive: true, method: "HEAD" });
  await respond(transport, { status: 204, statusText: "", headers: new Headers() }, {
    keepAlive: true,
    method: "HEAD",
  });
  const answers = readText(transport);
  assert(answers.includes("\r\ncontent-length: 4\r\n"));
  assert(!answers.includes("fine"));
  assertEquals([answers.match(/HTTP\/1\.1/g)?.length, transport.ended], [2, false]);
});

test("respond() rejects where the transport fails", async () => {
  const transport = new HeldTransport();
  transport.held = true;
  const responding = respond(transport, new Response("fine"));
  responding.catch(() => {});
  await until(() => transport.isWriting);
  transport.fail(new Error("reset"));
  const error = await failureOf(responding);
  assertEquals([error.message, (error.cause as Error).message], [
    "Cannot respond: the transport is gone",
    "reset",
  ]);
});

test("readRequest() unlocks the streams of a peer that has left", async () => {
  const [near, far] = createTransportPair();
  const reading = readRequest(far);
  reading.catch(() => {});
  await near.writable.close();
  await failureOf(reading);
  assertEquals([far.readable.locked, far.writable.locked], [false, false]);
});
