/**
 * Sentences on the end of connections: by either side, by broken rules, and without a word.
 *
 * @module
 */

import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { type MessageConnection, ProtocolError, WebSocketError } from "../../../mod.ts";
import { sleep, type SuiteCase, type SuitePeer } from "./suite_case.ts";

/** The connection ends because the peer broke a rule. */
async function isFailed(connection: MessageConnection, code: number): Promise<void> {
  const { closeCode, wasClean, error } = await connection.closed;
  assertEquals([closeCode, wasClean], [code, false]);
  if (code === 1006) return;
  assertInstanceOf(error, ProtocolError);
  assertEquals(error.closeCode, code);
}

/** A peer that sends a frame which ends the connection, where that is told and where it is not. */
function endsBy(what: string, code: number, frame: readonly number[], trait?: "utf8"): SuiteCase[] {
  const end = (closeCode: number) => ({
    sentence: `${what} is told as ${closeCode}`,
    subject: (connection: MessageConnection) => isFailed(connection, closeCode),
    async peer(peer: SuitePeer) {
      const link = await peer.open();
      link.write(frame);
      await link.readAll();
    },
  });
  return [
    { ...end(code), where: trait === undefined ? "faults" : [trait, "faults"] },
    { ...end(1006), ...trait === undefined ? {} : { where: trait }, unless: "faults" },
  ];
}

/** A code of the connection's own, or what is shown of it where only codes of applications are let through. */
function assertShown(closeCode: number, code: number): void {
  assert([code, code + 3000].includes(closeCode), `${closeCode}`);
}

export const closingCases: readonly SuiteCase[] = [
  {
    sentence: "the peer's code and reason are told, and messages end",
    async subject(connection) {
      const messages = [];
      for await (const message of connection) messages.push(message);
      assertEquals(messages, ["last"]);
      assertEquals(await connection.closed, { closeCode: 4001, reason: "enough", wasClean: true });
      assertEquals([connection.readyState, connection.bufferedAmount], ["closed", 0]);
      assertEquals(await connection.receive(), undefined);
    },
    async peer(peer) {
      const connection = await peer.connect();
      await connection.send("last");
      assertEquals((await connection.close({ closeCode: 4001, reason: "enough" })).wasClean, true);
    },
  },
  {
    sentence: "a Close without a code is told as 1005",
    async subject(connection) {
      assertEquals(await connection.closed, { closeCode: 1005, reason: "", wasClean: true });
    },
    async peer(peer) {
      const link = await peer.open();
      link.write([0x88, 0]);
      // The other Close.
      await link.hear(2);
      link.vanish();
    },
  },
  {
    sentence: "close() comes behind what was sent, with code and reason, and resolves as closed does",
    async subject(connection) {
      void connection.send("last");
      const closing = connection.close({ closeCode: 3001, reason: "Größe" });
      assert(connection.readyState !== "open");
      const { closeCode, wasClean } = await closing;
      assertEquals([closeCode, wasClean], [3001, true]);
      assertEquals(await connection.close(), await connection.closed);
      assertEquals(await connection.receive(), undefined);
    },
    async peer(peer) {
      const connection = await peer.connect();
      assertEquals(await connection.receive(), "last");
      const { closeCode, reason, wasClean } = await connection.closed;
      assertEquals([closeCode, reason, wasClean], [3001, "Größe", true]);
    },
  },
  {
    sentence: "close() rejects codes and reasons that mean nothing, and sends nothing",
    async subject(connection) {
      for (const closeCode of [0, 999, 1002, 1005, 1006, 1010, 1015, 2999, 5000, 3000.5]) {
        await assertRejects(() => connection.close({ closeCode }), RangeError);
      }
      await assertRejects(() => connection.close({ reason: "é".repeat(62) }), RangeError);
      await assertRejects(() => connection.close({ closeCode: "1000" as unknown as number }), TypeError);
      await assertRejects(() => connection.close(1000 as unknown as object), TypeError);
      assertEquals(connection.readyState, "open");
      await connection.send("open");
      await connection.closed;
    },
    async peer(peer) {
      const connection = await peer.connect();
      assertEquals(await connection.receive(), "open");
      await connection.close();
    },
  },
  {
    sentence: "send() after close() rejects with WebSocketError",
    async subject(connection) {
      const closing = connection.close({ closeCode: 4002 });
      const error = await assertRejects(() => connection.send("late"), WebSocketError);
      assertEquals(error.closeCode, 4002);
      await closing;
      await assertRejects(() => connection.send(Uint8Array.of(1)), WebSocketError);
    },
    async peer(peer) {
      const connection = await peer.connect();
      assertEquals(await connection.receive(), undefined);
    },
  },
  {
    sentence: "send() after the peer's Close rejects with WebSocketError",
    async subject(connection) {
      await connection.closed;
      const error = await assertRejects(() => connection.send("late"), WebSocketError);
      assertEquals([error.closeCode, error.reason], [4003, "gone"]);
    },
    async peer(peer) {
      await (await peer.connect()).close({ closeCode: 4003, reason: "gone" });
    },
  },
  {
    sentence: "leaving `await using` closes with 1000",
    async subject(connection) {
      await connection[Symbol.asyncDispose]();
      assertEquals(connection.readyState, "closed");
    },
    async peer(peer) {
      const { closeCode, wasClean } = await (await peer.connect()).closed;
      assertEquals([closeCode, wasClean], [1000, true]);
    },
  },
  {
    sentence: "a peer that vanishes is told as 1006, and whoever sends to it gets WebSocketError",
    async subject(connection) {
      const received = connection.receive();
      // Into the void, where nobody looks: no promise may be left that somebody should have.
      while (connection.readyState === "open") {
        void connection.send("x".repeat(1000));
        await sleep(5);
      }
      const { closeCode, wasClean } = await connection.closed;
      assertEquals([closeCode, wasClean, await received], [1006, false, undefined]);
      const error = await assertRejects(() => connection.send("late"), WebSocketError);
      assertEquals(error.closeCode, 1006);
      assertEquals((await connection.close()).closeCode, 1006);
    },
    async peer(peer) {
      const link = await peer.open();
      await link.hear(1);
      link.vanish();
    },
  },
  {
    sentence: "onMessage that throws closes with 1011, and closed tells what it threw",
    options: {
      onMessage() {
        throw new SyntaxError("broken");
      },
    },
    async subject(connection) {
      assertInstanceOf((await connection.closed).error, SyntaxError);
    },
    async peer(peer) {
      const connection = await peer.connect();
      await connection.send("anything");
      assertShown((await connection.closed).closeCode, 1011);
    },
  },
  {
    sentence: "onMessage that rejects closes with 1011, and closed tells with what",
    options: { onMessage: () => Promise.reject(new SyntaxError("broken")) },
    async subject(connection) {
      assertInstanceOf((await connection.closed).error, SyntaxError);
    },
    async peer(peer) {
      const connection = await peer.connect();
      await connection.send("anything");
      assertShown((await connection.closed).closeCode, 1011);
    },
  },
  {
    sentence: "a message over maxMessageSize is refused with 1009",
    options: { maxMessageSize: 1000 },
    async subject(connection) {
      assertEquals((await connection.receive())?.length, 1000);
      assertEquals((await connection.receive())?.length, 500);
      assertEquals(await connection.receive(), undefined);
      await isFailed(connection, 1009);
    },
    async peer(peer) {
      const connection = await peer.connect();
      await connection.send(new Uint8Array(1000));
      await connection.send("é".repeat(500));
      await connection.send("é".repeat(501));
      assertShown((await connection.closed).closeCode, 1009);
    },
  },
  ...endsBy("a message over the runtime's own limit", 1009, [
    ...[0x82, 127, 0, 0, 0, 0, 0x40, 0, 0, 0], // 1 GiB
    ...[1, 2, 3],
  ]),
  ...endsBy("a frame that breaks a rule", 1002, [0x83, 0]),
  ...endsBy("text that is not UTF-8", 1007, [0x81, 1, 0xff], "utf8"),
  {
    sentence: "text that is not UTF-8 has U+FFFD where it is none",
    unless: "utf8",
    async subject(connection) {
      assertEquals(await connection.receive(), "\ufffd");
      await connection.closed;
    },
    async peer(peer) {
      const link = await peer.open();
      link.write([0x81, 1, 0xff]);
      await sleep(50);
      link.vanish();
    },
  },
];
