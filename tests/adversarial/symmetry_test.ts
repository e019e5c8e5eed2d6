import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import type { ConnectionOptions, Message, MessageHandler } from "../../src/connection/connection_options.ts";
import { WebSocketConnection } from "../../src/connection/web_socket_connection.ts";
import type { Role } from "../../src/protocol/role.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { randomSizes } from "../../src/testing/random_sizes.ts";
import { createTransportPair } from "../../src/testing/transport_pair.ts";
import { createMemoryTransports } from "../../src/connection/memory_transport.ts";
import type { ByteStreamPair, ByteTransport } from "../../src/connection/byte_transport.ts";
import { settle, spin } from "../kit/held_connection.ts";
import { createRandom } from "../kit/random.ts";

const ways = ["receive", "iterate", "readable", "messages", "handler", "slow handler"] as const;
const letters = ["a", "ü", "€", "😀", "\ud800"];

/** Chance with a taste for edges. */
class Dice {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = createRandom(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  pick<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)]!;
  }

  size(): number {
    return this.pick([
      0,
      1,
      this.below(200),
      125,
      126,
      this.below(5000),
      16370,
      65535,
      65536,
      this.below(200_000),
    ]);
  }
}

/** One side: what it sends, how it receives, and what it has received. */
class Side {
  readonly connection: WebSocketConnection;
  readonly sent: Message[] = [];
  readonly received: Message[] = [];
  readonly #dice: Dice;
  readonly #way: typeof ways[number];

  constructor(
    role: Role,
    transport: ByteStreamPair | ByteTransport,
    seed: number,
    options: Partial<ConnectionOptions>,
  ) {
    this.#dice = new Dice(seed);
    this.#way = this.#dice.pick(ways);
    const onMessage: MessageHandler = (message) => {
      this.received.push(message);
      return this.#way === "slow handler" ? this.#rest() : undefined;
    };
    this.connection = new WebSocketConnection(transport, {
      role,
      receiveHighWaterMark: this.#dice.pick([0, 1, 10, 1000, 65536]),
      sendHighWaterMark: this.#dice.pick([0, 1, 100, 65536]),
      fragmentSize: this.#dice.pick([0, 0, 1000, 16384, 70_000]),
      maxMessageSize: 10_000_000,
      ...this.#way.endsWith("handler") ? { onMessage } : {},
      ...options,
    });
  }

  /** Now and then a pause. */
  async #rest(): Promise<void> {
    const pause = this.#dice.below(20);
    if (pause < 3) await spin(this.#dice.below(100));
    else if (pause < 5) await settle();
  }

  /** Receives up to the end. */
  async receive(): Promise<void> {
    const { connection } = this;
    if (this.#dice.below(2) === 0) await settle();
    switch (this.#way) {
      case "receive":
        for (let message; (message = await connection.receive()) !== undefined;) {
          this.received.push(message);
          await this.#rest();
        }
        break;
      case "iterate":
        for await (const message of connection) {
          this.received.push(message);
          await this.#rest();
        }
        break;
      case "readable": {
        const reader = connection.readable.getReader();
        for (let result; !(result = await reader.read()).done;) {
          this.received.push(result.value);
          await this.#rest();
        }
        break;
      }
      case "messages":
        for await (const message of connection.messages()) {
          this.received.push(message.type === "text" ? await message.text() : await message.bytes());
          await this.#rest();
        }
        break;
      default:
        await connection.closed;
    }
  }

  /** Sends so many messages, each in one way or another. */
  async send(count: number): Promise<void> {
    const { connection } = this;
    const dice = this.#dice;
    for (let index = 0; index < count; index++) {
      const isText = dice.below(2) === 0;
      const size = dice.size();
      const message = isText ? dice.pick(letters).repeat(size / 4) : new Uint8Array(size).fill(index);
      this.sent.push(typeof message === "string" ? message.replaceAll("\ud800", "\ufffd") : message.slice());
      if (dice.below(4) === 0) {
        const half = dice.below(message.length + 1);
        const body = [message.slice(0, half), message.slice(half)];
        await connection.sendStream(isText ? "text" : "binary", body);
      } else if (dice.below(2) === 0) {
        await connection.send(message);
        // Bytes are the sender's own again.
        if (typeof message !== "string") message.fill(0xee);
      } else {
        void connection.send(message);
      }
      if (dice.below(5) === 0) void connection.ping(new Uint8Array(dice.below(126)));
      await this.#rest();
    }
  }
}

/** Two sides talk at random over `transports`, and hear each other out. */
async function converse(
  seed: number,
  transports: readonly (ByteStreamPair | ByteTransport)[],
): Promise<void> {
  const clock = createManualClock();
  const dice = new Dice(seed);
  const client = new Side("client", transports[0]!, seed + 1, { clock });
  const server = new Side("server", transports[1]!, seed + 2, { clock });
  const sides = [client, server];
  let isDone = false;
  const talk = (async () => {
    const receiving = sides.map((side) => side.receive());
    await Promise.all(sides.map((side) => side.send(5 + dice.below(40))));
    while (client.received.length < server.sent.length || server.received.length < client.sent.length) {
      await settle();
    }
    for (const side of dice.pick([[client], [server], [client, server], [server, client]])) {
      void side.connection.close();
    }
    await Promise.all(receiving);
    for (const { connection } of sides) assertEquals((await connection.closed).wasClean, true);
    isDone = true;
  })();
  talk.catch(() => isDone = true);
  for (let turn = 0; !isDone; turn++) {
    assert(
      turn < 20_000,
      `seed ${seed} hangs: ${
        JSON.stringify(
          sides.map((side) => [side.sent.length, side.received.length, side.connection.bufferedAmount]),
        )
      }`,
    );
    await settle();
  }
  await talk;
  for (const [one, other] of [[client, server], [server, client]] as const) {
    assertEquals(one.received.length, other.sent.length);
    one.received.forEach((message, index) =>
      assertSame(message, other.sent[index]!, `seed ${seed}, message ${index}`)
    );
    assertEquals(one.connection.bufferedAmount, 0);
    assertEquals(one.connection.stats.messagesReceived, other.sent.length);
    assertEquals(one.connection.stats.bytesReceived, other.connection.stats.bytesSent);
  }
  assertEquals(clock.pending, 0);
}

/** `assertEquals` is slow where there is much to compare. */
function assertSame(one: Message, other: Message, what: string): void {
  if (typeof one === "string" || typeof other === "string") return assert(one === other, what);
  assert(one.length === other.length && one.every((byte, index) => byte === other[index]), what);
}

test("two sides at random over torn streams: each hears what the other said, in order, and both end clean", async () => {
  for (let seed = 0; seed < 40; seed++) {
    const largest = [1, 20, 1000, 100_000][seed % 4]!;
    // Byte by byte, and much of it, is a matter of minutes.
    const chunkSizes = largest === 1 ? [...Array(500).fill(1), 1000, 2, 1] : randomSizes(seed, largest);
    const capacity = [0, 100, 65536][seed % 3]!;
    const backward = randomSizes(seed + 1, 30_000);
    await converse(
      seed * 10,
      createTransportPair({ chunkSizes, capacity }, { chunkSizes: backward, capacity }),
    );
  }
});

test("two sides at random in memory: each hears what the other said, in order, and both end clean", async () => {
  for (let seed = 0; seed < 60; seed++) await converse(seed * 10 + 1_000_000, createMemoryTransports());
});
