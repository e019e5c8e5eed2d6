import { test } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import type { MessageBody } from "../../src/connection/send_stream.ts";
import { join } from "../kit/frame_lines.ts";
import { decodeFrames, utf8 } from "../kit/frames.ts";
import { HeldConnection, settle, stateOf } from "../kit/held_connection.ts";

/** A stream of these chunks. */
function streamOf<Chunk>(...chunks: Chunk[]): ReadableStream<Chunk> {
  return new ReadableStream({
    pull(controller) {
      if (chunks.length > 0) controller.enqueue(chunks.shift()!);
      else controller.close();
    },
  }, { highWaterMark: 0 });
}

async function* generate<Chunk>(...chunks: Chunk[]): AsyncGenerator<Chunk> {
  for (const chunk of chunks) {
    await settle();
    yield chunk;
  }
}

test("sendStream() sends one message in fragments, from every kind of body (RFC 6455 §5.4)", async () => {
  const bodies: MessageBody[] = [
    streamOf("He", "ll", "o"),
    generate("He", "ll", "o"),
    ["He", "ll", "o"],
    new Set(["He", "ll", "o"]),
    generate<string | Uint8Array>(utf8("He"), utf8("ll"), "o"),
    { [Symbol.asyncIterator]: () => generate("He", "ll", "o") },
  ];
  for (const body of bodies) {
    const held = new HeldConnection();
    await held.connection.sendStream("text", body);
    await settle();
    assertEquals(held.sent(), ["text+ He", "continuation+ ll", "continuation+ o", "continuation"]);
    if (body instanceof ReadableStream) assertEquals(body.locked, false);
    assertEquals(held.connection.stats.messagesSent, 1);
  }
});

test("sendStream() sends bytes of every kind", async () => {
  const held = new HeldConnection({ role: "client" });
  await held.connection.sendStream("binary", [
    utf8("a"),
    utf8("bc").buffer,
    new DataView(utf8("xdx").buffer, 1, 1),
  ]);
  await settle();
  assertEquals(held.sent(), ["binary+ a", "continuation+ bc", "continuation+ d", "continuation"]);
});

test("sendStream() of an empty body sends an empty message, and empty pieces are left out", async () => {
  const held = new HeldConnection();
  await held.connection.sendStream("text", []);
  await held.connection.sendStream("binary", ["", new Uint8Array(0)].slice(1));
  await held.connection.sendStream("text", ["", "a", "", "b", ""]);
  await settle();
  assertEquals(held.sent(), ["text", "binary", "text+ a", "continuation+ b", "continuation"]);
});

test("text may be cut anywhere, inside surrogate pairs and inside code points (RFC 6455 §5.6, §8.1)", async () => {
  const text = "aß€😀\ud800\udc00z";
  const expected = utf8(text);
  const cuts = [Array.from({ length: text.length }, (_, index) => text[index]!)];
  for (let at = 0; at <= text.length; at++) cuts.push([text.slice(0, at), text.slice(at)]);
  const bodies: MessageBody[] = [...cuts, Array.from(expected, (byte) => Uint8Array.of(byte))];
  for (const body of bodies) {
    const held = new HeldConnection();
    await held.connection.sendStream("text", body);
    await settle();
    const frames = decodeFrames(held.transport.read());
    assertEquals(join(...frames.map(({ payload }) => payload)), expected);
  }
});

test("a surrogate half that stays alone becomes U+FFFD, wherever it stands", async () => {
  for (
    const [pieces, expected] of [
      [["\ud800"], "\ufffd"],
      [["a\ud83d", "b"], "a\ufffdb"],
      [["\ud83d", "\ud83d", "\ude00"], "\ufffd😀"],
      [["\ude00", "\ud83d"], "\ufffd\ufffd"],
      [["\ud83d", utf8("x")], "\ufffdx"],
      [["\ud83d", "", "\ude00"], "😀"],
    ] as const
  ) {
    const held = new HeldConnection();
    await held.connection.sendStream("text", pieces);
    await settle();
    const frames = decodeFrames(held.transport.read());
    assertEquals(join(...frames.map(({ payload }) => payload)), utf8(expected));
  }
});

test("sendStream() rejects what is no body and no type, and sends nothing", async () => {
  // A string can be iterated, and by its type is no body all the same.
  const isBody: string extends MessageBody ? true : false = false;
  assertEquals(isBody, false);
  const held = new HeldConnection();
  const locked = streamOf("a");
  locked.getReader();
  for (
    const body of [undefined, null, 1, "text", {}, () => [], utf8("bytes"), utf8("bytes").buffer, locked]
  ) {
    await assertRejects(() => held.connection.sendStream("text", body as MessageBody), TypeError);
  }
  await assertRejects(() => held.connection.sendStream("json" as "text", ["a"]), TypeError);
  await held.connection.send("after");
  await settle();
  assertEquals(held.sent(), ["text after"]);
});

test("messages wait for one in pieces, in the order of the calls (RFC 6455 §5.4)", async () => {
  const held = new HeldConnection();
  let controller!: ReadableStreamDefaultController<string>;
  const body = new ReadableStream<string>({ start: (given) => void (controller = given) });
  const first = held.connection.sendStream("text", body);
  const second = held.connection.send("second");
  const third = held.connection.sendStream("text", ["th", "ird"]);
  const fourth = held.connection.send("fourth");
  assertEquals(await stateOf(second), "pending");
  controller.enqueue("first");
  await settle();
  held.peerSends("ping", "p");
  await settle();
  assertEquals(held.sent(), ["text+ first", "pong p"]);
  controller.close();
  await Promise.all([first, second, third, fourth]);
  await settle();
  assertEquals(held.sent(), [
    "continuation",
    "text second",
    "text+ th",
    "continuation+ ird",
    "continuation",
    "text fourth",
  ]);
});

test("sendStream() reads no further than the peer does", async () => {
  const held = new HeldConnection();
  held.transport.held = true;
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(new Uint8Array(10_000));
      if (++pulled === 100) controller.close();
    },
  }, { highWaterMark: 0 });
  const sent = held.connection.sendStream("binary", body);
  for (let turns = 0; turns < 10; turns++) await settle();
  assertEquals(pulled < 12, true);
  while (await stateOf(sent) === "pending") held.transport.take();
  while (held.transport.isWriting) held.transport.take();
  await sent;
  assertEquals(decodeFrames(held.transport.read()).length, 101);
});
