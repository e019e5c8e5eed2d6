import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { acceptWebSocket } from "../../src/connection/accept_web_socket.ts";
import type { WebSocketCloseInfo } from "../../src/connection/close_info.ts";
import { connectWebSocket } from "../../src/connection/connect_web_socket.ts";
import type { Message } from "../../src/connection/connection_options.ts";
import type { WebSocketConnection } from "../../src/connection/web_socket_connection.ts";
import { WebSocketError } from "../../src/connection/web_socket_error.ts";
import { HandshakeError } from "../../src/handshake/handshake_error.ts";
import type { LinkOptions } from "../../src/testing/link.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { createTransportPair } from "../../src/testing/transport_pair.ts";
import { settle, spin } from "../kit/held_connection.ts";
import { Ledger } from "../kit/ledger.ts";

const messages = ["one", new Uint8Array(50_000).fill(2), "pieces", "four"];

/** Lets all that is under way come to rest, the digest of the handshake too, which takes as long as the machine is busy. */
async function rest(): Promise<void> {
  for (let count = 0; count < 3; count++) await crypto.subtle.digest("SHA-1", new Uint8Array(60));
  await settle();
}

/** What a run of the scenario came to. */
interface Run {
  readonly ledger: Ledger;
  readonly received: readonly Message[];
  readonly client: WebSocketConnection | undefined;
  readonly server: WebSocketConnection | undefined;
}

/**
 * A handshake, an echo of four messages, a Ping and a close, over a transport with a fault each way, until all is settled. Asserts
 * what must be true whatever happens.
 */
async function run(forward: LinkOptions, backward: LinkOptions, abortAt = Infinity): Promise<Run> {
  const plan = JSON.stringify([forward, backward, abortAt]);
  const clock = createManualClock();
  const controller = new AbortController();
  const ledger = new Ledger();
  const [near, far] = createTransportPair(forward, backward);
  const received: Message[] = [];
  let client: WebSocketConnection | undefined;
  let server: WebSocketConnection | undefined;
  let handlers = 0;

  const accepting = ledger.keep(
    "accept",
    acceptWebSocket(far, {
      clock,
      authorize: () => void handlers++,
      onMessage: (message, connection) => connection.send(message).catch(() => {}),
    }),
  );
  accepting.then((made) => {
    server = made;
    ledger.keep("server closed", made.closed);
    ledger.keep("server ping", made.ping());
  }, () => {});

  const connecting = ledger.keep(
    "connect",
    connectWebSocket("ws://example.com/", near, { clock, signal: controller.signal }),
  );
  connecting.then((made) => {
    client = made;
    ledger.keep("client closed", made.closed);
    ledger.keep("first", made.send("one"));
    ledger.keep("second", made.send(new Uint8Array(50_000).fill(2)));
    ledger.keep("third", made.sendStream("text", ["pie", "ces"]));
    ledger.keep("fourth", made.send("four"));
    ledger.keep("ping", made.ping());
    ledger.keep(
      "receive",
      (async () => {
        for await (const message of made) {
          received.push(message);
          if (received.length === messages.length) ledger.keep("close", made.close());
        }
      })(),
    );
  }, () => {});

  for (let turn = 0; ledger.pending.length > 0; turn++) {
    assert(turn < 300, `${plan} hangs: ${ledger.pending}`);
    if (turn === abortAt) controller.abort(new Error("enough"));
    await (turn % 6 === 0 ? rest() : spin(60));
    // Time passes only where nothing else goes on.
    if (turn > 40) clock.advance(2_000);
  }
  clock.advance(60_000);
  await settle();

  // Nothing stays: no lock, no timer, no byte.
  const locks = [near.readable, near.writable, far.readable, far.writable].map(({ locked }) => locked);
  assertEquals(locks, [false, false, false, false], plan);
  assertEquals(clock.pending, 0, plan);
  for (const connection of [client, server]) {
    assertEquals([connection?.readyState ?? "closed", connection?.bufferedAmount ?? 0], ["closed", 0], plan);
  }
  // §7.1.5 the peer's code where its Close came, else 1006
  for (const name of ["client closed", "server closed"]) {
    const settlement = ledger.get(name);
    if (settlement === undefined) continue;
    const { closeCode, wasClean } = (settlement as { value: WebSocketCloseInfo }).value;
    assert(closeCode === 1000 || closeCode === 1006 && !wasClean, plan);
  }
  // What fails, fails with a type.
  for (const name of ["accept", "connect", "first", "second", "third", "fourth", "ping", "server ping"]) {
    const settlement = ledger.get(name);
    if (settlement === undefined || "value" in settlement) continue;
    const { error } = settlement;
    assert(
      error instanceof HandshakeError || error instanceof WebSocketError || abortAt < Infinity,
      `${plan} ${error}`,
    );
  }
  // What arrives is a beginning of what was sent.
  assertEquals(received, messages.slice(0, received.length) as Message[], plan);
  assert(handlers <= 1);
  return { ledger, received, client, server };
}

/** Runs the scenario with its n-th operation failing, until one run has none that fails. */
async function failEach(name: "failReadAt" | "failWriteAt", forward: boolean): Promise<void> {
  for (let at = 1;; at++) {
    assert(at < 200);
    const fault = { [name]: at };
    const { ledger, received } = await run(forward ? fault : {}, forward ? {} : fault);
    const close = ledger.get("close") as { value?: WebSocketCloseInfo } | undefined;
    if (received.length === messages.length && close?.value?.wasClean && at > 8) return;
  }
}

test("the scenario without a fault ends cleanly on both sides", async () => {
  const { ledger, received } = await run({}, {});
  assertEquals(received.length, 4);
  for (const name of ["client closed", "server closed", "close"]) {
    assertEquals(ledger.get(name), { value: { closeCode: 1000, reason: "", wasClean: true } });
  }
});

for (const [side, forward] of [["server", true], ["client", false]] as const) {
  test(`the ${side}'s n-th read fails: everything settles, once, and nothing stays`, async () => {
    await failEach("failReadAt", forward);
  });

  test(`the n-th write to the ${side} fails: everything settles, once, and nothing stays`, async () => {
    await failEach("failWriteAt", forward);
  });

  for (const fault of ["endAfter", "stallAfter"] as const) {
    test(`the bytes to the ${side} ${fault === "endAfter" ? "end" : "stall"} anywhere: everything settles, and nothing stays`, async () => {
      const { client, server } = await run({}, {});
      const total = 200 + (forward ? server!.stats.bytesReceived : client!.stats.bytesReceived);
      const steps = [
        0,
        1,
        2,
        3,
        50,
        100,
        120,
        126,
        127,
        128,
        129,
        130,
        131,
        132,
        133,
        134,
        140,
        150,
        160,
        170,
        180,
        190,
        195,
      ];
      const places = [
        ...steps,
        200,
        205,
        210,
        215,
        220,
        230,
        1000,
        40_000,
        total - 250,
        total - 100,
        total - 40,
        total - 30,
      ];
      for (let at = total - 25; at < total + 3; at++) places.push(at);
      for (const at of places) await run(forward ? { [fault]: at } : {}, forward ? {} : { [fault]: at });
    });
  }
}

test("a signal in any turn: everything settles, and nothing stays", async () => {
  for (let turn = 0; turn < 15; turn++) await run({}, {}, turn);
  for (let turn = 0; turn < 40; turn += 3) await run({ chunkSizes: 50 }, { chunkSizes: 50 }, turn);
});
