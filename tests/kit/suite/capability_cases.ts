/**
 * Sentences of which a connection has one or the other, as its capabilities say.
 *
 * @module
 */

import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { WebSocketError } from "../../../mod.ts";
import { sleep, type SuiteCase, type SuitePeer } from "./suite_case.ts";

async function closes(peer: SuitePeer): Promise<void> {
  const connection = await peer.connect();
  await connection.closed;
}

/** An option that means something to some servers only. */
function refusesOption(unless: SuiteCase["unless"] & string, options: object): SuiteCase {
  return {
    sentence: `${Object.keys(options)} is a TypeError`,
    unless,
    options,
    outcome: "threw TypeError",
    async peer(peer) {
      (await peer.open()).vanish();
    },
  };
}

export const capabilityCases: readonly SuiteCase[] = [
  {
    sentence: "ping() tells the round trip",
    where: "ping",
    async subject(connection) {
      assertEquals(connection.latency, undefined);
      assert(await connection.ping() >= 0);
      assert(await connection.ping(Uint8Array.of(1, 2, 3)) >= 0);
      assert(connection.latency! >= 0);
      await assertRejects(() => connection.ping(new Uint8Array(126)), RangeError);
      await connection.close();
      await assertRejects(() => connection.ping(), WebSocketError);
    },
    peer: closes,
  },
  {
    sentence: "ping() rejects with TypeError",
    unless: "ping",
    async subject(connection) {
      await assertRejects(() => connection.ping(), TypeError);
      assertEquals(connection.latency, undefined);
      await connection.close();
    },
    peer: closes,
  },
  {
    sentence: "a peer that answers no ping within pingTimeout is given up",
    where: "keepalive",
    options: { pingInterval: 50, pingTimeout: 50 },
    async subject(connection) {
      const { closeCode, wasClean, error } = await connection.closed;
      assertEquals([closeCode, wasClean], [1006, false]);
      assertInstanceOf(error, Error);
    },
    async peer(peer) {
      await (await peer.open()).readAll();
    },
  },
  refusesOption("keepalive", { pingInterval: 1000 }),
  {
    sentence: "messages() and sendStream() have messages in pieces",
    where: "streaming",
    async subject(connection) {
      for await (const message of connection.messages()) {
        assertEquals([message.type, await message.text()], ["text", "in pieces"]);
        await connection.sendStream("text", ["in ", "pieces"]);
      }
    },
    async peer(peer) {
      const connection = await peer.connect();
      await connection.sendStream("text", ["in ", "pieces"]);
      assertEquals(await connection.receive(), "in pieces");
      await connection.close();
    },
  },
  {
    sentence: "messages() throws, and sendStream() rejects with, TypeError",
    unless: "streaming",
    async subject(connection) {
      assertThrows(() => connection.messages(), TypeError);
      await assertRejects(() => connection.sendStream("text", ["in ", "pieces"]), TypeError);
      await connection.close();
    },
    peer: closes,
  },
  {
    sentence: "send() takes compress and fragmentSize",
    where: "sendOptions",
    async subject(connection) {
      await connection.send("in pieces", { fragmentSize: 3, compress: false });
      await connection.close();
    },
    async peer(peer) {
      let frames = 0;
      const connection = await peer.connect({
        onFrame: ({ direction, opcode }) => direction === "received" && opcode < 8 && frames++,
      });
      assertEquals(await connection.receive(), "in pieces");
      assertEquals(frames, 3);
      await connection.closed;
    },
  },
  {
    sentence: "send() with compress or fragmentSize rejects with TypeError",
    unless: "sendOptions",
    async subject(connection) {
      await assertRejects(() => connection.send("whole", { fragmentSize: 3 }), TypeError);
      await assertRejects(() => connection.send("whole", { compress: true }), TypeError);
      await connection.close();
    },
    async peer(peer) {
      assertEquals(await (await peer.connect()).receive(), undefined);
    },
  },
  refusesOption("sendOptions", { maxFragments: 10 }),
  refusesOption("backpressure", { receiveHighWaterMark: 1000 }),
  refusesOption("sendBackpressure", { maxSendQueue: 1000 }),
  {
    sentence: "close() takes every code that applications may send",
    where: "closeCodes",
    subject: (connection) => connection.close({ closeCode: 1001, reason: "away" }),
    async peer(peer) {
      const { closeCode, reason } = await (await peer.connect()).closed;
      assertEquals([closeCode, reason], [1001, "away"]);
    },
  },
  {
    sentence: "close() rejects codes below 3000 but 1000 with RangeError",
    unless: "closeCodes",
    async subject(connection) {
      await assertRejects(() => connection.close({ closeCode: 1001 }), RangeError);
      await connection.close({ closeCode: 3000 });
    },
    peer: closes,
  },
  {
    sentence: "close() waits for the peer's Close, no longer than closeTimeout",
    where: "closingHandshake",
    options: { closeTimeout: 100 },
    async subject(connection) {
      const { closeCode, wasClean } = await connection.close({ closeCode: 3000 });
      assertEquals([closeCode, wasClean], [1006, false]);
    },
    async peer(peer) {
      const link = await peer.open();
      await sleep(300);
      link.vanish();
    },
  },
  {
    sentence: "close() does not wait for the peer's Close",
    unless: "closingHandshake",
    async subject(connection) {
      const { closeCode, wasClean } = await connection.close({ closeCode: 3000 });
      assertEquals([closeCode, wasClean], [3000, true]);
    },
    async peer(peer) {
      await (await peer.open()).readAll();
    },
  },
  {
    sentence: "abort() ends the transport at once",
    where: "abort",
    async subject(connection) {
      const reason = new Error("enough");
      connection.abort(reason);
      assertEquals(connection.readyState, "closed");
      assertEquals(await connection.closed, { closeCode: 1006, reason: "", wasClean: false, error: reason });
    },
    async peer(peer) {
      assertEquals((await (await peer.connect()).closed).closeCode, 1006);
    },
  },
  {
    sentence: "abort() ends the connection here, and the peer gets a Close",
    unless: "abort",
    async subject(connection) {
      const reason = new Error("enough");
      connection.abort(reason);
      assertEquals(connection.readyState, "closed");
      assertEquals(await connection.closed, { closeCode: 1006, reason: "", wasClean: false, error: reason });
    },
    async peer(peer) {
      const { closeCode } = await (await peer.connect()).closed;
      assert(closeCode === 1005 || closeCode === 1000, `${closeCode}`);
    },
  },
];
