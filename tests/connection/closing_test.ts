import { test } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import { join } from "../kit/frame_lines.ts";
import { WebSocketError } from "../../src/connection/web_socket_error.ts";
import { HeldConnection, settle, stateOf } from "../kit/held_connection.ts";

const roles = ["client", "server"] as const;
const clean = (closeCode: number, reason = "") => ({ closeCode, reason, wasClean: true });
const abnormal = { closeCode: 1006, reason: "", wasClean: false };

test("close() sends one Close, waits for the peer's, and tells of the peer's code (RFC 6455 §7.1.2, §7.1.5)", async () => {
  for (const role of roles) {
    const held = new HeldConnection({ role });
    const closed = held.connection.close({ closeCode: 4000, reason: "ours" });
    assertEquals(held.connection.readyState, "closing");
    assertEquals(held.sent(), ["close 4000 ours"]);
    held.peerCloses(4001, "theirs");
    await settle();
    // §7.1.1 the server ends the transport first; a client waits for that.
    assertEquals(held.transport.ended, role === "server");
    assertEquals(await stateOf(closed), "pending");
    held.transport.deliverEnd();
    assertEquals(await closed, clean(4001, "theirs"));
    assertEquals(await held.connection.closed, clean(4001, "theirs"));
    held.assertGone();
  }
});

test("the peer's Close is answered with its own code (RFC 6455 §5.5.1)", async () => {
  for (const role of roles) {
    const held = new HeldConnection({ role });
    held.peerCloses(3000, "bye");
    await settle();
    assertEquals(held.connection.readyState, "closing");
    assertEquals(held.sent(), ["close 3000"]);
    assertEquals(held.transport.ended, role === "server");
    held.transport.deliverEnd();
    assertEquals(await held.connection.closed, clean(3000, "bye"));
    held.assertGone();
  }
});

test("a Close without a code is answered without one, and told as 1005 (RFC 6455 §7.1.5)", async () => {
  const held = new HeldConnection();
  held.peerCloses();
  await settle();
  assertEquals(held.sent(), ["close"]);
  held.transport.deliverEnd();
  assertEquals(await held.connection.closed, clean(1005));
});

test("close() defaults to 1000 without a reason", async () => {
  const held = new HeldConnection();
  void held.connection.close();
  void held.connection.close({});
  await settle();
  assertEquals(held.sent(), ["close 1000"]);
});

test("both sides may close at once (RFC 6455 §7.1.3)", async () => {
  for (const role of roles) {
    const held = new HeldConnection({ role });
    held.peerCloses(4001);
    const closed = held.connection.close({ closeCode: 4000 });
    await settle();
    assertEquals(held.sent(), ["close 4000"]);
    held.transport.deliverEnd();
    assertEquals(await closed, clean(4001));
    held.assertGone();
  }
});

test("the second close() sends nothing and tells the same", async () => {
  const held = new HeldConnection();
  const closed = [held.connection.close({ closeCode: 4000 }), held.connection.close({ closeCode: 4001 })];
  assertEquals(held.sent(), ["close 4000"]);
  held.peerCloses(4000);
  held.transport.deliverEnd();
  assertEquals(await Promise.all(closed), [clean(4000), clean(4000)]);
  assertEquals(await held.connection.close({ closeCode: 4002 }), clean(4000));
  held.assertGone();
});

test("close() rejects what no Close may say, and sends nothing (RFC 6455 §7.4)", async () => {
  const held = new HeldConnection();
  for (
    const closeCode of [0, 999, 1002, 1004, 1005, 1006, 1010, 1015, 1016, 2999, 5000, 65536, 1000.5, NaN, -1]
  ) {
    await assertRejects(() => held.connection.close({ closeCode }), RangeError);
  }
  for (const closeCode of ["1000", null, {}]) {
    await assertRejects(() => held.connection.close({ closeCode: closeCode as number }), TypeError);
  }
  for (const options of [1001, "bye", null] as unknown[]) {
    await assertRejects(() => held.connection.close(options as object), TypeError, "into an object");
  }
  await assertRejects(
    () => held.connection.close({ reason: new Uint8Array(1) as unknown as string }),
    TypeError,
  );
  await assertRejects(() => held.connection.close({ reason: "x".repeat(124) }), RangeError);
  await assertRejects(() => held.connection.close({ reason: "é".repeat(62) }), RangeError);
  assertEquals(held.connection.readyState, "open");
  assertEquals(held.sent(), []);
});

test("close() says every code that an application may, and 123 bytes of reason", () => {
  for (
    const closeCode of [1000, 1001, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]
  ) {
    const held = new HeldConnection();
    void held.connection.close({ closeCode, reason: "x".repeat(123) });
    assertEquals(held.sent(), [`close ${closeCode} ${"x".repeat(123)}`]);
  }
  const held = new HeldConnection();
  void held.connection.close({ reason: "a\ud800" });
  assertEquals(held.sent(), ["close 1000 a\ufffd"]);
});

test("closeTimeout ends a closing handshake that the peer does not answer, with 1006 (RFC 6455 §7.1.1)", async () => {
  for (const role of roles) {
    const held = new HeldConnection({ role, closeTimeout: 5000 });
    const closed = held.connection.close();
    held.clock.advance(4999);
    for (let index = 0; index < 100; index++) held.peerSends("binary", new Uint8Array(100_000));
    assertEquals(await stateOf(closed), "pending");
    held.clock.advance(1);
    assertEquals(await closed, abnormal);
    held.assertGone();
  }
});

test("closeTimeout ends the wait for a server that answers and does not end the transport", async () => {
  const held = new HeldConnection({ role: "client", closeTimeout: 5000 });
  held.peerCloses(1000);
  await settle();
  held.clock.advance(5000);
  assertEquals(await held.connection.closed, clean(1000));
  held.assertGone();
});

test("closeTimeout counts from the first Close on", async () => {
  const held = new HeldConnection({ closeTimeout: 5000 });
  void held.connection.close();
  held.clock.advance(4000);
  held.peerCloses(1000);
  await settle();
  held.clock.advance(1000);
  assertEquals(await held.connection.closed, clean(1000));
  held.assertGone();
});

test("a Close that a stalled peer never takes is not clean", async () => {
  const held = new HeldConnection({ closeTimeout: 5000 });
  held.transport.held = true;
  held.peerCloses(1001);
  await settle();
  held.clock.advance(5000);
  assertEquals(await held.connection.closed, { closeCode: 1001, reason: "", wasClean: false });
  held.assertGone();
});

test("a Close that cannot be written is not clean, and the error is told", async () => {
  const held = new HeldConnection();
  held.transport.held = true;
  held.peerCloses(1001);
  await settle();
  held.transport.fail(new Error("reset"));
  const { error, ...info } = await held.connection.closed;
  assertEquals(info, { closeCode: 1001, reason: "", wasClean: false });
  assertEquals((error as Error).message, "reset");
});

test("an end before the answer has left waits for it", async () => {
  for (const role of roles) {
    const held = new HeldConnection({ role });
    held.transport.held = true;
    held.peerCloses(1001);
    held.transport.deliverEnd();
    assertEquals(await stateOf(held.connection.closed), "pending");
    held.transport.take();
    assertEquals(await held.connection.closed, clean(1001));
    assertEquals(held.sent(), ["close 1001"]);
    held.assertGone();
  }
});

test("an end without a Close is 1006, at every place (RFC 6455 §7.1.5)", async () => {
  const script = new HeldConnection().encode("text", "Hello");
  for (let cut = 0; cut <= script.length; cut++) {
    const held = new HeldConnection();
    held.transport.deliver(script.slice(0, cut));
    held.transport.deliverEnd();
    assertEquals(await held.connection.closed, abnormal);
    held.assertGone();
  }
  const closing = new HeldConnection();
  void closing.connection.close();
  closing.transport.deliverEnd();
  assertEquals(await closing.connection.closed, abnormal);
  closing.assertGone();
});

test("what follows the peer's Close is ignored: data, Pings, another Close (RFC 6455 §5.5.1)", async () => {
  const calls: unknown[] = [];
  const held = new HeldConnection({ onMessage: (message) => void calls.push(message) });
  held.transport.deliver(join(
    held.encode("close", Uint8Array.of(3, 232)),
    held.encode("text", "late"),
    held.encode("close", Uint8Array.of(3, 233)),
    held.encode("ping"),
    Uint8Array.of(0xff, 0xff, 0xff),
  ));
  held.peerSends("text", "later");
  held.transport.deliverEnd();
  assertEquals(await held.connection.closed, clean(1000));
  assertEquals(held.sent(), ["close 1000"]);
  assertEquals(calls, []);
});

test("a broken rule is answered with its code, and the transport ended (RFC 6455 §7.1.7)", async () => {
  for (const role of roles) {
    const held = new HeldConnection({ role });
    held.peerSends("text", "good");
    held.peerSends("text", "bad", { rsv: 1 });
    await settle();
    assertEquals(held.sent(), ["close 1002 reserved bit set"]);
    assertEquals(held.transport.ended, true);
    assertEquals(await held.connection.receive(), "good");
    assertEquals(await held.connection.receive(), undefined);
    held.transport.deliverEnd();
    const { error, ...info } = await held.connection.closed;
    assertEquals(info, { closeCode: 1002, reason: "reserved bit set", wasClean: false });
    assertEquals((error as Error).name, "ProtocolError");
    held.assertGone();
  }
});

test("a broken rule while closing is told, without another Close", async () => {
  const held = new HeldConnection();
  void held.connection.close();
  held.peerSends("text", "bad", { rsv: 1 });
  await settle();
  assertEquals(held.sent(), ["close 1000"]);
  held.transport.deliverEnd();
  assertEquals((await held.connection.closed).closeCode, 1002);
});

test("a peer that breaks a rule and stays is gone after closeTimeout", async () => {
  const held = new HeldConnection({ closeTimeout: 5000 });
  held.peerSends("text", "bad", { rsv: 1 });
  await settle();
  held.peerSends("text", "more");
  held.clock.advance(5000);
  assertEquals((await held.connection.closed).closeCode, 1002);
  held.assertGone();
});

test("a Close in the middle of a fragmented message is answered, and the message dropped", async () => {
  const held = new HeldConnection();
  held.peerSends("text", "Hel", { fin: false });
  held.peerCloses(1000);
  held.peerSends("continuation", "lo");
  held.transport.deliverEnd();
  assertEquals(await held.connection.closed, clean(1000));
  assertEquals(await held.connection.receive(), undefined);
  assertEquals(held.sent(), ["close 1000"]);
});

test("a transport that breaks inside a write, or is told to end there, ends the connection once", async () => {
  for (const act of ["fail", "deliverEnd"] as const) {
    const held = new HeldConnection({ pingInterval: 0 });
    await settle();
    held.transport.onWrite = () => held.transport[act](new Error("reset"));
    const sent = held.connection.send(new Uint8Array(300_000));
    void held.connection.send("behind");
    await held.connection.closed;
    assertEquals(await stateOf(sent) === "pending", false);
    held.assertGone();
  }
});

test("await using closes the connection and waits for its end", async () => {
  const held = new HeldConnection();
  const disposed = held.connection[Symbol.asyncDispose]();
  assertEquals(held.sent(), ["close 1000"]);
  assertEquals(await stateOf(disposed), "pending");
  held.peerCloses(1000);
  held.transport.deliverEnd();
  await disposed;
  await held.connection[Symbol.asyncDispose]();
});

test("what came with the peer's Close is answered before it, whatever the way to receive (RFC 6455 §5.5.1)", async () => {
  const ways: Record<string, (held: HeldConnection) => Promise<unknown>> = {
    async "for await"({ connection }) {
      for await (const message of connection) await connection.send(message);
    },
    async "receive()"({ connection }) {
      for (let message; (message = await connection.receive()) !== undefined;) await connection.send(message);
    },
    "readable": ({ connection }) => connection.readable.pipeTo(connection.writable),
    async "messages()"({ connection }) {
      for await (const message of connection.messages()) await connection.send(await message.text());
    },
    "onMessage": () => Promise.resolve(),
  };
  for (const [way, echo] of Object.entries(ways)) {
    for (const role of roles) {
      for (const count of [1, 2, 16]) {
        const onMessage = way === "onMessage"
          ? async (message: unknown, connection: { send(message: string): Promise<void> }) => {
            await undefined;
            await connection.send(`${message}`);
          }
          : undefined;
        const held = new HeldConnection({ role, onMessage });
        const echoed = echo(held);
        const messages = Array.from({ length: count }, (_, at) => `message ${at}`);
        held.transport.deliver(
          join(...messages.map((text) => held.encode("text", text)), held.encodeClose(1000)),
        );
        await settle();
        await settle();
        const expected = [...messages.map((text) => `text ${text}`), "close 1000"];
        assertEquals(held.sent(), expected, `${role} by ${way}, ${count} at once`);
        held.transport.deliverEnd();
        assertEquals(await held.connection.closed, clean(1000));
        await echoed;
        held.assertGone();
      }
    }
  }
});

test("a Close that waits for answers is taken when the transport goes, and forgotten by abort()", async () => {
  for (const end of ["closed", "abort"] as const) {
    const held = new HeldConnection();
    const received = held.connection.receive();
    held.transport.deliver(join(held.encode("text", "last words"), held.encodeClose(1000)));
    assertEquals(await received, "last words");
    if (end === "closed") held.transport.destroy();
    else held.connection.abort();
    assertEquals((await held.connection.closed).closeCode, end === "closed" ? 1000 : 1006);
    await settle();
    held.assertGone();
  }
});

test("a Close waits a turn for those who do not answer, and no longer", async () => {
  const held = new HeldConnection();
  const received = held.connection.receive();
  held.transport.deliver(join(held.encode("text", "last words"), held.encodeClose(1000)));
  assertEquals(await received, "last words");
  assertEquals(held.connection.readyState, "open");
  await settle();
  await settle();
  assertEquals([held.connection.readyState, held.sent()], ["closing", ["close 1000"]]);
  await assertRejects(() => held.connection.send("too late"), WebSocketError);
});
