import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { countAllocations } from "../kit/count_allocations.ts";
import { createServerCodec } from "../kit/deflate_samples.ts";
import { fromPeer, roles } from "../kit/feed_engine.ts";
import type { FrameFields } from "../kit/frames.ts";
import { createRandomBytes } from "../kit/random.ts";

const mebibyte = 1024 * 1024;

/** What a peer sends for so many zeros. */
function compress(pieces: readonly Uint8Array[]): FrameFields[] {
  const codec = createServerCodec({ sendWindowBits: 15, memLevel: 8, level: 9 });
  return pieces.map((piece, index) => {
    const fin = index === pieces.length - 1;
    return {
      opcode: index === 0 ? 2 : 0,
      rsv: index === 0 ? 4 : 0,
      fin,
      payload: Uint8Array.from(codec.encode(piece, fin)),
    };
  });
}

for (const role of roles) {
  const createEngine = (maxMessageSize = mebibyte) =>
    new WebSocketEngine({ role, codec: createServerCodec(), maxMessageSize });

  /** What an engine makes of frames. */
  const run = (engine: WebSocketEngine, ...frames: FrameFields[]) => {
    engine.receive(fromPeer(role, ...frames));
    const event = engine.next();
    return event?.type === "error"
      ? event.error.closeCode
      : event?.type === "message"
      ? event.data.length
      : undefined;
  };

  test(`${role}: four mebibytes in four kilobytes fail with 1009 and take less than two (RFC 7692 §8)`, () => {
    const frames = compress([new Uint8Array(4 * mebibyte)]);
    assert(frames[0]!.payload!.length < 4200);
    const bytes = fromPeer(role, ...frames);
    const engine = createEngine();
    const allocated = countAllocations(() => {
      engine.receive(bytes);
      const event = engine.next();
      assertEquals(event?.type === "error" && event.error.closeCode, 1009);
    });
    assert(allocated < 2 * mebibyte, `${allocated} bytes allocated`);
  });

  test(`${role}: fragments fail with 1009 in the one that goes beyond the limit (RFC 7692 §8)`, () => {
    const [first, second] = compress(Array.from({ length: 3 }, () => new Uint8Array(900 * 1024)));
    const engine = createEngine();
    assertEquals(run(engine, first!), undefined);
    assertEquals(run(engine, second!), 1009);
  });

  test(`${role}: a message may have the limit's size once inflated, and no byte more (§10.4)`, () => {
    for (
      const [size, expected] of [[mebibyte - 1, mebibyte - 1], [mebibyte, mebibyte], [mebibyte + 1, 1009]]
    ) {
      assertEquals(run(createEngine(), ...compress([new Uint8Array(size!)])), expected);
    }
  });

  test(`${role}: the limit holds on the wire too, where compressing has made a message longer (§10.4)`, () => {
    const bytes = createRandomBytes(1000, 3);
    const [frame] = compress([bytes]);
    const { length } = frame!.payload!;
    assert(length > 1000);
    assertEquals(run(createEngine(length), frame!), 1000);
    assertEquals(run(createEngine(1000), frame!), 1009);
  });

  test(`${role}: a limit of nothing takes empty messages (§10.4)`, () => {
    assertEquals(run(createEngine(1), { opcode: 2, rsv: 4, payload: Uint8Array.of(0) }), 0);
    assertEquals(run(createEngine(0), { opcode: 2, rsv: 4 }), 0);
  });

  test(`${role}: a mebibyte of empty blocks is an empty message (RFC 7692 §7.2.2)`, () => {
    for (const block of [[0x03, 0x00], [0x00, 0x00, 0x00, 0xff, 0xff]]) {
      const payload = new Uint8Array(mebibyte - mebibyte % block.length);
      for (let at = 0; at < payload.length; at += block.length) payload.set(block, at);
      const end = block.length === 5 ? payload.subarray(0, -4) : payload;
      const bytes = fromPeer(role, { opcode: 2, rsv: 4, payload: end });
      const engine = createEngine();
      const allocated = countAllocations(() => {
        engine.receive(bytes);
        assertEquals(engine.next(), { type: "message", data: new Uint8Array(0) });
      });
      assert(allocated < 4 * mebibyte, `${allocated} bytes allocated`);
    }
  });
}
