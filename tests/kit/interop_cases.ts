/**
 * What a WebSocket client and a WebSocket server of different makes must be able to do together, as tests. Knows
 * neither of them: a client is what `InteropClient` says, and a server behaves by the path it is asked for:
 *
 * - `/echo` sends every message back; `/close` answers the first one with Close 4001 "enough"; `/refuse` is answered
 *   with 401 and a body; `/ping` sends a Ping, and the text "pong" once it was answered.
 * - `/closing?id=ID` sends, once a connection to `/echo?id=ID` was closed, the code and the reason that came.
 * - `/extensions` sends what was agreed on, if the server can tell that and the client cannot.
 * - Of the subprotocols offered, `chat` is taken.
 *
 * @module
 */

import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { createRandomBytes } from "./random.ts";

/** How a connection ended, as the client saw it. */
export interface InteropClosing {
  readonly closeCode: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** A connected client. */
export interface InteropClient {
  readonly protocol: string;
  /** What was agreed on, as far as the client tells. */
  readonly extensions?: string;
  /** Sends a message; one of more than 1 MiB in fragments, where the client can. */
  send(message: string | Uint8Array<ArrayBuffer>): unknown;
  /** The next message; rejects when there is none. */
  receive(): Promise<string | Uint8Array>;
  /** Sends a Ping and waits for its Pong; missing where the client has no such thing. */
  ping?(): Promise<unknown>;
  close(code?: number, reason?: string): unknown;
  readonly closed: Promise<InteropClosing>;
}

/** What a refused client throws, as far as it tells. */
export class Refusal extends Error {
  readonly status: number | undefined;
  readonly body: string | undefined;

  constructor(status?: number, body?: string) {
    super("Refused");
    this.status = status;
    this.body = body;
  }
}

/** A client and a server that it can reach. */
export interface InteropPair {
  /** Rejects with `Refusal` where the server refuses. */
  connect(path: string, protocols?: string[]): Promise<InteropClient>;
  /** Ends the server. */
  stop?(): unknown;
}

/** What the pair is capable of. */
export interface InteropFacts {
  /** Whether the other make agrees on compression, where ours offers or accepts it. */
  readonly compresses: boolean;
  /** The code that the client reports after `close()` without one: 1005, or 1000 where it sends that by itself. */
  readonly emptyClose: 1000 | 1005;
  /** Whether the client tells the status and the body of a refusal. */
  readonly tellsRefusal: boolean;
  /** Whether the client can send a Ping. */
  readonly clientPings: boolean;
  /** Whether the server can, on `/ping`. */
  readonly serverPings: boolean;
  /** Whether the server tells how connections were closed, on `/closing`. */
  readonly tellsClosings: boolean;
}

/** Makes a pair in which our end knows compression, or does not. */
export type OpenPair = (compresses: boolean) => InteropPair | Promise<InteropPair>;

/** Declares the tests of a client and a server, with compression and, if that makes a difference, without. */
export function testInterop(
  name: string,
  facts: InteropFacts,
  open: OpenPair,
  /** Why the pair is not there, if it is not. */
  skip?: string,
): void {
  testMode(name, facts, () => open(true), skip);
  if (facts.compresses) {
    testMode(`${name}, uncompressed`, { ...facts, compresses: false }, () => open(false), skip);
  }
}

function testMode(
  name: string,
  facts: InteropFacts,
  open: () => InteropPair | Promise<InteropPair>,
  skip: string | undefined,
): void {
  if (skip !== undefined) {
    test(name, { skip }, () => {});
    return;
  }
  function check(sentence: string, run: (connect: InteropPair["connect"]) => Promise<void>): void {
    test(`${name}: ${sentence}`, async () => {
      const { connect, stop } = await open();
      try {
        await run(connect);
      } finally {
        await stop?.();
      }
    });
  }

  /** Sends messages, expects them back, and closes. */
  function checkEcho(sentence: string, createMessages: () => (string | Uint8Array<ArrayBuffer>)[]): void {
    check(sentence, async (connect) => {
      const client = await connect("/echo");
      for (const message of createMessages()) client.send(message);
      for (const message of createMessages()) assertSameMessage(await client.receive(), message);
      client.close(1000);
      assertEquals((await client.closed).closeCode, 1000);
    });
  }

  for (const size of [0, 1, 125, 126, 65535, 65536]) {
    checkEcho(`a text of ${size} bytes comes back as text`, () => ["w".repeat(size)]);
    checkEcho(`${size} bytes come back as bytes`, () => [createRandomBytes(size, size).slice()]);
  }
  checkEcho("text beyond ASCII comes back as it was", () => ["Größe, 多謝, 👋🏽, \0, \uFEFF, \uFFFD"]);
  checkEcho("8 MiB in fragments come back", () => [createRandomBytes(8 * 1024 * 1024, 8).slice()]);
  checkEcho(
    "100 messages of both types come back in order",
    () => Array.from({ length: 100 }, (_, index) => index % 3 === 0 ? Uint8Array.of(index) : `${index}`),
  );

  check(facts.compresses ? "compression is agreed on" : "no compression is agreed on", async (connect) => {
    const client = await connect("/extensions");
    const extensions = client.extensions ?? await client.receive();
    assertEquals(`${extensions}`.startsWith("permessage-deflate"), facts.compresses, `${extensions}`);
    client.close(1000);
    await client.closed;
  });
  if (facts.clientPings) {
    check("the client's Ping is answered", async (connect) => {
      const client = await connect("/echo");
      await client.ping!();
      client.close(1000);
      await client.closed;
    });
  }
  if (facts.serverPings) {
    check("the server's Ping is answered", async (connect) => {
      const client = await connect("/ping");
      assertEquals(await client.receive(), "pong");
      client.close(1000);
      await client.closed;
    });
  }

  for (const [code, reason] of [[1000, ""], [1000, "done"], [3001, "é".repeat(61)], [4999, ""]] as const) {
    check(`the client closes with ${code} and a reason of ${reason.length} characters`, async (connect) => {
      const id = crypto.randomUUID();
      const client = await connect(`/echo?id=${id}`);
      client.close(code, reason);
      const { closeCode, wasClean } = await client.closed;
      assertEquals([closeCode, wasClean], [code, true]);
      if (facts.tellsClosings) assertEquals(await askClosing(connect, id), `${code} ${reason}`);
    });
  }
  check("the client closes without a code", async (connect) => {
    const id = crypto.randomUUID();
    const client = await connect(`/echo?id=${id}`);
    client.close();
    const { closeCode, wasClean } = await client.closed;
    assertEquals([closeCode, wasClean], [facts.emptyClose, true]);
    if (facts.tellsClosings) assertEquals(await askClosing(connect, id), `${facts.emptyClose} `);
  });
  check("the server closes with a code and a reason", async (connect) => {
    const client = await connect("/close");
    client.send("Hello");
    const { closeCode, reason, wasClean } = await client.closed;
    assertEquals([closeCode, reason, wasClean], [4001, "enough", true]);
  });

  check("one of the subprotocols that are offered is agreed on", async (connect) => {
    const client = await connect("/echo", ["superchat", "chat"]);
    assertEquals(client.protocol, "chat");
    client.close(1000);
    await client.closed;
  });
  check("no subprotocol is agreed on where none is offered", async (connect) => {
    const client = await connect("/echo");
    assertEquals(client.protocol, "");
    client.close(1000);
    await client.closed;
  });
  check("a refusal with 401 and a body is a failure to connect", async (connect) => {
    const { status, body } = await assertRejects(() => connect("/refuse"), Refusal);
    if (facts.tellsRefusal) assertEquals([status, body], [401, "who are you?"]);
  });
}

/** How the server saw a connection to `/echo?id=ID` end. */
async function askClosing(connect: InteropPair["connect"], id: string): Promise<string | Uint8Array> {
  const client = await connect(`/closing?id=${id}`);
  const closing = await client.receive();
  client.close(1000);
  await client.closed;
  return closing;
}

/** `assertEquals` would print megabytes. */
function assertSameMessage(actual: string | Uint8Array, expected: string | Uint8Array): void {
  if (typeof actual === "string" || typeof expected === "string") {
    assert(
      actual === expected,
      `${typeof actual} of ${actual.length} is not ${typeof expected} of ${expected.length}`,
    );
    return;
  }
  assertEquals(actual.length, expected.length);
  assertEquals(
    actual.findIndex((byte, index) => byte !== expected[index]),
    -1,
    "the first byte that differs",
  );
}
