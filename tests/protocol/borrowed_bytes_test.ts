import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { FrameReader } from "../../src/protocol/frame_reader.ts";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { countAllocations } from "../kit/count_allocations.ts";
import { describeEvents, fromPeer, roles } from "../kit/feed_engine.ts";
import { concat, sameBytes, utf8 } from "../kit/frames.ts";

/** Bytes whose slice() is a view, as that of Node's Buffer is. */
class PooledBytes extends Uint8Array<ArrayBuffer> {
  override slice(start?: number, end?: number): PooledBytes {
    return this.subarray(start, end) as PooledBytes;
  }
}

const frames = [
  { opcode: 1, payload: utf8("one") },
  { opcode: 9, payload: utf8("2") },
  { opcode: 2, fin: false, payload: utf8("thr") },
  { opcode: 0, payload: utf8("ee") },
  { opcode: 1, payload: utf8("x".repeat(200)) },
];
const lines = ["text one", "ping 32", "binary 7468726565", `text ${"x".repeat(200)}`];

for (const role of roles) {
  test(`${role}: park() lets the owner of the bytes use them again after any event`, () => {
    const bytes = fromPeer(role, ...frames);
    for (const pooled of [false, true]) {
      for (let stop = 0; stop <= lines.length; stop++) {
        const lent = pooled ? new PooledBytes(Uint8Array.from(bytes).buffer) : bytes.slice();
        const engine = new WebSocketEngine({ role });
        engine.receive(lent);
        const events = [];
        for (let count = 0; count < stop; count++) events.push(engine.next()!);
        const unread = engine.unreadBytes;
        engine.park();
        lent.fill(0x58);
        engine.park();
        assertEquals(engine.unreadBytes, unread);
        for (let event; (event = engine.next()) !== undefined;) events.push(event);
        engine.park();
        assertEquals(describeEvents(events), lines);
      }
    }
  });

  test(`${role}: bytes that come before the last ones are read are not lost`, () => {
    const bytes = fromPeer(role, ...frames);
    for (const parks of [false, true]) {
      for (let cut = 0; cut <= bytes.length; cut++) {
        const engine = new WebSocketEngine({ role });
        const events = [];
        engine.receive(bytes.subarray(0, cut));
        const event = engine.next();
        if (event !== undefined) events.push(event);
        if (parks) engine.park();
        const lent = bytes.slice(cut, cut + 10);
        engine.receive(lent);
        if (parks) engine.park();
        if (parks) lent.fill(0x58);
        engine.receive(bytes.subarray(cut + 10));
        for (let event; (event = engine.next()) !== undefined;) events.push(event);
        assertEquals(describeEvents(events), lines);
      }
    }
  });

  test(`${role}: parking behind each of many messages takes no copy behind each`, () => {
    const bytes = fromPeer(role, ...Array(5000).fill({ opcode: 1, payload: utf8("x") }));
    const engine = new WebSocketEngine({ role });
    engine.receive(bytes);
    let count = 0;
    const copied = countAllocations(() => {
      for (; engine.next() !== undefined; count++) engine.park();
    });
    assertEquals(count, 5000);
    assert(copied >= bytes.length / 2 && copied <= bytes.length, `${copied} bytes copied of ${bytes.length}`);
  });

  test(`${role}: bytes that were copied are not copied again by park()`, () => {
    const bytes = fromPeer(role, ...Array(100).fill({ opcode: 1, payload: utf8("x") }));
    const engine = new WebSocketEngine({ role });
    engine.receive(bytes.subarray(0, 50));
    engine.receive(bytes.subarray(50));
    assertEquals(countAllocations(() => engine.park()), 0);
  });

  test(`${role}: nothing that is told is a view of what was received, or of anything else`, () => {
    const bytes = fromPeer(
      role,
      ...[0, 1, 47, 48, 127, 128, 5000, 70000].flatMap((length) => {
        const payload = new Uint8Array(length).fill(7);
        return [{ opcode: 2, payload }, { opcode: 2, fin: false, payload }, { opcode: 0, payload }, {
          opcode: 9,
          payload: payload.subarray(0, 125),
        }];
      }),
    );
    const before = bytes.slice();
    for (const size of [bytes.length, 10000, 100]) {
      const engine = new WebSocketEngine({ role });
      const buffers = new Set<ArrayBufferLike>([bytes.buffer]);
      let count = 1;
      for (let at = 0; at < bytes.length; at += size) {
        engine.receive(bytes.subarray(at, at + size));
        for (let event; (event = engine.next()) !== undefined; count++) {
          const data = event.type === "message" ? event.data : event.type === "ping" ? event.payload : "";
          if (typeof data === "string") throw new Error(event.type);
          buffers.add(data.buffer);
          assertEquals(data.buffer.byteLength, data.length);
          data.fill(0xff);
        }
      }
      assertEquals(buffers.size, count);
      assert(sameBytes(bytes, before));
    }
  });
}

test("bytes may be a view of the middle of any buffer, a shared or a resizable one too", () => {
  const bytes = fromPeer("server", ...frames);
  const buffers: ArrayBufferLike[] = [new ArrayBuffer(1000)];
  if (typeof SharedArrayBuffer === "function") buffers.push(new SharedArrayBuffer(1000));
  if ("resizable" in ArrayBuffer.prototype) {
    buffers.push(Reflect.construct(ArrayBuffer, [1000, { maxByteLength: 2000 }]) as ArrayBuffer);
  }
  for (const buffer of buffers) {
    for (let offset = 0; offset < 5; offset++) {
      const view = new Uint8Array(buffer, offset, bytes.length);
      view.set(bytes);
      for (const parks of [false, true]) {
        const engine = new WebSocketEngine({ role: "server" });
        engine.receive(view);
        const events = [];
        for (let event; (event = engine.next()) !== undefined;) {
          events.push(event);
          if (parks) engine.park();
        }
        assertEquals(describeEvents(events), lines);
      }
      for (const role of roles) {
        const sender = new WebSocketEngine({ role });
        sender.send(new Uint8Array(buffer, offset, 500));
        assert(
          sameBytes(concat(sender.takeOutput()).subarray(-500), new Uint8Array(buffer, offset, 500)) ===
            (role === "server"),
        );
      }
    }
  }
});

test("FrameReader passes over a payload as far as it is there", () => {
  const reader = new FrameReader();
  reader.receive(fromPeer("client", { opcode: 2, payload: new Uint8Array(5) }).subarray(0, 4));
  const situation = { role: "client", rsv1Defined: false, fragmented: false, room: 100 } as const;
  assertEquals(reader.readHeader(situation), true);
  reader.skip(Math.min(reader.remaining, reader.buffered));
  assertEquals([reader.remaining, reader.buffered], [3, 0]);
  reader.receive(new Uint8Array(4));
  assertEquals(reader.buffered, 4);
  reader.skip(Math.min(reader.remaining, reader.buffered));
  assertEquals([reader.remaining, reader.buffered], [0, 1]);
  reader.clear();
  assertEquals([reader.buffered, reader.readHeader(situation)], [0, false]);
});
