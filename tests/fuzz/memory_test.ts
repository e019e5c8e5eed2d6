import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { countAllocations } from "../kit/count_allocations.ts";
import { fromPeer, roles } from "../kit/feed_engine.ts";
import { encodeFrame, exampleKey } from "../kit/frames.ts";
import { fuzz } from "../kit/fuzz.ts";

for (const role of roles) {
  test(`${role}: what a header announces costs nothing until it comes (§10.4)`, () => {
    for (
      const [opcode, length] of [[1, 2 ** 32], [2, 2 ** 31], [2, 2 ** 53 - 1], [0x81, 2 ** 53 - 1], [
        0x82,
        2 ** 33,
      ]] as const
    ) {
      const header = new Uint8Array(14);
      header.set([opcode, role === "server" ? 0xff : 0x7f]);
      new DataView(header.buffer).setBigUint64(2, BigInt(length));
      const bytes = header.subarray(0, role === "server" ? 14 : 10);
      const some = new Uint8Array(100).fill(0x41);
      const engine = new WebSocketEngine({ role, maxMessageSize: Number.MAX_SAFE_INTEGER });
      const allocated = countAllocations(() => {
        engine.receive(bytes);
        assertEquals(engine.next(), undefined);
        engine.receive(some);
        assertEquals(engine.next(), undefined);
      });
      assert(allocated <= 256, `${allocated} bytes allocated`);
      assertEquals(engine.collectedBytes, 100);
    }
  });

  test(`${role}: a message costs a few times its bytes, however it is cut (§10.4)`, () => {
    fuzz(30, (chance) => {
      const length = chance.integer(chance.pick([1000, 100_000]));
      const key = role === "server" ? exampleKey : undefined;
      const size = Math.ceil(length / 300) + 1 + chance.integer(chance.pick([0, 1000, length]));
      const payload = new Uint8Array(length).fill(0x41);
      const frames = [];
      for (let at = 0; at < length || frames.length === 0; at += size) {
        const fin = at + size >= length;
        frames.push(
          encodeFrame({ opcode: at === 0 ? 2 : 0, fin, key, payload: payload.subarray(at, at + size) }),
        );
      }
      const engine = new WebSocketEngine({ role, maxFragments: 1_000_000 });
      const chunks = frames.flatMap((frame) => chance.cut(frame, 65536));
      let told: number | undefined;
      const allocated = countAllocations(() => {
        for (const chunk of chunks) {
          engine.receive(chunk);
          const event = engine.next();
          if (event?.type === "message") told = event.data.length;
        }
      });
      assertEquals(told, length);
      assert(allocated >= length, "nothing is counted");
      // Collected, joined, and once more where a chunk begins inside a header.
      assert(allocated <= 1000 + length * 3.3, `${allocated} bytes allocated for ${length}`);
    });
  });

  test(`${role}: nothing that is told pins more than its own bytes (§10.4)`, () => {
    fuzz(100, (chance) => {
      const engine = new WebSocketEngine({ role, streaming: chance.happens(0.3) });
      const frames = [];
      for (let count = chance.integer(6); count > 0; count--) {
        const fin = chance.happens(0.5);
        const payload = chance.bytes(chance.integer(chance.pick([3, 200, 5000])));
        frames.push({ opcode: 2, fin, payload });
        if (!fin) frames.push({ opcode: 0, payload });
        frames.push({ opcode: 9, payload: payload.subarray(0, 125) });
      }
      for (const chunk of chance.cut(fromPeer(role, ...frames), 3000)) {
        engine.receive(chunk);
        for (let event; (event = engine.next()) !== undefined;) {
          const data = "data" in event ? event.data : "payload" in event ? event.payload : "";
          assert(typeof data !== "string");
          assertEquals(data.buffer.byteLength, data.length);
        }
      }
      assertEquals(engine.collectedBytes, 0);
    });
  });
}
