import { test } from "node:test";
import { assertEquals } from "@std/assert";
import type { FrameInfo } from "../../src/protocol/frame_info.ts";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { forEachSplit, fromPeer, roles } from "../kit/feed_engine.ts";
import { hex, utf8 } from "../kit/frames.ts";

/** A line for a frame. */
function describe({ direction, opcode, fin, rsv1, length }: FrameInfo): string {
  return `${direction} ${opcode}${fin ? " fin" : ""}${rsv1 ? " rsv1" : ""} ${length}`;
}

for (const role of roles) {
  test(`${role}: a tap sees each frame that is received once, when its header is there (§5.2)`, () => {
    const bytes = fromPeer(
      role,
      { opcode: 1, fin: false, payload: utf8("abc") },
      { opcode: 9, payload: utf8("p") },
      { opcode: 0 },
      { opcode: 2, payload: new Uint8Array(300) },
      { opcode: 8 },
    );
    forEachSplit(bytes, (chunks) => {
      const seen: string[] = [];
      const engine = new WebSocketEngine({ role, onFrame: (frame) => seen.push(describe(frame)) });
      for (const chunk of chunks) {
        engine.receive(chunk);
        while (engine.next() !== undefined);
      }
      assertEquals(seen.filter((line) => line.startsWith("received")), [
        "received 1 3",
        "received 9 fin 1",
        "received 0 fin 0",
        "received 2 fin 300",
        "received 8 fin 0",
      ]);
      assertEquals(seen.filter((line) => line.startsWith("sent")), ["sent 10 fin 1", "sent 8 fin 0"]);
    });
  });

  test(`${role}: a tap sees each frame that is sent, as it is queued (§5.2)`, () => {
    const seen: string[] = [];
    const engine = new WebSocketEngine({ role, onFrame: (frame) => seen.push(describe(frame)) });
    engine.send("κ");
    engine.send(new Uint8Array(70000));
    engine.send("x".repeat(20000));
    engine.send("abc", { fragmentSize: 2 });
    engine.sendPiece("text", utf8("a"), false);
    engine.ping();
    engine.close(1000);
    assertEquals(seen, [
      "sent 1 fin 2",
      "sent 2 fin 70000",
      "sent 1 fin 20000",
      "sent 1 2",
      "sent 0 fin 1",
      "sent 1 1",
      "sent 9 fin 0",
      "sent 8 fin 2",
    ]);
  });

  test(`${role}: a tap may take the output, and send`, () => {
    const output: Uint8Array[] = [];
    const engine: WebSocketEngine = new WebSocketEngine({
      role,
      onFrame: ({ direction, opcode }) => {
        if (direction === "sent" && opcode === 1) engine.ping(utf8("p"));
        if (direction === "sent") output.push(...engine.takeOutput());
      },
    });
    engine.congested = true;
    engine.receive(fromPeer(role, ...Array(40).fill({ opcode: 9, payload: new Uint8Array(100) })));
    while (engine.next() !== undefined);
    engine.send("Hello");
    engine.send(new Uint8Array(70000));
    output.push(...engine.takeOutput());
    assertEquals(engine.queuedBytes, 0);
    assertEquals(output.length > 3, true);
  });

  test(`${role}: counts tell the frames and messages each way, however the bytes are cut`, () => {
    const bytes = fromPeer(
      role,
      { opcode: 1, payload: utf8("a") },
      { opcode: 2, fin: false },
      { opcode: 9 },
      { opcode: 0 },
      { opcode: 1, payload: hex("41ff") },
    );
    forEachSplit(bytes, (chunks) => {
      for (const streaming of [false, true]) {
        const engine = new WebSocketEngine({ role, streaming });
        engine.send("a");
        engine.send("abc", { fragmentSize: 1 });
        for (const chunk of chunks) {
          engine.receive(chunk);
          while (engine.next() !== undefined);
        }
        assertEquals(engine.counts, {
          framesReceived: 5,
          messagesReceived: 2,
          framesSent: 6,
          messagesSent: 2,
        });
      }
    });
  });
}
