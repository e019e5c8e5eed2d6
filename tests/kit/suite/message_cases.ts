/**
 * Sentences on messages: what goes out, what comes in, and in which ways.
 *
 * @module
 */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type MessageConnection, prepareMessage } from "../../../mod.ts";
import { createRandomBytes } from "../random.ts";
import type { SuiteCase, SuitePeer } from "./suite_case.ts";

const sizes = [0, 1, 125, 126, 65535, 65536, 1024 * 1024];

/** Texts and bytes of many sizes. */
function createMessages(): (string | Uint8Array<ArrayBuffer>)[] {
  return sizes.flatMap((size) => ["w".repeat(size), createRandomBytes(size, size).slice()]);
}

/** Compares without printing megabytes. */
function assertSame(actual: unknown, expected: string | Uint8Array): void {
  const [one, other] = [actual, expected].map((message) =>
    message instanceof Uint8Array
      ? `${message.constructor.name} ${message.length} ${
        message.reduce((sum, byte) => (sum * 31 + byte) | 0, 0)
      }`
      : `text ${String(message).length} ${message === expected}`
  );
  assertEquals(one, other);
}

async function echo(connection: MessageConnection): Promise<void> {
  for await (const message of connection) await connection.send(message);
}

/** Sends messages and expects them back. */
async function expectEcho(peer: SuitePeer): Promise<void> {
  const connection = await peer.connect();
  for (const message of createMessages()) {
    void connection.send(message);
    assertSame(await connection.receive(), message);
  }
  assertEquals((await connection.close()).wasClean, true);
}

export const messageCases: readonly SuiteCase[] = [
  {
    sentence: "texts and bytes of every size come in as strings and Uint8Arrays",
    async subject(connection) {
      for (const message of createMessages()) assertSame(await connection.receive(), message);
      assertEquals(await connection.receive(), undefined);
    },
    async peer(peer) {
      const connection = await peer.connect();
      for (const message of createMessages()) await connection.send(message);
      await connection.close();
    },
  },
  { sentence: "texts and bytes of every size go out as they came in", subject: echo, peer: expectEcho },
  {
    sentence: "onMessage takes messages in order, and its promise holds the next one back",
    options: {
      async onMessage(message, connection) {
        // The longer wait for the earlier: without order, the later would overtake.
        await new Promise((resolve) => setTimeout(resolve, 10 - Number(message)));
        await connection.send(message as string);
      },
    },
    subject: (connection) => connection.closed,
    async peer(peer) {
      const connection = await peer.connect();
      for (let count = 0; count < 10; count++) void connection.send(`${count}`);
      for (let count = 0; count < 10; count++) assertEquals(await connection.receive(), `${count}`);
      await connection.close();
    },
  },
  {
    sentence: "readable and writable are the connection as streams",
    subject: (connection) => connection.readable.pipeTo(connection.writable),
    peer: expectEcho,
  },
  {
    sentence: "one way to receive excludes the others",
    where: "receiving",
    async subject(connection) {
      assertEquals(await connection.receive(), "one");
      await assertRejects(() => connection.readable.getReader().read(), TypeError);
      await connection.closed;
    },
    async peer(peer) {
      const connection = await peer.connect();
      await connection.send("one");
      await connection.close();
    },
  },
  {
    sentence: "without onMessage there is a TypeError",
    unless: "receiving",
    options: { onMessage: null as unknown as () => void },
    outcome: "threw TypeError",
    async peer(peer) {
      (await peer.open()).vanish();
    },
  },
  {
    sentence: "what is sent before the peer has so much as seen the 101 arrives",
    subject(connection) {
      void connection.send("early");
      void connection.send(Uint8Array.of(1));
      return connection.closed;
    },
    async peer(peer) {
      const connection = await peer.connect();
      assertEquals(await connection.receive(), "early");
      assertEquals(await connection.receive(), Uint8Array.of(1));
      await connection.close();
    },
  },
  {
    sentence: "views and shared memory are sent as what they show, a lone surrogate as U+FFFD",
    async subject(connection) {
      const bytes = Uint8Array.of(1, 2, 3, 4);
      const shared = new Uint8Array(new (globalThis.SharedArrayBuffer ?? ArrayBuffer)(2));
      shared.set([5, 6]);
      await connection.send(bytes.subarray(1, 3));
      await connection.send(bytes.buffer);
      await connection.send(new DataView(bytes.buffer, 3));
      await connection.send(shared);
      await connection.send("\ud800!");
      await connection.closed;
    },
    async peer(peer) {
      const connection = await peer.connect();
      for (const bytes of [[2, 3], [1, 2, 3, 4], [4], [5, 6]]) {
        assertEquals(await connection.receive(), Uint8Array.from(bytes));
      }
      assertEquals(await connection.receive(), "\ufffd!");
      await connection.close();
    },
  },
  {
    sentence: "a message that was prepared for many goes out as any other",
    async subject(connection) {
      await connection.send(prepareMessage("text"));
      await connection.send(prepareMessage(Uint8Array.of(1, 2)));
      await connection.closed;
    },
    async peer(peer) {
      const connection = await peer.connect();
      assertEquals(await connection.receive(), "text");
      assertEquals(await connection.receive(), Uint8Array.of(1, 2));
      await connection.close();
    },
  },
  {
    sentence: "send() rejects with TypeError what is no message",
    async subject(connection) {
      for (const wrong of [undefined, null, 1, {}, new Blob(["a"])]) {
        await assertRejects(() => connection.send(wrong as string), TypeError);
      }
      await connection.send("right");
      await connection.closed;
    },
    async peer(peer) {
      const connection = await peer.connect();
      assertEquals(await connection.receive(), "right");
      await connection.close();
    },
  },
  {
    sentence: "a connection with onMessage has no other way to receive",
    options: { onMessage() {} },
    async subject(connection) {
      await assertRejects(() => connection.receive(), TypeError);
      assertThrows(() => connection[Symbol.asyncIterator](), TypeError);
      await connection.closed;
    },
    async peer(peer) {
      await (await peer.connect()).close();
    },
  },
];
