import { test } from "node:test";
import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { WebSocketError } from "../../src/connection/web_socket_error.ts";
import { decodeFrames } from "../kit/frames.ts";
import { HeldConnection, settle } from "../kit/held_connection.ts";
import { createRandomBytes } from "../kit/random.ts";

test("send() sends a string as text and bytes as binary, masked by a client only (RFC 6455 §5.1, §5.6)", async () => {
  for (const role of ["client", "server"] as const) {
    const held = new HeldConnection({ role });
    await held.connection.send("Grüße");
    await held.connection.send(Uint8Array.of(65, 66));
    await held.connection.send("");
    await held.connection.send(new Uint8Array(0));
    await settle();
    assertEquals(held.sent(), ["text Grüße", "binary AB", "text", "binary"]);
  }
});

test("send() takes every kind of BufferSource, at its offset", async () => {
  const held = new HeldConnection();
  const bytes = Uint8Array.from("xxHelloxx", (letter) => letter.charCodeAt(0));
  await held.connection.send(bytes.buffer);
  await held.connection.send(bytes.subarray(2, 7));
  await held.connection.send(new DataView(bytes.buffer, 2, 5));
  await held.connection.send(new Int8Array(bytes.buffer, 3, 2));
  await held.connection.send(new Uint16Array(bytes.buffer, 2, 2));
  await settle();
  assertEquals(held.sent(), ["binary xxHelloxx", "binary Hello", "binary Hello", "binary el", "binary Hell"]);
});

test("send() takes shared memory, where the runtime has it", async () => {
  if (typeof SharedArrayBuffer !== "function") return;
  for (const size of [5, 50_000]) {
    const held = new HeldConnection();
    const shared = new SharedArrayBuffer(size);
    new Uint8Array(shared).fill(65);
    await held.connection.send(shared);
    await held.connection.send(new Uint8Array(shared));
    await settle();
    assertEquals(held.sent(), ["binary " + "A".repeat(size), "binary " + "A".repeat(size)]);
  }
});

test("send() rejects with TypeError what is no message, and sends nothing", async () => {
  const held = new HeldConnection();
  for (const wrong of [undefined, null, 1, true, {}, [1], new Blob(["a"]), () => "a", Symbol("a")]) {
    const send = (message: unknown) => held.connection.send(message as string);
    const error = await assertRejects(() => send(wrong), TypeError);
    assertEquals(error.message, "Cannot send: neither text nor bytes");
  }
  await settle();
  assertEquals(held.sent(), []);
});

test("a lone surrogate is sent as U+FFFD, as USVString has it (RFC 6455 §5.6)", async () => {
  const held = new HeldConnection();
  for (const text of ["\ud800", "a\udc00b", "\udc00\ud800", "x".repeat(200) + "\ud800", "\ud83d\ude00"]) {
    await held.connection.send(text);
  }
  await settle();
  assertEquals(
    held.sent(),
    ["\ufffd", "a\ufffdb", "\ufffd\ufffd", "x".repeat(200) + "\ufffd", "😀"].map((text) => `text ${text}`),
  );
});

test("the order on the wire is the order of the calls, of every size", async () => {
  for (const role of ["client", "server"] as const) {
    const held = new HeldConnection({ role });
    const sizes = [0, 1, 125, 126, 16369, 16370, 16380, 16384, 65535, 65536, 3, 200_000, 7];
    for (const size of sizes) void held.connection.send(new Uint8Array(size).fill(size));
    await settle();
    const frames = decodeFrames(held.transport.read());
    assertEquals(frames.map(({ payload }) => payload.length), sizes);
    for (const { payload } of frames) {
      assertEquals(payload.every((byte) => byte === payload.length % 256), true);
    }
  }
});

test("what a turn sends leaves in one write", async () => {
  const held = new HeldConnection();
  for (let index = 0; index < 100; index++) void held.connection.send(`${index}`);
  assertEquals(held.transport.writes, 0);
  await settle();
  assertEquals(held.sent().length, 100);
  assertEquals(held.transport.writes, 1);
});

test("send() of bytes may use them again once it has resolved, whatever their size", async () => {
  for (const role of ["client", "server"] as const) {
    for (const size of [10, 1000, 16369, 16370, 16375, 16379, 16380, 16383, 16384, 65536, 200_000]) {
      const held = new HeldConnection({ role });
      held.transport.held = true;
      const bytes = new Uint8Array(size).fill(1);
      let isBack = false;
      const sent = held.connection.send(bytes).then(() => {
        isBack = true;
        bytes.fill(2);
      });
      for (let turns = 0; turns < 5; turns++) await settle();
      // Where it is not back, it is still looked at.
      if (!isBack) assertEquals(bytes[0], 1);
      held.transport.take();
      await sent;
      const [frame] = decodeFrames(held.transport.read());
      assertEquals(frame!.payload.every((byte) => byte === 1), true, `${role}, ${size} bytes`);
      held.connection.abort();
    }
  }
});

test("send() never writes to the bytes it is given", async () => {
  for (const role of ["client", "server"] as const) {
    const held = new HeldConnection({ role });
    const bytes = createRandomBytes(100_000, 1);
    await held.connection.send(bytes);
    await held.connection.send(bytes.subarray(7, 1000));
    assertEquals(bytes, createRandomBytes(100_000, 1));
  }
});

test("fragmentSize cuts messages, per connection and per message (RFC 6455 §5.4)", async () => {
  const held = new HeldConnection({ fragmentSize: 2 });
  await held.connection.send("Hello");
  await held.connection.send(new TextEncoder().encode("Hello"), { fragmentSize: 4 });
  await held.connection.send("Hi");
  await held.connection.send("whole", { fragmentSize: 0 });
  await settle();
  assertEquals(held.sent(), [
    "text+ He",
    "continuation+ ll",
    "continuation o",
    "binary+ Hell",
    "continuation o",
    "text Hi",
    "text whole",
  ]);
});

test("a fragment size that means nothing is refused when it is given, and nothing is sent", async () => {
  const held = new HeldConnection();
  await assertRejects(() => held.connection.send("a", { fragmentSize: -1 }), RangeError);
  await assertRejects(() => held.connection.send("a", { fragmentSize: NaN }), RangeError);
  await assertRejects(() => held.connection.send("a", { fragmentSize: "1" as unknown as number }), TypeError);
  await held.connection.send("b");
  await settle();
  assertEquals(held.sent(), ["text b"]);
});

test("control frames go between the fragments of a message that waits (RFC 6455 §5.4)", async () => {
  const held = new HeldConnection({ fragmentSize: 100_000 });
  held.transport.held = true;
  void held.connection.send(new Uint8Array(300_000));
  await settle();
  held.peerSends("ping", "p");
  while (held.transport.isWriting) {
    held.transport.take();
    await settle();
  }
  const kinds = held.sent().map((line) => line.split(" ")[0]);
  assertEquals(kinds.length, 4);
  assertEquals(kinds.indexOf("pong") > 0 && kinds.indexOf("pong") < 3, true);
});

test("send() behind close() rejects with WebSocketError and sends nothing (RFC 6455 §5.5.1)", async () => {
  const held = new HeldConnection();
  void held.connection.send("before");
  const closed = held.connection.close({ closeCode: 4000, reason: "enough" });
  const error = await assertRejects(() => held.connection.send("after"), WebSocketError);
  assertEquals([error.message, error.closeCode, error.reason], [
    "Cannot send: the connection is closed (4000)",
    4000,
    "enough",
  ]);
  assertEquals(held.sent(), ["text before", "close 4000 enough"]);
  held.peerCloses(4001, "mine");
  held.transport.deliverEnd();
  await closed;
  const later = await assertRejects(() => held.connection.send("after"), WebSocketError);
  assertEquals([later.closeCode, later.reason], [4001, "mine"]);
});

test("send() on a connection that died rejects with what killed it", async () => {
  const held = new HeldConnection();
  held.transport.fail(new Error("reset"));
  const error = await assertRejects(() => held.connection.send("a"), WebSocketError);
  assertEquals(error.closeCode, 1006);
  assertInstanceOf(error.cause, Error);
  assertEquals(error.cause.message, "reset");
});

test("a failed send() that nobody looks at disturbs nobody", async () => {
  const held = new HeldConnection({ maxSendQueue: 10 });
  held.transport.held = true;
  void held.connection.send("0123456789");
  void held.connection.send("too much");
  void held.connection.ping();
  void held.connection.close();
  void held.connection.send("too late");
  void held.connection.ping();
  await settle();
  held.transport.fail(new Error("reset"));
  await settle();
  void held.connection.send("much too late");
  await settle();
  held.assertGone();
});

test("send() of memory that was given away rejects with TypeError, and sends nothing", async () => {
  const held = new HeldConnection();
  const buffer = new ArrayBuffer(8);
  const sources = [buffer, new Uint8Array(buffer), new Uint8Array(buffer, 2, 3), new DataView(buffer)];
  structuredClone(buffer, { transfer: [buffer] });
  for (const source of sources) {
    await assertRejects(() => held.connection.send(source), TypeError);
    await assertRejects(() => held.connection.ping(source), TypeError);
  }
  await held.connection.send(new Uint8Array());
  assertEquals(held.sent(), ["binary"]);
});

test("send() on a connection that is closing rejects with WebSocketError, however much waits", async () => {
  const held = new HeldConnection({ maxSendQueue: 10 });
  held.transport.held = true;
  void held.connection.send("more than there is room for");
  void held.connection.close();
  await assertRejects(() => held.connection.send("late"), WebSocketError);
});

test("sendStream() cuts its pieces by fragmentSize, and refuses one that means nothing (RFC 6455 §5.4)", async () => {
  const held = new HeldConnection({ fragmentSize: 2 });
  await held.connection.sendStream("text", ["abc"]);
  await held.connection.sendStream("text", ["de"], { fragmentSize: 1 });
  assertEquals(held.sent(), [
    "text+ ab",
    "continuation+ c",
    "continuation",
    "text+ d",
    "continuation+ e",
    "continuation",
  ]);
  await assertRejects(() => held.connection.sendStream("text", ["f"], { fragmentSize: -1 }), RangeError);
});

test("a transport that throws, which it must not, keeps no other connection from sending", async () => {
  const { queueMicrotask: original } = globalThis;
  const errors: unknown[] = [];
  globalThis.queueMicrotask = (run) =>
    original(() => {
      try {
        run();
      } catch (error) {
        errors.push(error);
      }
    });
  try {
    const connections = Array.from({ length: 4 }, () => new HeldConnection());
    connections[1]!.transport.onWrite = () => {
      throw new Error("of the transport");
    };
    for (const { connection } of connections) await connection.send("one");
    await settle();
    assertEquals(connections.map((held) => held.sent()), [["text one"], [], ["text one"], ["text one"]]);
    assertEquals(errors.length, 1);
  } finally {
    globalThis.queueMicrotask = original;
  }
});
