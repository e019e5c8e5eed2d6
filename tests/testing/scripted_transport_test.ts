import { test } from "node:test";
import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  createManualClock,
  createScriptedTransport,
  createTransportPair,
  type ScriptStep,
} from "../../src/testing/mod.ts";

const encoder = new TextEncoder();

async function readText(readable: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  const reader = readable.getReader();
  for (let result; !(result = await reader.read()).done;) text += new TextDecoder().decode(result.value);
  return text;
}

test("createScriptedTransport() plays bytes and text in order and ends where the script says so", async () => {
  const transport = createScriptedTransport([encoder.encode("a"), "b", { end: true }]);
  assertEquals(await readText(transport.readable), "ab");
});

test("createScriptedTransport() waits for what is written, wherever it is torn", async () => {
  const transport = createScriptedTransport(["1", { until: "\r\n\r\n" }, "2", { until: 12 }, "3", {
    end: true,
  }]);
  const writer = transport.writable.getWriter();
  const text = readText(transport.readable);
  for (const part of ["head", "\r\n", "\r", "\n"]) await writer.write(encoder.encode(part));
  await writer.write(encoder.encode("body"));
  assertEquals(await text, "123");
  assertEquals(transport.written, encoder.encode("head\r\n\r\nbody"));
  assertEquals(transport.writes.length, 5);
});

test("createScriptedTransport() waits by its clock", async () => {
  const clock = createManualClock();
  const transport = createScriptedTransport(["a", { wait: 1000 }, "b", { end: true }], { clock });
  const reader = transport.readable.getReader();
  assertEquals((await reader.read()).value, encoder.encode("a"));
  while (clock.pending === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  clock.advance(1000);
  assertEquals((await reader.read()).value, encoder.encode("b"));
});

test("createScriptedTransport() breaks off with a reason", async () => {
  const reason = new Error("cut");
  const transport = createScriptedTransport([{ fail: reason }]);
  assertStrictEquals(await readText(transport.readable).catch((error) => error), reason);
});

test("createScriptedTransport() is silent behind the script, until more is played", async () => {
  const transport = createScriptedTransport();
  const text = readText(transport.readable);
  await transport.play("more");
  await transport.play({ end: true });
  assertEquals(await text, "more");
});

test("play() rejects when nobody reads any more, for the steps behind as well", async () => {
  const transport = createScriptedTransport([], { capacity: 0 });
  const [first, second] = [transport.play("a"), transport.play("b")];
  await transport.readable.cancel(new Error("gone"));
  await assertRejects(() => Promise.all([first, transport.play("c")]), Error, "gone");
  await assertRejects(() => second, Error, "gone");
});

test("createScriptedTransport() refuses steps that mean nothing, play() and until() too", async () => {
  for (
    const [step, kind] of [
      [{ wait: NaN }, RangeError],
      [{ wait: "1" }, TypeError],
      [{ wait: undefined }, TypeError],
      [{ until: -1 }, RangeError],
      [{ until: NaN }, RangeError],
      [{ until: null }, TypeError],
      [{ waits: 1 }, TypeError],
      [{ end: false }, TypeError],
      [null, TypeError],
      [7, TypeError],
    ] as const
  ) {
    assertThrows(() => createScriptedTransport(["a", step as unknown as ScriptStep]), kind);
    const transport = createScriptedTransport();
    await assertRejects(() => transport.play("a", step as unknown as ScriptStep), kind);
    assertEquals(transport.readable.locked, false);
  }
  for (const value of [NaN, -1, 0.5]) {
    await assertRejects(() => createScriptedTransport().until(value), RangeError);
  }
  await assertRejects(() => createScriptedTransport().until({} as string), TypeError);
});

test("until() resolves for what is there and rejects when the writing side has ended without", async () => {
  const transport = createScriptedTransport();
  const writer = transport.writable.getWriter();
  const waiting = assertRejects(() => transport.until(6), Error, "has ended");
  await writer.write(encoder.encode("Hello"));
  await transport.until("ell");
  await transport.until(encoder.encode("lo"));
  await transport.until(5);
  await writer.close();
  await waiting;
  assertEquals(await transport.ended, undefined);
});

test("ended resolves with the reason of an abort", async () => {
  const transport = createScriptedTransport();
  const reason = new Error("enough");
  await transport.writable.abort(reason);
  assertStrictEquals(await transport.ended, reason);
});

test("createScriptedTransport() has a link's faults each way", async () => {
  const transport = createScriptedTransport(["abc"], { chunkSizes: 1, endAfter: 2 }, { failWriteAt: 2 });
  assertEquals(await readText(transport.readable), "ab");
  const writer = transport.writable.getWriter();
  writer.closed.catch(() => {});
  await writer.write(encoder.encode("x"));
  await assertRejects(() => writer.write(encoder.encode("y")), Error, "Write 2");
  assertEquals(transport.written, encoder.encode("x"));
});

test("createTransportPair() connects two ends, each direction with its own link", async () => {
  const [near, far] = createTransportPair({ chunkSizes: 1 }, {});
  for (const [from, to, count] of [[near, far, 5], [far, near, 1]] as const) {
    const writer = from.writable.getWriter();
    await writer.write(encoder.encode("Hello"));
    await writer.close();
    const reader = to.readable.getReader();
    let chunks = 0;
    while (!(await reader.read()).done) chunks++;
    assertEquals(chunks, count);
  }
});

test("createTransportPair() uses one link's options both ways", async () => {
  for (const swap of [false, true]) {
    const pair = createTransportPair({ endAfter: 0 });
    const reader = pair[swap ? 0 : 1].readable.getReader();
    assertEquals((await reader.read()).done, true);
  }
});
