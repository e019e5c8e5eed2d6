/**
 * Sentences on peers, and applications, that do not keep up.
 *
 * @module
 */

import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { type MessageConnection, ProtocolError, WebSocketError } from "../../../mod.ts";
import { sleep, type SuiteCase } from "./suite_case.ts";

/** More than the buffers of a loopback connection hold. */
const count = 400;
const chunk = new Uint8Array(64 * 1024);

/** Sends the chunks, each with its number and the time. */
async function sendChunks(send: (message: Uint8Array<ArrayBuffer>) => Promise<void>): Promise<void> {
  for (let index = 0; index < count; index++) {
    const message = chunk.slice();
    message[0] = index;
    new DataView(message.buffer).setFloat64(1, Date.now());
    await send(message);
  }
}

/** Reads the chunks after a while. The last must not have been sent before that, however late it comes. */
async function receiveChunks(connection: MessageConnection): Promise<void> {
  await sleep(300);
  const begun = Date.now();
  let sent = 0;
  for (let index = 0; index < count; index++) {
    const message = await connection.receive() as Uint8Array;
    assertEquals([message.length, message[0]], [chunk.length, index % 256]);
    sent = new DataView(message.buffer, message.byteOffset).getFloat64(1);
  }
  assert(sent >= begun, "all of it was taken before anybody read");
}

/** What so many promises came to: each name and its number. */
async function tally(promises: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const names: Record<string, number> = {};
  for (const result of await Promise.allSettled(promises)) {
    const name = result.status === "fulfilled" ? "sent" : (result.reason as Error).name;
    names[name] = (names[name] ?? 0) + 1;
  }
  return names;
}

export const pressureCases: readonly SuiteCase[] = [
  {
    sentence: "unread messages stop the peer, and none is lost",
    where: "backpressure",
    async subject(connection) {
      await receiveChunks(connection);
      await connection.closed;
    },
    async peer(peer) {
      const connection = await peer.connect();
      await sendChunks((message) => connection.send(message));
      assertEquals((await connection.close()).wasClean, true);
    },
  },
  {
    sentence: "unread messages over maxReceiveQueue close with 1008",
    unless: "backpressure",
    options: { maxReceiveQueue: 1024 * 1024 },
    async subject(connection) {
      const { closeCode, wasClean, error } = await connection.closed;
      assertEquals([closeCode, wasClean], [1008, false]);
      assertInstanceOf(error, ProtocolError);
      // What came before can still be read.
      assertEquals((await connection.receive() as Uint8Array).length, chunk.length);
    },
    async peer(peer) {
      const connection = await peer.connect();
      for (let index = 0; index < count; index++) void connection.send(chunk).catch(() => {});
      const { closeCode } = await connection.closed;
      // Where the runtime shows only codes of applications; where it reads no message behind its own Close, and resets.
      assert([1008, 4008, 1006].includes(closeCode), `${closeCode}`);
    },
  },
  {
    sentence: "empty messages that nobody reads are too many at some point too",
    unless: "backpressure",
    options: { maxReceiveQueue: 1024 * 1024 },
    async subject(connection) {
      assertEquals((await connection.closed).closeCode, 1008);
    },
    async peer(peer) {
      const connection = await peer.connect();
      for (let index = 0; index < 2000; index++) void connection.send("").catch(() => {});
      await connection.closed;
    },
  },
  {
    sentence: "send() stays pending while the peer does not read, and nothing is lost",
    where: "sendBackpressure",
    async subject(connection) {
      let most = 0;
      await sendChunks(async (message) => {
        const sending = connection.send(message);
        most = Math.max(most, connection.bufferedAmount);
        await sending;
        assert(connection.bufferedAmount < 65536, `${connection.bufferedAmount} bytes wait`);
      });
      // One message and what frames it above the mark.
      assert(most > 0 && most < 2 * 65536 + 100, `${most} bytes waited`);
      await connection.closed;
    },
    async peer(peer) {
      const connection = await peer.connect();
      await receiveChunks(connection);
      assertEquals((await connection.close()).wasClean, true);
    },
  },
  {
    sentence: "send() resolves at once, and bufferedAmount is 0",
    unless: "sendBackpressure",
    async subject(connection) {
      for (let index = 0; index < count; index++) {
        await connection.send(chunk);
        assertEquals(connection.bufferedAmount, 0);
      }
      await connection.closed;
    },
    async peer(peer) {
      const connection = await peer.connect();
      await sleep(100);
      for (let index = 0; index < count; index++) await connection.receive();
      await connection.close();
    },
  },
  {
    sentence: "of 10 000 messages at a stalled peer, those over maxSendQueue reject with RangeError",
    where: "sendBackpressure",
    async subject(connection) {
      const message = new Uint8Array(8 * 1024);
      const sending = Array.from({ length: 10_000 }, () => connection.send(message));
      assert(connection.bufferedAmount <= 17 * 1024 * 1024, `${connection.bufferedAmount} bytes wait`);
      void connection.closed.then(() => {});
      const results = await tally(sending);
      assert(results["RangeError"]! > 1000, JSON.stringify(results));
      // Those that waited when the peer vanished.
      assert(results["WebSocketError"]! > 1000, JSON.stringify(results));
      assertEquals(Object.values(results).reduce((sum, number) => sum + number), 10_000);
      assertEquals(connection.readyState, "closed");
    },
    async peer(peer) {
      const connection = await peer.connect();
      // All were offered in the turn of the first.
      await connection.receive();
      connection.abort();
    },
  },
  {
    sentence: "10 000 messages at a stalled peer are all taken",
    unless: "sendBackpressure",
    async subject(connection) {
      const message = new Uint8Array(1024);
      const sending = Array.from({ length: 10_000 }, () => connection.send(message));
      assertEquals(await tally(sending), { sent: 10_000 });
      await connection.closed;
      await assertRejects(() => connection.send(message), WebSocketError);
    },
    async peer(peer) {
      const connection = await peer.connect();
      // All were offered in the turn of the first.
      await connection.receive();
      connection.abort();
    },
  },
];
