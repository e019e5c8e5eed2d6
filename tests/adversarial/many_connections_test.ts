import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { createWebSocketPair } from "../../src/connection/create_web_socket_pair.ts";
import { permessageDeflate } from "../../src/deflate/permessage_deflate.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { countAllocations } from "../kit/count_allocations.ts";
import { createCountingSignal } from "../kit/counting_signal.ts";
import { join } from "../kit/frame_lines.ts";
import { HeldConnection, settle } from "../kit/held_connection.ts";
import { measureMemory } from "../kit/measure_memory.ts";

test("100 connections one fragment short of the limit, then silence: each holds little, and all are given up (§10.4)", async () => {
  const maxFragments = 4096;
  const budget = 8192;
  const before = await measureMemory();
  const all = Array.from({ length: 100 }, () => new HeldConnection({ maxFragments }));
  await settle();
  const [first] = all;
  const fragments = join(
    first!.encode("binary", "x", { fin: false }),
    ...Array(maxFragments - 2).fill(first!.encode("continuation", "x", { fin: false })),
  );
  const counted = countAllocations(() => {
    for (const held of all) held.transport.deliver(fragments);
  });
  // Less the copies that the test's transport makes.
  const allocated = counted - all.length * fragments.length;
  assert(allocated >= 100 * (maxFragments - 1), "nothing is counted");
  assert(allocated <= 100 * budget, `${allocated} bytes`);
  const after = await measureMemory();
  // A connection, its clock and its transport are some objects themselves.
  if (after !== undefined) assert(after - before! <= 100 * (budget + 24_576), `${after - before!} bytes`);
  for (const held of all) {
    assertEquals([held.connection.readyState, held.connection.stats.framesReceived], [
      "open",
      maxFragments - 1,
    ]);
    held.clock.advance(20_000);
    held.clock.advance(20_100);
    assertEquals((await held.connection.closed).closeCode, 1006);
    held.assertGone();
  }
});

test("10 000 connections leave no timer, no listener and no memory behind (§10.4)", async () => {
  const clock = createManualClock();
  const { signal, listeners } = createCountingSignal();
  const extension = permessageDeflate({ threshold: 0 }).accept([])!;
  const run = async (cycles: number) => {
    for (let count = 0; count < cycles; count++) {
      const options = { clock, signal, ...count % 10 === 0 && { extension } };
      const [client, server] = createWebSocketPair(options, options);
      if (count % 5 === 0) {
        void client.send("Hello, hello");
        assertEquals(await server.receive(), "Hello, hello");
      }
      if (count % 3 === 0) client.abort();
      else void [client, server][count % 2]!.close();
      await Promise.all([client.closed, server.closed]);
    }
    return await measureMemory();
  };
  const before = await run(1000);
  const after = await run(9000);
  assertEquals([clock.pending, listeners()], [0, 0]);
  // One small object for each would be as much.
  if (after !== undefined) assert(after - before! < 9000 * 64, `${after - before!} bytes`);
});
