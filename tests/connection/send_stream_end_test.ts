import { test } from "node:test";
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { MessageBody } from "../../src/connection/send_stream.ts";
import { WebSocketError } from "../../src/connection/web_socket_error.ts";
import { HeldConnection, settle } from "../kit/held_connection.ts";

async function* generate<Chunk>(...chunks: Chunk[]): AsyncGenerator<Chunk> {
  for (const chunk of chunks) {
    await settle();
    yield chunk;
  }
}

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
    await assertRejects(
      () => held.connection.sendStream(type, body as MessageBody),
      TypeError,
      "Cannot send: ",
    );
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
