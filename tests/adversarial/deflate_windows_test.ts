import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { createServerCodec, samples } from "../kit/deflate_samples.ts";
import { fromPeer, roles } from "../kit/feed_engine.ts";
import { concat, sameBytes } from "../kit/frames.ts";
import { createRandomBytes } from "../kit/random.ts";
import { readDeflate } from "../kit/read_deflate.ts";

/** What lies this far back comes again. */
function repeatAfter(distance: number): Uint8Array {
  const random = createRandomBytes(distance, distance).map((byte) => byte & 31);
  return concat([random, random.subarray(0, 40)]);
}

for (const role of roles) {
  test(`${role}: a peer that goes beyond the window it agreed to fails with 1007 (RFC 7692 §7.1.2.2)`, () => {
    for (const windowBits of [8, 9, 12, 13]) {
      const size = 1 << windowBits;
      const createCodec = () =>
        createServerCodec({ receiveWindowBits: windowBits }, [["client_max_window_bits", true]]);
      for (const [distance, expected] of [[size, true], [size + 1, false], [size * 2 - 1, false]] as const) {
        const bytes = repeatAfter(distance);
        const payload = Uint8Array.from(createServerCodec({ sendWindowBits: 15 }).encode(bytes, true));
        assertEquals(readDeflate(payload).longestDistance, distance);
        const engine = new WebSocketEngine({ role, codec: createCodec() });
        engine.receive(fromPeer(role, { opcode: 2, rsv: 4, payload }));
        const event = engine.next();
        assertEquals(event?.type, expected ? "message" : "error");
        assertEquals(engine.error?.closeCode, expected ? undefined : 1007);
      }
    }
  });
}

test("what is sent keeps to the window that the peer asked for (RFC 7692 §7.1.2.1)", () => {
  for (let windowBits = 8; windowBits <= 15; windowBits++) {
    const codec = createServerCodec({ sendWindowBits: 15 }, [["server_max_window_bits", `${windowBits}`]]);
    let history: Uint8Array = new Uint8Array();
    let longest = 0;
    for (
      const bytes of [
        ...samples.values(),
        repeatAfter(200),
        repeatAfter(Math.max(100, (1 << windowBits) - 300)),
      ]
    ) {
      const { output, longestDistance } = readDeflate(Uint8Array.from(codec.encode(bytes, true)), history);
      assert(sameBytes(output, bytes));
      longest = Math.max(longest, longestDistance);
      history = concat([history, bytes]).slice(-(1 << windowBits));
    }
    assert(longest <= 1 << windowBits, `a distance of ${longest}`);
    assert(longest > (1 << windowBits) / 3, `a distance of ${longest}`);
  }
});
