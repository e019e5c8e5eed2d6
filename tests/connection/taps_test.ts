import { test } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import type { FrameInfo } from "../../src/protocol/frame_info.ts";
import type { WebSocketConnection } from "../../src/connection/web_socket_connection.ts";
import { WebSocketError } from "../../src/connection/web_socket_error.ts";
import { join } from "../kit/frame_lines.ts";
import { HeldConnection, settle } from "../kit/held_connection.ts";

test("stats counts bytes, frames and messages each way", async () => {
  const held = new HeldConnection({ fragmentSize: 4, head: new HeldConnection().encode("ping", "head") });
  held.peerSends("text", "He", { fin: false });
  held.peerSends("continuation", "llo");
  await held.connection.receive();
  await held.connection.send("Hello");
  await settle();
  assertEquals(held.connection.stats, {
    bytesReceived: 10 + 8 + 9,
    bytesSent: 6 + 6 + 3,
    framesReceived: 3,
    framesSent: 3,
    messagesReceived: 1,
    messagesSent: 1,
  });
});

test("onFrame sees every frame, each way, and never a payload", async () => {
  const frames: FrameInfo[] = [];
  const held = new HeldConnection({ fragmentSize: 3, onFrame: (frame) => void frames.push(frame) });
  held.peerSends("ping", "p");
  held.peerSends("text", "Hello", { fin: false });
  held.peerSends("continuation");
  await held.connection.receive();
  await held.connection.send("Hello");
  held.peerCloses(1000, "bye");
  await settle();
  const seen = (direction: string, opcode: number, fin: boolean, length: number) => ({
    direction,
    opcode,
    fin,
    rsv1: false,
    length,
  });
  assertEquals<unknown[]>(frames, [
    seen("received", 9, true, 1),
    seen("sent", 10, true, 1),
    seen("received", 1, false, 5),
    seen("received", 0, true, 0),
    seen("sent", 1, false, 3),
    seen("sent", 0, true, 2),
    seen("received", 8, true, 5),
    seen("sent", 8, true, 2),
  ]);
});

/** What a tap can be there for: to be called in every place where it is. */
async function converse(held: HeldConnection): Promise<void> {
  const { connection } = held;
  held.transport.deliver(
    join(held.encode("text", "a"), held.encode("ping"), held.encode("binary"), held.encode("text")),
  );
  void connection.send("b");
  void connection.send(new Uint8Array(50_000));
  void connection.send("c".repeat(20), { fragmentSize: 3 });
  void connection.sendStream("text", ["d", "e"]);
  void connection.ping();
  await settle();
  held.peerSends("text", "f");
  await settle();
  held.peerCloses(1000);
  held.transport.deliverEnd();
  await settle();
}

/** Runs the conversation with a tap that misbehaves at its n-th call, for each n. */
async function atEveryFrame(
  act: (connection: WebSocketConnection) => unknown,
  check: (held: HeldConnection, sent: string[], received: unknown[]) => Promise<void> | void,
): Promise<void> {
  for (let at = 0;; at++) {
    let calls = 0;
    const received: unknown[] = [];
    const held: HeldConnection = new HeldConnection({
      onFrame: () => calls++ === at ? act(held.connection) : undefined,
      onMessage: (message) => void received.push(message),
    });
    await converse(held);
    await held.connection.closed;
    held.assertGone();
    const sent = held.sent();
    // §5.5.1 one Close, and nothing behind it
    assertEquals(sent.filter((line) => line.startsWith("close")).length <= 1, true);
    assertEquals(
      sent.findIndex((line) => line.startsWith("close")) + 1 === sent.length ||
        !sent.some((line) => line.startsWith("close")),
      true,
    );
    if (calls <= at) return assertEquals(at > 10, true);
    await check(held, sent, received);
  }
}

test("a tap that throws closes the connection with 1011, wherever it is called", async () => {
  const error = new Error("broken tap");
  await atEveryFrame(() => {
    throw error;
  }, async (held) => {
    assertEquals((await held.connection.closed).error, error);
  });
});

test("a tap may close the connection, wherever it is called", async () => {
  await atEveryFrame((connection) => void connection.close({ closeCode: 4000 }), () => {});
});

test("a tap may abort the connection, wherever it is called, and nothing is delivered after that", async () => {
  await atEveryFrame((connection) => connection.abort(), async (held) => {
    assertEquals((await held.connection.closed).closeCode, 1006);
    await assertRejects(() => held.connection.send("late"), WebSocketError);
  });
});

test("a tap may send, wherever it is called: between messages, never inside one (RFC 6455 §5.4)", async () => {
  await atEveryFrame((connection) => void connection.send("tap"), (_, sent) => {
    let isOpen = false;
    for (const line of sent) {
      const [kind] = line.split(" ");
      if (kind === "text" || kind === "text+" || kind?.startsWith("binary")) {
        assertEquals(isOpen, false, sent.join());
      }
      if (kind?.startsWith("continuation")) assertEquals(isOpen, true);
      if (/^(?:text|binary|continuation)/.test(kind!)) isOpen = kind!.endsWith("+");
    }
  });
});

test("a tap may ping, wherever it is called", async () => {
  await atEveryFrame((connection) => void connection.ping(), () => {});
});

test("a tap may close or abort at a Ping of keepalive", () => {
  for (const act of ["close", "abort"] as const) {
    const held: HeldConnection = new HeldConnection({
      onFrame: () => void held.connection[act](),
      pingInterval: 1000,
    });
    held.clock.advance(1000);
    assertEquals(held.connection.readyState, act === "close" ? "closing" : "closed");
    assertEquals(held.clock.pending, act === "close" ? 1 : 0);
    held.connection.abort();
    held.assertGone();
  }
});

test("abort() in a tap for our Close ends the connection, and leaves no timer", async () => {
  const held: HeldConnection = new HeldConnection({ onFrame: () => held.connection.abort() });
  await settle();
  assertEquals((await held.connection.close()).closeCode, 1006);
  held.assertGone();
});

test("abort() in a tap for an empty message keeps the message from the handler", async () => {
  for (const kind of ["text", "binary"] as const) {
    const received: unknown[] = [];
    const held: HeldConnection = new HeldConnection({
      onFrame: () => held.connection.abort(),
      onMessage: (message) => void received.push(message),
    });
    held.peerSends(kind);
    await settle();
    assertEquals(received, []);
    held.assertGone();
  }
});

test("abort() in a tap while a send waits lets the send reject", async () => {
  for (const size of [10, 100_000]) {
    const held: HeldConnection = new HeldConnection({
      onFrame: () => held.connection.abort(),
      sendHighWaterMark: 0,
    });
    await settle();
    await assertRejects(() => held.connection.send(new Uint8Array(size)), WebSocketError);
    held.assertGone();
  }
});

test("a tap may send much at a Pong that goes out late, and one write is under way at a time", async () => {
  const held: HeldConnection = new HeldConnection({
    onFrame({ direction, opcode }) {
      if (direction === "sent" && opcode === 10) void held.connection.send("x".repeat(40_000));
    },
  });
  held.transport.held = true;
  void held.connection.send("on its way");
  await settle();
  for (let count = 0; count < 100; count++) held.peerSends("ping", `${count}`.padStart(125));
  while (held.transport.isWriting) {
    held.transport.take();
    await settle();
  }
  assertEquals(held.transport.violations, []);
  assertEquals(held.connection.bufferedAmount, 0);
});

test("a tap may receive, wherever it is called, and every message comes once and in order", async () => {
  for (const kind of ["text", "binary"] as const) {
    for (const often of [1, 2, 3, 50]) {
      const promises: (Promise<unknown> | undefined)[] = [];
      let frames = 0;
      // A call may lead to a tap's call, which comes behind it.
      const receive = () => {
        const at = promises.push(undefined) - 1;
        return promises[at] = held.connection.receive();
      };
      const held: HeldConnection = new HeldConnection({
        onFrame: () => frames++ % often === 0 && receive(),
        receiveHighWaterMark: often,
      });
      const bodies = Array.from({ length: 100 }, (_, index) => `${index}`.repeat(index % 7));
      held.transport.deliver(join(...bodies.map((body) => held.encode(kind, body))), held.encode("close"));
      held.transport.deliverEnd();
      await settle();
      while (held.connection.readyState !== "closed") {
        await receive();
      }
      for (let count = 0; count < 20; count++) void receive();
      const received = (await Promise.all(promises)).filter((message) => message !== undefined);
      const texts = received.map((message) =>
        kind === "text" ? message : new TextDecoder().decode(message as Uint8Array)
      );
      assertEquals(texts, bodies);
      held.assertGone();
    }
  }
});
