import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { createWebSocketPair } from "../../src/connection/create_web_socket_pair.ts";
import { WebSocketError } from "../../src/connection/web_socket_error.ts";
import { permessageDeflate } from "../../src/deflate/permessage_deflate.ts";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { createServerCodec, samples } from "../kit/deflate_samples.ts";
import { roles } from "../kit/feed_engine.ts";
import { concat, decodeFrames, sameBytes } from "../kit/frames.ts";
import { readDeflate } from "../kit/read_deflate.ts";

const extension = permessageDeflate({ sendWindowBits: 15 }).accept([])!;

for (const role of roles) {
  test(`${role}: RSV1 is on the first frame only, and the payload lacks its tail once (RFC 7692 §6.1, §7.2.1)`, () => {
    for (const fragmentSize of [0, 1000, 100_000]) {
      const engine = new WebSocketEngine({
        role,
        codec: createServerCodec({ sendWindowBits: 15, threshold: 0 }),
      });
      let history: Uint8Array = new Uint8Array();
      for (const bytes of samples.values()) {
        engine.send(bytes, { fragmentSize });
        const frames = decodeFrames(concat(engine.takeOutput()));
        assertEquals(frames.map(({ rsv }) => rsv), frames.map((_, index) => index === 0 ? 4 : 0));
        assertEquals(frames.map(({ opcode }) => opcode), frames.map((_, index) => index === 0 ? 2 : 0));
        assert(sameBytes(readDeflate(concat(frames.map(({ payload }) => payload)), history).output, bytes));
        history = concat([history, bytes]).slice(-32768);
      }
    }
  });

  test(`${role}: a message in pieces is one compressed message (RFC 7692 §6.1)`, () => {
    const engine = new WebSocketEngine({ role, codec: createServerCodec() });
    const bytes = samples.get("JSON")!;
    engine.sendPiece("text", bytes.subarray(0, 100), false);
    engine.sendPiece("text", new Uint8Array(), false);
    engine.ping();
    engine.sendPiece("text", bytes.subarray(100), false);
    engine.sendPiece("text", new Uint8Array(), true);
    const frames = decodeFrames(concat(engine.takeOutput()));
    assertEquals(frames.map(({ opcode, rsv, fin }) => [opcode, rsv, fin]), [
      [1, 4, false],
      [9, 0, true],
      [0, 0, false],
      [0, 0, true],
    ]);
    const payload = concat(frames.filter(({ opcode }) => opcode < 8).map(({ payload }) => payload));
    assert(sameBytes(readDeflate(payload).output, bytes));
  });
}

test("messages leave in the order of send(), compressed and not (RFC 7692 §6)", async () => {
  const [client, server] = createWebSocketPair({ extension }, { extension });
  const messages = Array.from({ length: 200 }, (_, index) => `${index} `.repeat(index % 100));
  const sending = messages.map((message, index) =>
    client.send(message, index % 3 === 0 ? { compress: index % 2 === 0 } : {})
  );
  for (const message of messages) assertEquals(await server.receive(), message);
  await Promise.all(sending);
  await client.close();
});

test("abort() in the midst of compressed messages settles every promise once (RFC 6455 §7.1.7)", async () => {
  const [client, server] = createWebSocketPair({ extension, sendHighWaterMark: 100 }, { extension });
  const long = Array.from({ length: 5000 }, (_, index) => `${(index * 7919) % 10_007}`).join();
  const sends = Array.from({ length: 10 }, () => client.send(long));
  const streamed = client.sendStream(
    "text",
    (async function* () {
      for (;;) yield long;
    })(),
  );
  client.abort();
  const outcomes = await Promise.allSettled(sends);
  assert(outcomes.some(({ status }) => status === "rejected"));
  await assertRejects(() => streamed, WebSocketError);
  await assertRejects(() => client.send(long), WebSocketError);
  assertEquals((await client.closed).closeCode, 1006);
  assertEquals((await server.closed).closeCode, 1006);
});

test("a large message goes to a hundred connections alike (RFC 7692 §7.1.1)", async () => {
  const json = JSON.stringify(
    Array.from({ length: 3000 }, (_, id) => ({ id, name: `subscriber ${id}`, on: true })),
  );
  assert(json.length > 109_000);
  const pairs = Array.from({ length: 100 }, () => createWebSocketPair({ extension }, { extension }));
  for (const [client, server] of pairs) {
    void client.send(json);
    assertEquals(await server.receive(), json);
    assertEquals(client.stats.bytesSent < 30_000, true);
  }
  await Promise.all(pairs.map(([client]) => client.close()));
});
