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

test("what is left of a message is passed over when the next one is asked for", async () => {
  const held = new HeldConnection();
  const types: string[] = [];
  const reading = (async () => {
    for await (const message of held.connection.messages()) {
      types.push(message.type);
      if (message.type === "binary") assertEquals((await message.body.getReader().read()).value, utf8("x"));
    }
  })();
  held.peerSends("text", "unread", { fin: false });
  held.peerSends("continuation", "unread");
  held.peerSends("binary", "x", { fin: false });
  held.peerSends("continuation", "unread");
  held.peerSends("text", "unread");
  held.peerCloses(1000);
  await reading;
  assertEquals(types, ["text", "binary", "text"]);
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

test("a message passed over while its body waits for a piece loses none of the next one", async () => {
  const held = new HeldConnection();
  const messages = held.connection.messages();
  held.peerSends("text", "a", { fin: false });
  const message = await nextMessage(messages);
  const reader = message.body.getReader();
  await reader.read();
  const stuck = reader.read().then(() => "read", (error) => error.name);
  const next = nextMessage(messages);
  await settle();
  held.peerSends("continuation", "rest");
  held.peerSends("text", "first", { fin: false });
  held.peerSends("continuation", " second");
  assertEquals(await (await next).text(), "first second");
  assertEquals(await stuck, "TypeError");
});

test("messages() turned on in the middle of a message tells all of it", async () => {
  for (const cut of [0, 1, 6, 9, 500, 1007]) {
    const held = new HeldConnection();
    const frame = held.encode("text", "x".repeat(1000));
    held.transport.deliver(frame.slice(0, cut));
    await settle();
    const messages = held.connection.messages();
    held.transport.deliver(frame.slice(cut));
    assertEquals(await (await nextMessage(messages)).text(), "x".repeat(1000));
  }
});

test("messages() turned on late tells the messages that arrived whole before", async () => {
  const held = new HeldConnection();
  held.peerSends("text", "Grüße");
  held.peerSends("binary", Uint8Array.of(1));
  held.peerSends("text", "be", { fin: false });
  await settle();
  const messages = held.connection.messages();
  held.peerSends("continuation", "hind");
  const first = await nextMessage(messages);
  assertEquals([first.type, await first.text()], ["text", "Grüße"]);
  const second = await nextMessage(messages);
  assertEquals([second.type, await second.bytes()], ["binary", Uint8Array.of(1)]);
  assertEquals(await (await nextMessage(messages)).text(), "behind");
});

test("a loop over messages() that is left goes on in the next one, behind the message it left", async () => {
  const held = new HeldConnection();
  held.peerSends("text", "a", { fin: false });
  for await (const message of held.connection.messages()) {
    assertEquals(message.type, "text");
    break;
  }
  held.peerSends("continuation", "b", { fin: false });
  held.peerSends("continuation", "c");
  held.peerSends("binary", "next");
  for await (const message of held.connection.messages()) {
    assertEquals(await message.text(), "next");
    break;
  }
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

test("messages() ends with the connection where nobody reads the body", async () => {
  const held = new HeldConnection();
  held.peerSends("text", "a", { fin: false });
  let count = 0;
  const reading = (async () => {
    for await (const _ of held.connection.messages()) count++;
  })();
  await settle();
  held.transport.deliverEnd();
  await reading;
  assertEquals(count, 1);
});

test("text is judged as it comes, and fails at its first impossible byte (RFC 6455 §8.1)", async () => {
  const held = new HeldConnection();
  const messages = held.connection.messages();
  held.peerSends("text", "good", { fin: false });
  const message = await nextMessage(messages);
  const pieces = message.body.getReader();
  assertEquals((await pieces.read()).value, utf8("good"));
  held.peerSends("continuation", Uint8Array.of(0xff), { fin: false });
  await settle();
  assertEquals(held.sent(), ["close 1007 text is no UTF-8"]);
  held.transport.deliverEnd();
  await assertRejects(() => pieces.read(), WebSocketError);
});

test("maxMessageSize holds for messages that are streamed (RFC 6455 §10.4)", async () => {
  const held = new HeldConnection({ maxMessageSize: 10 });
  const messages = held.connection.messages();
  held.peerSends("binary", "0123456789");
  assertEquals(await (await nextMessage(messages)).text(), "0123456789");
  held.peerSends("binary", "01234", { fin: false });
  held.peerSends("continuation", "56789x");
  await settle();
  assertEquals(held.sent(), ["close 1009 message too big"]);
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

test("many messages in one chunk keep their bodies apart", async () => {
  const held = new HeldConnection();
  const frames = Array.from({ length: 200 }, (_, index) => [
    held.encode("text", `${index}`, { fin: false }),
    held.encode("continuation", `/${index}`),
  ]).flat();
  held.transport.deliver(join(...frames, held.encode("close")));
  const texts: string[] = [];
  for await (const message of held.connection.messages()) texts.push(await message.text());
  assertEquals(texts, Array.from({ length: 200 }, (_, index) => `${index}/${index}`));
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
