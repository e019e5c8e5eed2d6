import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { CloseCode, isReceivableCloseCode, isSendableCloseCode } from "../../src/protocol/close_code.ts";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { describeOutput, fromPeer, roles } from "../kit/feed_engine.ts";
import { concat, decodeFrames, hex, utf8 } from "../kit/frames.ts";

const refused = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535];

for (const role of roles) {
  test(`${role}: close() goes out behind all that was sent, once (§5.5.1)`, () => {
    const engine = new WebSocketEngine({ role });
    engine.send("one");
    engine.send(new Uint8Array(20000));
    engine.ping();
    engine.close(1000, "bye");
    engine.close(1001);
    engine.close();
    const frames = decodeFrames(concat(engine.takeOutput()));
    assertEquals(frames.map((frame) => frame.opcode), [1, 2, 9, 8]);
    assertEquals(frames.at(-1)!.payload, hex("03e8627965"));
    assertEquals([engine.closeSent, engine.closeReceived, engine.error], [true, false, undefined]);
  });

  test(`${role}: nothing is sent behind a Close, ours or the answer to the peer's (§5.5.1)`, () => {
    const ways: ((engine: WebSocketEngine) => void)[] = [
      (engine) => engine.close(1000),
      (engine) => {
        engine.receive(fromPeer(role, { opcode: 8 }));
        engine.next();
      },
      (engine) => {
        engine.receive(fromPeer(role, { opcode: 3 }));
        engine.next();
      },
    ];
    for (const way of ways) {
      const engine = new WebSocketEngine({ role });
      way(engine);
      const queued = engine.queuedBytes;
      const { counts } = engine;
      assertThrows(() => engine.send("Hello"), TypeError, "Cannot send: the connection is closing");
      assertThrows(() => engine.send(new Uint8Array()), TypeError, "Cannot send: the connection is closing");
      assertThrows(() => engine.sendPiece("text", new Uint8Array(), true), TypeError, "Cannot send");
      assertThrows(() => engine.ping(), TypeError, "Cannot send: the connection is closing");
      assertThrows(() => engine.pong(), TypeError, "Cannot send: the connection is closing");
      engine.close(1000);
      assertEquals(engine.queuedBytes, queued);
      assertEquals(engine.counts, counts);
      assertEquals(describeOutput(role, engine.takeOutput()).length, 1);
    }
  });

  test(`${role}: close() sends an empty Close, a code, or a code and a reason (§5.5.1)`, () => {
    const cases: [number | undefined, string | undefined, string][] = [
      [undefined, undefined, ""],
      [undefined, "", ""],
      [1000, undefined, "03e8"],
      [4999, "\ud800", "1387efbfbd"],
      [1001, "κ", "03e9ceba"],
    ];
    for (const [code, reason, payload] of cases) {
      const engine = new WebSocketEngine({ role });
      engine.close(code, reason);
      assertEquals(decodeFrames(concat(engine.takeOutput()))[0]!.payload, hex(payload));
    }
    const engine = new WebSocketEngine({ role });
    engine.close(1000, "x".repeat(123));
    assertEquals(decodeFrames(concat(engine.takeOutput()))[0]!.payload.length, 125);
  });

  test(`${role}: close() throws for what no Close may hold, and queues nothing (§5.5, §7.4)`, () => {
    const engine = new WebSocketEngine({ role });
    for (const code of [...refused, 1002, 1010, -1, 1000.5, NaN, Infinity, 66536]) {
      assertThrows(() => engine.close(code), RangeError, `Cannot close: code ${code}`);
    }
    for (const reason of ["x".repeat(124), "κ".repeat(62), "\ud800".repeat(42)]) {
      assertThrows(
        () => engine.close(1000, reason),
        RangeError,
        "Cannot close: a reason of more than 123 bytes",
      );
    }
    assertThrows(() => engine.close(undefined, "bye"), TypeError, "Cannot close: the code is no number");
    assertEquals([engine.closeSent, engine.queuedBytes], [false, 0]);
    engine.receive(fromPeer(role, { opcode: 1, payload: utf8("Hello") }));
    assertEquals(engine.next(), { type: "message", data: "Hello" });
  });
}

test("isReceivableCloseCode() holds for 1000-1003, 1007-1014 and 3000-4999 (§7.4)", () => {
  const codes = Array.from({ length: 65536 }, (_, code) => code).filter(isReceivableCloseCode);
  assertEquals(codes.length, 4 + 8 + 2000);
  assertEquals([codes[0], codes[3], codes[4], codes[11], codes[12], codes.at(-1)], [
    1000,
    1003,
    1007,
    1014,
    3000,
    4999,
  ]);
});

test("isSendableCloseCode() holds for the same but 1002 and 1010, which are not the application's (§7.4)", () => {
  for (let code = 0; code < 65536; code++) {
    assertEquals(isSendableCloseCode(code), isReceivableCloseCode(code) && code !== 1002 && code !== 1010);
  }
  assertEquals([1000.5, NaN, Infinity].some(isSendableCloseCode), false);
});

test("CloseCode names the codes of §7.4.1 and the IANA registry", () => {
  const codes: number[] = Object.values(CloseCode);
  assertEquals(codes.filter(isReceivableCloseCode).length, 12);
  assertEquals(codes.filter((code) => !isReceivableCloseCode(code)), [1005, 1006, 1015]);
});
