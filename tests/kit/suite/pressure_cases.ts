/**
 * Sentences on peers, and applications, that do not keep up.
 *
 * @module
 */

import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ProtocolError, WebSocketError } from "../../../mod.ts";
import { sleep, type SuiteCase } from "./suite_case.ts";

/** More than the buffers of a loopback connection hold. */
const count = 400;
const chunk = new Uint8Array(64 * 1024);

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
      await sleep(300);
      await connection.send("now");
      // Time to arrive, before there is room.
      await sleep(100);
      for (let index = 0; index < count; index++) {
        const message = await connection.receive() as Uint8Array;
        assertEquals([message.length, message[0]], [chunk.length, index % 256]);
      }
      await connection.closed;
    },
    async peer(peer) {
      const connection = await peer.connect();
      let sent = 0;
      const reading = connection.receive();
      const all = (async () => {
        for (; sent < count; sent++) {
          const message = chunk.slice();
          message[0] = sent;
          await connection.send(message);
        }
      })();
      assertEquals(await reading, "now");
      assert(sent < count, "all of it was taken before anybody read");
      await all;
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
      let sent = 0;
      let most = 0;
      const all = (async () => {
        for (; sent < count; sent++) {
          const message = chunk.slice();
          message[0] = sent;
          const sending = connection.send(message);
          most = Math.max(most, connection.bufferedAmount);
          await sending;
          assert(connection.bufferedAmount < 65536, `${connection.bufferedAmount} bytes wait`);
        }
      })();
      assertEquals(await connection.receive(), "now");
      assert(sent < count, "all of it was taken before anybody read");
      await all;
      // One message and what frames it above the mark.
      assert(most > 0 && most < 2 * 65536 + 100, `${most} bytes waited`);
      await connection.closed;
    },
    async peer(peer) {
      const connection = await peer.connect();
      await sleep(300);
      await connection.send("now");
      // Time to arrive, before there is room.
      await sleep(100);
      for (let index = 0; index < count; index++) {
        const message = await connection.receive() as Uint8Array;
        assertEquals([message.length, message[0]], [chunk.length, index % 256]);
      }
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
      await sleep(300);
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
      await sleep(300);
      connection.abort();
    },
  },
];
