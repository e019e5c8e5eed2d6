import { test } from "node:test";
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { MessageBody } from "../../src/connection/send_stream.ts";
import { WebSocketError } from "../../src/connection/web_socket_error.ts";
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

for (
  const [what, body] of Object.entries({
    "throws": () => {
      const error = new Error("no more");
      return [
        error,
        (function* () {
          yield "begun";
          throw error;
        })(),
      ] as const;
    },
    "rejects": () => {
      const error = new Error("no more");
      return [
        error,
        (async function* () {
          yield "begun";
          await settle();
          throw error;
        })(),
      ] as const;
    },
    "errors": () => {
      const error = new Error("no more");
      let count = 0;
      return [
        error,
        new ReadableStream({
          pull: (controller) => count++ === 0 ? controller.enqueue("begun") : controller.error(error),
        }, { highWaterMark: 0 }),
      ] as const;
    },
    "rejects with undefined": () => {
      const next = () => Promise.reject(undefined);
      return [undefined, { [Symbol.asyncIterator]: () => ({ next }) }] as const;
    },
  })
) {
  test(`a body that ${what} closes the connection with 1011, as the message cannot be taken back (RFC 6455 §7.4.1)`, async () => {
    const held = new HeldConnection();
    const [error, pieces] = body();
    const sent = held.connection.sendStream("text", pieces as MessageBody);
    assertStrictEquals(await sent.then(() => "sent", (error) => error), error);
    await settle();
    assertEquals(held.sent().at(-1), "close 1011");
    held.peerCloses(1011);
    held.transport.deliverEnd();
    assertStrictEquals((await held.connection.closed).error, error);
    held.assertGone();
  });
}

test("a piece that cannot be part of the message closes the connection with 1011 and cancels the body", async () => {
  const wrong: [("text" | "binary"), unknown][] = [
    ["text", 1],
    ["text", undefined],
    ["binary", "text"],
    ["binary", [1]],
    ["text", Uint8Array.of(0xff)],
    ["text", Uint8Array.of(0xed, 0xa0, 0x80)],
  ];
  for (const [type, piece] of wrong) {
    const held = new HeldConnection();
    let isCancelled = false;
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(piece),
      cancel: () => void (isCancelled = true),
    }, { highWaterMark: 0 });
    await assertRejects(() => held.connection.sendStream(type, body as MessageBody), TypeError);
    await settle();
    assertEquals(held.sent().at(-1), "close 1011");
    assertEquals([isCancelled, body.locked], [true, false]);
  }
});

test("text that ends inside a code point closes the connection with 1011", async () => {
  const held = new HeldConnection();
  await assertRejects(() => held.connection.sendStream("text", [Uint8Array.of(0xe2, 0x82)]), TypeError);
  await settle();
  assertEquals(held.sent().at(-1), "close 1011");
});

test("a body is cancelled when the connection closes, even while it hangs", async () => {
  const ends: Record<string, (held: HeldConnection) => void> = {
    "the peer's Close": (held) => held.peerCloses(1000),
    "our Close": (held) => void held.connection.close(),
    "abort()": (held) => held.connection.abort(),
    "the transport's end": (held) => held.transport.deliverEnd(),
    "the transport's failure": (held) => held.transport.fail(new Error("reset")),
    "a broken rule": (held) => held.peerSends("text", "", { rsv: 2 }),
  };
  for (const [name, end] of Object.entries(ends)) {
    const held = new HeldConnection();
    let isCancelled = false;
    const body = new ReadableStream<string>({
      start: (controller) => controller.enqueue("begun"),
      cancel: () => void (isCancelled = true),
    });
    const sent = held.connection.sendStream("text", body);
    await settle();
    end(held);
    await assertRejects(() => sent, WebSocketError);
    await settle();
    assertEquals([isCancelled, body.locked], [true, false], name);
  }
});

test("an iterator is returned when the connection closes, whatever it does then", async () => {
  const returns: ((() => unknown) | undefined)[] = [
    undefined,
    () => ({ done: true }),
    () => Promise.reject(new Error("ignored")),
    () => {
      throw new Error("ignored");
    },
  ];
  for (const end of returns) {
    const held = new HeldConnection();
    const iterator = { next: () => new Promise(() => {}), return: end };
    const sent = held.connection.sendStream(
      "text",
      { [Symbol.asyncIterator]: () => iterator } as MessageBody,
    );
    await settle();
    held.connection.abort();
    await assertRejects(() => sent, WebSocketError);
    await settle();
  }
});

test("a body that goes on hanging after the connection closed, and fails then, disturbs nobody", async () => {
  const held = new HeldConnection();
  let fail!: (error: Error) => void;
  const next = () => new Promise((_, reject) => fail = reject);
  const sent = held.connection.sendStream(
    "text",
    { [Symbol.asyncIterator]: () => ({ next }) } as MessageBody,
  );
  await settle();
  void held.connection.close();
  await assertRejects(() => sent, WebSocketError);
  fail(new Error("too late"));
  await settle();
  assertEquals(held.sent(), ["close 1000"]);
});

test("sendStream() on a closed connection rejects and cancels the body", async () => {
  const held = new HeldConnection();
  held.connection.abort();
  let isCancelled = false;
  const body = new ReadableStream<string>({ cancel: () => void (isCancelled = true) });
  await assertRejects(() => held.connection.sendStream("text", body), WebSocketError);
  assertEquals(isCancelled, true);
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

test("messages that wait for one in pieces reject when the connection ends, and those to be streamed are cancelled", async () => {
  const held = new HeldConnection();
  const never = new ReadableStream<string>();
  let isCancelled = false;
  const waiting = new ReadableStream<string>({ cancel: () => void (isCancelled = true) });
  const sent = [
    held.connection.sendStream("text", never),
    held.connection.send("second"),
    held.connection.sendStream("text", waiting),
  ];
  await settle();
  held.connection.abort();
  for (const promise of sent) await assertRejects(() => promise, WebSocketError);
  await settle();
  assertEquals([isCancelled, never.locked, waiting.locked], [true, false, false]);
  held.assertGone();
});

test("close() does not wait for a message in pieces, which ends unfinished (RFC 6455 §5.5.1)", async () => {
  const held = new HeldConnection();
  const sent = held.connection.sendStream("text", generate("a", "b", "c"));
  await settle();
  await settle();
  void held.connection.close();
  await assertRejects(() => sent, WebSocketError);
  await settle();
  assertEquals(held.sent().at(-1), "close 1000");
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

test("close() and abort() may come in any turn of a streamed message", async () => {
  for (const act of ["close", "abort"] as const) {
    for (let turn = 0; turn < 40; turn++) {
      const held = new HeldConnection();
      let isReturned = false;
      const body = {
        async *[Symbol.asyncIterator]() {
          try {
            for (;;) yield await Promise.resolve("piece");
          } finally {
            isReturned = true;
          }
        },
      };
      const sent = held.connection.sendStream("text", body);
      for (let count = 0; count < turn; count++) await undefined;
      void held.connection[act]();
      await assertRejects(() => sent, WebSocketError);
      await settle();
      assertEquals(isReturned || turn === 0, true);
      if (act === "close") assertEquals(held.sent().at(-1), "close 1000");
      held.connection.abort();
      held.assertGone();
    }
  }
});

test("a body may close, abort, send, ping and receive while it is asked for a piece", async () => {
  const acts: Record<string, (held: HeldConnection) => unknown> = {
    close: (held) => held.connection.close(),
    abort: (held) => held.connection.abort(),
    send: (held) => held.connection.send("behind"),
    ping: (held) => held.connection.ping(),
    receive: (held) => held.connection.receive(),
    sendStream: (held) => held.connection.sendStream("text", ["be", "hind"]),
  };
  for (const [name, act] of Object.entries(acts)) {
    for (const at of [0, 1, 2]) {
      const held = new HeldConnection();
      let count = 0;
      const next = () => {
        if (count === at) void act(held);
        return { done: count++ === 2, value: "piece" };
      };
      const body = { [Symbol.iterator]: () => ({ next }) } as MessageBody;
      const sent = await held.connection.sendStream("text", body).then(() => "sent", (error) => error.name);
      assertEquals(sent, name === "close" || name === "abort" ? "WebSocketError" : "sent");
      await settle();
      const lines = held.sent().filter((line) => !line.startsWith("ping"));
      const whole = ["text+ piece", "continuation+ piece", "continuation"];
      if (name === "close") assertEquals(lines, [...whole.slice(0, at), "close 1000"]);
      if (name === "send") assertEquals(lines, [...whole, "text behind"]);
      if (name === "sendStream") {
        assertEquals(lines, [...whole, "text+ be", "continuation+ hind", "continuation"]);
      }
      held.connection.abort();
      held.assertGone();
    }
  }
});
