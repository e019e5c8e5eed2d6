import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { fromPeer, roles } from "../kit/feed_engine.ts";
import { toHex, utf8 } from "../kit/frames.ts";

/** Lines for pieces, and for what comes between them. */
function readAll(engine: WebSocketEngine, bytes: Uint8Array): string[] {
  engine.receive(bytes);
  const lines: string[] = [];
  for (let event; (event = engine.next()) !== undefined;) {
    if (event.type !== "piece") lines.push(event.type);
    else {lines.push(
        `${event.messageType} ${toHex(event.data)}${event.first ? " first" : ""}${event.fin ? " fin" : ""}`,
      );}
  }
  return lines;
}

for (const role of roles) {
  test(`${role}: a message is told as it arrives, cut as the bytes are (§5.4)`, () => {
    const engine = new WebSocketEngine({ role, streaming: true });
    const bytes = fromPeer(role, { opcode: 2, payload: utf8("abcdef") });
    const header = bytes.length - 6;
    assertEquals(readAll(engine, bytes.subarray(0, header)), []);
    assertEquals(readAll(engine, bytes.subarray(header, header + 2)), ["binary 6162 first"]);
    assertEquals(readAll(engine, bytes.subarray(header + 2, header + 3)), ["binary 63"]);
    assertEquals(engine.collectedBytes, 0);
    assertEquals(readAll(engine, bytes.subarray(header + 3)), ["binary 646566 fin"]);
    assertEquals(engine.counts.messagesReceived, 1);
  });

  test(`${role}: a message that is there as a whole is one piece (§5.4)`, () => {
    const engine = new WebSocketEngine({ role, streaming: true });
    assertEquals(readAll(engine, fromPeer(role, { opcode: 1, payload: utf8("ab") })), [
      "text 6162 first fin",
    ]);
    assertEquals(readAll(engine, fromPeer(role, { opcode: 1 })), ["text  first fin"]);
  });

  test(`${role}: each fragment is a piece; an empty one only where it begins or ends a message (§5.4)`, () => {
    const engine = new WebSocketEngine({ role, streaming: true });
    const bytes = fromPeer(
      role,
      { opcode: 1, fin: false },
      { opcode: 9 },
      { opcode: 0, fin: false },
      { opcode: 0, fin: false, payload: utf8("a") },
      { opcode: 0, fin: false },
      { opcode: 10 },
      { opcode: 0 },
    );
    assertEquals(readAll(engine, bytes), ["text  first", "ping", "text 61", "pong", "text  fin"]);
  });

  test(`${role}: text is told as valid UTF-8, as far as it goes, and fails at its first impossible byte (§8.1)`, () => {
    const engine = new WebSocketEngine({ role, streaming: true });
    const bytes = fromPeer(role, {
      opcode: 1,
      fin: false,
      payload: Uint8Array.of(0xe2, 0x82, 0xac, 0xff, 0x41),
    });
    const end = bytes.length;
    assertEquals(readAll(engine, bytes.subarray(0, end - 4)), ["text e2 first"]);
    assertEquals(readAll(engine, bytes.subarray(end - 4, end - 2)), ["text 82ac"]);
    assertEquals(readAll(engine, bytes.subarray(end - 2)), ["error"]);
  });

  test(`${role}: stream() tells what was collected of a message with what comes next (§5.4)`, () => {
    const engine = new WebSocketEngine({ role });
    const bytes = fromPeer(role, { opcode: 2, payload: utf8("abcdef") }, { opcode: 1, payload: utf8("g") });
    const cut = bytes.length - 3 - (role === "server" ? 4 : 0) - 2;
    assertEquals(readAll(engine, bytes.subarray(0, cut)), []);
    assertEquals(engine.collectedBytes, 4);
    engine.stream();
    engine.stream();
    assertEquals(readAll(engine, bytes.subarray(cut, cut + 1)), ["binary 6162636465 first"]);
    assertEquals(readAll(engine, bytes.subarray(cut + 1)), ["binary 66 fin", "text 67 first fin"]);
    assertEquals(engine.counts.messagesReceived, 2);
  });

  test(`${role}: the limits of a message hold for one that is streamed (§10.4)`, () => {
    const part = { opcode: 0, fin: false, payload: utf8("ab") };
    const size = new WebSocketEngine({ role, streaming: true, maxMessageSize: 5 });
    assertEquals(readAll(size, fromPeer(role, { ...part, opcode: 2 }, part, part)).at(-1), "error");
    assertEquals(size.error?.closeCode, 1009);
    const fragments = new WebSocketEngine({ role, streaming: true, maxFragments: 2 });
    assertEquals(readAll(fragments, fromPeer(role, { ...part, opcode: 2 }, part, part)).at(-1), "error");
    assertEquals(fragments.error?.closeCode, 1008);
  });

  test(`${role}: each piece has bytes of its own and no more (§5.4)`, () => {
    const engine = new WebSocketEngine({ role, streaming: true });
    const bytes = fromPeer(role, { opcode: 2, payload: new Uint8Array(5000).fill(1) });
    const buffers = new Set<ArrayBuffer>();
    for (let at = 0; at < bytes.length; at += 300) {
      engine.receive(bytes.subarray(at, at + 300));
      for (let event; (event = engine.next()) !== undefined;) {
        if (event.type !== "piece") throw new Error(event.type);
        assertEquals(event.data.buffer.byteLength, event.data.length);
        buffers.add(event.data.buffer);
      }
    }
    assertEquals(buffers.size, Math.ceil(bytes.length / 300));
  });
}
