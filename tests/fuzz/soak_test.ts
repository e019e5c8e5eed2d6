import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { acceptWebSocket } from "../../src/connection/accept_web_socket.ts";
import { connectWebSocket } from "../../src/connection/connect_web_socket.ts";
import { prepareMessage } from "../../src/connection/prepare_message.ts";
import type { WebSocketConnection } from "../../src/connection/web_socket_connection.ts";
import { permessageDeflate } from "../../src/deflate/permessage_deflate.ts";
import type { LinkOptions } from "../../src/testing/link.ts";
import { randomSizes } from "../../src/testing/random_sizes.ts";
import { createTransportPair } from "../../src/testing/transport_pair.ts";
import { settle, spin } from "../kit/held_connection.ts";
import { toHex, utf8 } from "../kit/frames.ts";
import { Chance } from "../kit/fuzz.ts";
import { readEnvironment } from "../kit/read_environment.ts";

/** A message as a line. */
function describe(message: string | Uint8Array): string {
  return typeof message === "string" ? `text ${message}` : `binary ${toHex(message)}`;
}

/** A direction of a network that tears and joins. */
function createLink(chance: Chance): LinkOptions {
  return {
    capacity: chance.pick([0, 1000, 65536]),
    chunkSizes: randomSizes(chance.integer(1000), chance.pick([40, 500, 20_000])),
    emptyChunks: chance.happens(0.2),
  };
}

/** One end of a connection, which does this and that until it has had enough. */
class End {
  readonly sent: string[] = [];
  readonly received: string[] = [];
  /** All that was begun: what of it failed is undefined. */
  readonly begun: Promise<unknown>[] = [];
  readonly connection: WebSocketConnection;
  readonly #chance: Chance;

  constructor(connection: WebSocketConnection, chance: Chance) {
    this.connection = connection;
    this.#chance = chance;
  }

  /** Receives until the end, in one way or another, now and then not at once. */
  async receive(): Promise<void> {
    const chance = this.#chance;
    if (chance.happens(0.5)) {
      for await (const message of this.connection) {
        this.received.push(describe(message));
        if (chance.happens(0.2)) await spin(chance.integer(50));
      }
      return;
    }
    try {
      for await (const message of this.connection.messages()) {
        this.received.push(describe(message.type === "text" ? await message.text() : await message.bytes()));
      }
    } catch (error) {
      // A message in the midst of which the connection ends, ends so.
      if (this.connection.readyState === "open") throw error;
    }
  }

  /** Does this and that; resolves when all of it is done. */
  async act(): Promise<void> {
    const chance = this.#chance;
    for (let count = chance.integer(25); count > 0 && this.connection.readyState === "open"; count--) {
      this.#actOnce();
      if (chance.happens(0.3)) await spin(chance.integer(100));
      if (chance.happens(0.1)) await Promise.allSettled(this.begun);
    }
    await Promise.allSettled(this.begun);
  }

  #actOnce(): void {
    const { connection } = this;
    const chance = this.#chance;
    const length = chance.integer(chance.pick([5, 200, 3000, 12_000]));
    const message = chance.happens(0.5) ? createText(chance, length) : chance.bytes(length);
    const options = {
      compress: chance.pick([undefined, true, false]),
      fragmentSize: chance.pick([0, 0, 100, 5000]),
    };
    const action = chance.pick(["send", "send", "prepared", "stream", "ping"]);
    if (action === "ping") return void this.begun.push(connection.ping());
    this.sent.push(describe(message));
    if (action === "send") this.begun.push(connection.send(message, options));
    else if (action === "prepared") this.begun.push(connection.send(prepareMessage(message), options));
    else {this.begun.push(
        connection.sendStream(typeof message === "string" ? "text" : "binary", cut(message, chance)),
      );}
  }
}

/** Whole code points, so that a text arrives as it was sent. */
function createText(chance: Chance, length: number): string {
  const text = new TextDecoder().decode(utf8(chance.text(Math.ceil(length / 20))));
  return text.repeat(chance.pick([1, 9]));
}

/** A message in pieces that come now and then. */
async function* cut(message: string | Uint8Array, chance: Chance): AsyncGenerator<string | Uint8Array> {
  const points = [...typeof message === "string" ? message : []];
  for (let at = 0; at < message.length;) {
    const next = at + 1 + chance.integer(message.length >> 1);
    yield typeof message === "string" ? points.slice(at, next).join("") : message.subarray(at, next);
    if (chance.happens(0.2)) await spin(10);
    at = next;
  }
}

/** Asserts that what one end has received is a beginning of what the other one has sent. */
function assertBeginning(received: readonly string[], sent: readonly string[]): void {
  assertEquals(received, sent.slice(0, received.length));
}

/** Two ends, over a network that breaks off, or not. */
async function soak(chance: Chance, breaksOff: boolean): Promise<void> {
  const [forward, backward] = [createLink(chance), createLink(chance)];
  const broken = { endAfter: 300 + chance.integer(40_000) };
  const [near, far] = createTransportPair({ ...forward, ...breaksOff && broken }, backward);
  const extensions = chance.happens(0.6)
    ? [permessageDeflate({ sendTakeover: chance.happens(0.7), threshold: chance.integer(300) })]
    : [];
  const streaming = { maxFragments: 100_000, extensions, maxSendQueue: 1 << 26 };
  const ends = (await Promise.all([
    connectWebSocket("ws://example.com/", near, streaming),
    acceptWebSocket(far, streaming),
  ])).map((connection) => new End(connection, new Chance(chance.integer(1e9))));
  const [closer, other] = chance.happens(0.5) ? ends : ends.reverse();
  const receiving = ends.map((end) => end.receive());
  await Promise.all(ends.map((end) => end.act()));
  const { connection } = closer!;
  await connection.close();
  await Promise.all([...receiving, other!.connection.closed]);
  assertBeginning(closer!.received, other!.sent);
  assertBeginning(other!.received, closer!.sent);
  for (const end of ends) {
    assertEquals([end.connection.readyState, end.connection.bufferedAmount], ["closed", 0]);
  }
  const locks = [near.readable, near.writable, far.readable, far.writable].map(({ locked }) => locked);
  assertEquals(locks, [false, false, false, false]);
  if (breaksOff) return;
  // Nothing of what was sent before the Close is lost.
  assertEquals(other!.received.length, closer!.sent.length);
  for (const end of ends) assertEquals((await end.connection.closed).wasClean, true);
  const [sent, received] = [connection.stats, other!.connection.stats];
  assertEquals(
    [received.messagesReceived, received.framesReceived, received.bytesReceived],
    [closer!.sent.length, sent.framesSent, sent.bytesSent],
  );
  assertEquals(sent.messagesSent, closer!.sent.length);
  for (const outcome of await Promise.allSettled(ends.flatMap(({ begun }) => begun))) {
    assert(outcome.status === "fulfilled");
  }
}

for (const breaksOff of [false, true]) {
  const network = `a network that tears${breaksOff ? " and breaks off" : ""}`;

  test(`both ends at work over ${network}: order is kept, nothing is lost, all counts are equal`, async () => {
    const rounds = 20 * Number(readEnvironment("FUZZ") ?? 1);
    for (let round = 1; round <= rounds; round++) {
      try {
        await soak(new Chance(round), breaksOff);
      } catch (error) {
        throw new Error(`Round ${round} failed`, { cause: error });
      }
    }
    // Rejections that nobody handles are told by now.
    await settle();
  });
}
