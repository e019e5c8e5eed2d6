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

test("skip() passes over what is left of a message, and no more", async () => {
  const held = new HeldConnection();
  const messages = held.connection.messages();
  held.peerSends("text", "a", { fin: false });
  const message = await nextMessage(messages);
  const skipped = message.skip();
  held.peerSends("continuation", "b", { fin: false });
  held.peerSends("continuation", "c");
  await skipped;
  held.peerSends("text", "next");
  await message.skip();
  await assertRejects(() => message.text(), TypeError, "passed over");
  assertEquals(await (await nextMessage(messages)).text(), "next");
});
