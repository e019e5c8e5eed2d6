import { test } from "node:test";
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { HandshakeError } from "../../mod.ts";
import { openWebSocket as openByBun } from "../../src/runtime/bun.ts";
import { openWebSocket as openByDeno } from "../../src/runtime/deno.ts";
import { checkConnectOptions, type Dial, dialWebSocket } from "../../src/runtime/dial_web_socket.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { settle } from "../kit/held_connection.ts";
import { answerRequest, awaitText, toBytes } from "../kit/held_handshake.ts";
import { HeldTransport } from "../kit/held_transport.ts";

const url = "ws://example.com/";

test("checkConnectOptions() finds the host, the port and the name in a URL", () => {
  const cases: [string, unknown[]][] = [
    ["ws://example.com/path", ["example.com", 80, false, "example.com"]],
    ["wss://EXAMPLE.com", ["example.com", 443, true, "example.com"]],
    ["http://localhost:8080", ["localhost", 8080, false, "localhost"]],
    ["https://example.com:80", ["example.com", 80, true, "example.com"]],
    ["wss://127.0.0.1", ["127.0.0.1", 443, true, ""]],
    ["wss://[2001:db8::1]:8443", ["2001:db8::1", 8443, true, ""]],
    ["wss://1.example", ["1.example", 443, true, "1.example"]],
  ];
  for (const [address, expected] of cases) {
    const { hostname, port, isSecure, serverName } = checkConnectOptions(address, {});
    assertEquals([hostname, port, isSecure, serverName], expected, address);
  }
});

test("dialWebSocket() connects over the transport that was dialled", async () => {
  const transport = new HeldTransport();
  const clock = createManualClock();
  const connecting = dialWebSocket(
    url,
    { clock, pingInterval: 0 },
    (take) => Promise.resolve(take(transport)),
  );
  transport.deliver(toBytes(await answerRequest(await awaitText(transport))));
  const connection = await connecting;
  assertEquals([connection.readyState, connection.response?.status, clock.pending], ["open", 101, 0]);
  connection.abort();
});

test("dialWebSocket() has one deadline for the dialling and the handshake", async () => {
  const transport = new HeldTransport();
  const clock = createManualClock();
  let finish = () => {};
  const connecting = dialWebSocket(url, { clock, handshakeTimeout: 1000 }, (take) => {
    take(transport);
    return new Promise<void>((resolve) => finish = resolve);
  });
  connecting.catch(() => {});
  clock.advance(600);
  finish();
  await awaitText(transport);
  clock.advance(399);
  await settle();
  assertEquals(transport.destroyed, false);
  clock.advance(1);
  await assertRejects(() => connecting, HandshakeError, "too long");
  assertEquals([transport.destroyed, clock.pending], [true, 0]);
});

test("dialWebSocket() destroys what was dialled in vain, and what comes too late", async () => {
  const failure = new Error("no route");
  const reason = new Error("enough");
  for (const end of ["failed", "late", "aborted"]) {
    for (const isTaken of [true, false]) {
      const transport = new HeldTransport();
      const clock = createManualClock();
      const controller = new AbortController();
      let step = () => {};
      const dial: Dial = async (take, signal) => {
        if (isTaken) take(transport);
        await new Promise<void>((resolve) => step = resolve);
        if (end === "failed") throw failure;
        assertEquals(signal.aborted, true);
        if (!isTaken) take(transport);
      };
      const connecting = dialWebSocket(url, { clock, signal: controller.signal }, dial);
      if (end === "failed") step();
      else if (end === "late") clock.advance(10_000);
      else controller.abort(reason);
      const error = await connecting.catch((error) => error);
      if (end === "aborted") assertStrictEquals(error, reason);
      else {assertEquals([error.name, error.cause], [
          "HandshakeError",
          end === "failed" ? failure : undefined,
        ]);}
      step();
      await settle();
      assertEquals([transport.destroyed, clock.pending], [isTaken || end !== "failed", 0]);
      assertEquals(transport.writes, 0);
    }
  }
});

test("openWebSocket() of a runtime says that this is another one", async () => {
  const isThere = (name: string) => name in globalThis;
  if (!isThere("Deno")) await assertRejects(() => openByDeno(url), TypeError, "no Deno.connect");
  if (!isThere("Bun")) await assertRejects(() => openByBun(url), TypeError, "no Bun.connect");
});
