import { test } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import { WebSocketError } from "../../src/connection/web_socket_error.ts";
import type { IncomingMessage } from "../../src/connection/incoming_message.ts";
import { join } from "../kit/frame_lines.ts";
import { utf8 } from "../kit/frames.ts";
import { HeldConnection, settle } from "../kit/held_connection.ts";

async function nextMessage(messages: AsyncIterator<IncomingMessage>): Promise<IncomingMessage> {
  const { value, done } = await messages.next();
  if (done) throw new Error("There is no message");
  return value;
}

async function collect(body: ReadableStream<Uint8Array>): Promise<string[]> {
  const reader = body.getReader();
  const pieces: string[] = [];
  for (let result; !(result = await reader.read()).done;) pieces.push(new TextDecoder().decode(result.value));
  return pieces;
}

test("messages() tells each message with its type, body, text(), bytes() and json()", async () => {
  const held = new HeldConnection();
  const messages = held.connection.messages();
  held.peerSends("text", "Grüße");
  held.peerSends("binary", Uint8Array.of(1, 2));
  held.peerSends("text", '{"a":[1]}');
  held.peerSends("text", "body");
  const first = await nextMessage(messages);
  assertEquals([first.type, await first.text()], ["text", "Grüße"]);
  const second = await nextMessage(messages);
  assertEquals([second.type, await second.bytes()], ["binary", Uint8Array.of(1, 2)]);
  assertEquals(await (await nextMessage(messages)).json(), { a: [1] });
  assertEquals(await collect((await nextMessage(messages)).body), ["body"]);
});

test("a body yields the fragments as they come, before the message is whole (RFC 6455 §5.4)", async () => {
  const held = new HeldConnection();
  const messages = held.connection.messages();
  held.peerSends("text", "He", { fin: false });
  const message = await nextMessage(messages);
  const reader = message.body.getReader();
  assertEquals((await reader.read()).value, utf8("He"));
  held.peerSends("continuation", "llo", { fin: false });
  assertEquals((await reader.read()).value, utf8("llo"));
  held.peerSends("continuation", "");
  assertEquals((await reader.read()).done, true);
});

test("an empty message has an empty body", async () => {
  const held = new HeldConnection();
  const messages = held.connection.messages();
  for (let count = 0; count < 3; count++) held.peerSends("text");
  assertEquals(await collect((await nextMessage(messages)).body), []);
  assertEquals(await (await nextMessage(messages)).text(), "");
  assertEquals(await (await nextMessage(messages)).bytes(), new Uint8Array(0));
});

test("text() keeps a BOM (RFC 6455 §5.6)", async () => {
  const held = new HeldConnection();
  const messages = held.connection.messages();
  held.peerSends("text", "\ufeffa");
  assertEquals(await (await nextMessage(messages)).text(), "\ufeffa");
});

test("json() rejects with SyntaxError for what is no JSON", async () => {
  const held = new HeldConnection();
  const messages = held.connection.messages();
  held.peerSends("text", "{");
  const message = await nextMessage(messages);
  await assertRejects(() => message.json(), SyntaxError);
});

test("a body is taken once", async () => {
  const held = new HeldConnection();
  const messages = held.connection.messages();
  held.peerSends("text", "a");
  const message = await nextMessage(messages);
  assertEquals(await message.text(), "a");
  await assertRejects(() => message.text(), TypeError);
});

test("a body read after its message was passed over says so", async () => {
  const held = new HeldConnection();
  const messages = held.connection.messages();
  held.peerSends("text", "a", { fin: false });
  const message = await nextMessage(messages);
  held.peerSends("continuation", "b");
  held.peerSends("text", "c");
  const next = await nextMessage(messages);
  await assertRejects(() => message.text(), TypeError, "passed over");
  assertEquals(await next.text(), "c");
});

test("a body errors with WebSocketError where the connection ends inside the message (RFC 6455 §7.1.5)", async () => {
  const ends: Record<string, [(held: HeldConnection) => void, number]> = {
    "an end": [(held) => held.transport.deliverEnd(), 1006],
    "a Close": [(held) => {
      held.peerCloses(1001);
      held.transport.deliverEnd();
    }, 1001],
    "abort()": [(held) => held.connection.abort(), 1006],
  };
  for (const [end, code] of Object.values(ends)) {
    const held = new HeldConnection();
    const messages = held.connection.messages();
    held.peerSends("text", "a", { fin: false });
    const message = await nextMessage(messages);
    const text = message.text();
    await settle();
    end(held);
    const error = await assertRejects(() => text, WebSocketError);
    assertEquals(error.closeCode, code);
    assertEquals(await messages.next(), { done: true, value: undefined });
  }
});

test("a body that nobody reads stops the reading of the transport", async () => {
  const held = new HeldConnection({ maxMessageSize: 100_000_000 });
  const messages = held.connection.messages();
  held.transport.deliver(held.encode("binary", new Uint8Array(1000), { fin: false }));
  const message = await nextMessage(messages);
  for (let index = 0; index < 100; index++) {
    held.transport.deliver(held.encode("continuation", new Uint8Array(10_000), { fin: index === 99 }));
  }
  await settle();
  assertEquals(held.transport.paused, true);
  assertEquals(held.transport.waiting > 900_000, true);
  assertEquals((await message.bytes()).length, 1_001_000);
});

test("one large frame is streamed as its bytes arrive", async () => {
  const held = new HeldConnection({ maxMessageSize: 100_000_000 });
  const messages = held.connection.messages();
  const frame = held.encode("binary", new Uint8Array(1_000_000).fill(5));
  let sum = 0;
  const reading = (async () => {
    for await (const piece of (await nextMessage(messages)).body) sum += piece.length;
  })();
  for (let at = 0; at < frame.length; at += 16_384) {
    held.transport.deliver(frame.slice(at, at + 16_384));
    if (at % 10 === 0) await settle();
  }
  await reading;
  assertEquals(sum, 1_000_000);
});

test("a body is read into the reader's own memory too, of any size", async () => {
  for (const size of [1, 7, 100, 5000]) {
    const held = new HeldConnection();
    const messages = held.connection.messages();
    const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index);
    held.peerSends("binary", bytes.subarray(0, 600), { fin: false });
    held.peerSends("continuation", bytes.subarray(600));
    held.peerSends("binary");
    for (const expected of [bytes, new Uint8Array(0)]) {
      const reader = (await nextMessage(messages)).body.getReader({ mode: "byob" });
      const parts: Uint8Array[] = [];
      let view = new Uint8Array(size);
      for (;;) {
        const { done, value } = await reader.read(view);
        if (done) break;
        parts.push(value.slice());
        view = new Uint8Array(value.buffer);
      }
      assertEquals(join(...parts), expected);
    }
  }
});

test("a body read into the reader's own memory errors where the connection ends", async () => {
  const held = new HeldConnection();
  const messages = held.connection.messages();
  held.peerSends("text", "a", { fin: false });
  const reader = (await nextMessage(messages)).body.getReader({ mode: "byob" });
  await reader.read(new Uint8Array(10));
  const read = reader.read(new Uint8Array(10));
  await settle();
  held.transport.deliverEnd();
  await assertRejects(() => read, WebSocketError);
});
