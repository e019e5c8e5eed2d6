import { test } from "node:test";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { acceptWebSocket } from "../../src/connection/accept_web_socket.ts";
import type { ByteStreamPair } from "../../src/connection/byte_transport.ts";
import { connectWebSocket } from "../../src/connection/connect_web_socket.ts";
import type { ConnectionOptions } from "../../src/connection/connection_options.ts";
import { WebSocketConnection } from "../../src/connection/web_socket_connection.ts";
import { WebSocketError } from "../../src/connection/web_socket_error.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { describeFrame, join, makeClose, makeFrame } from "../kit/frame_lines.ts";
import { decodeFrames } from "../kit/frames.ts";
import { settle } from "../kit/held_connection.ts";
import { failureOf } from "../kit/held_handshake.ts";

/** A pair of streams in the hands of the test. */
function createStreams() {
  let source!: ReadableStreamDefaultController<Uint8Array>;
  const written: Uint8Array[] = [];
  const calls: string[] = [];
  const streams: ByteStreamPair = {
    readable: new ReadableStream<Uint8Array>({
      start: (controller) => void (source = controller),
      cancel: () => void calls.push("cancel"),
    }),
    writable: new WritableStream<Uint8Array>({
      write: (chunk) => void written.push(chunk),
      close: () => void calls.push("close"),
      abort: () => void calls.push("abort"),
    }),
  };
  return { streams, source, written, calls };
}

function connect(streams: ByteStreamPair, options: Partial<ConnectionOptions> = {}): WebSocketConnection {
  return new WebSocketConnection(streams, { role: "server", pingInterval: 0, ...options });
}

const masked = { masked: true };

test("locked streams are refused with TypeError, and stay as they were", async () => {
  for (const name of ["readable", "writable"] as const) {
    const { streams, calls } = createStreams();
    const lock = name === "readable" ? streams.readable.getReader() : streams.writable.getWriter();
    const message = "Cannot use the transport: no pair of unlocked streams";
    assertThrows(() => connect(streams), TypeError, message);
    await assertRejects(() => acceptWebSocket(streams), TypeError, message);
    await assertRejects(() => connectWebSocket("ws://a/", streams), TypeError, message);
    assertEquals([streams.readable.locked, streams.writable.locked], [
      name === "readable",
      name === "writable",
    ]);
    lock.releaseLock();
    assertEquals(calls, []);
  }
});

test("streams that are closed or errored before are a peer that is gone", async () => {
  const closed = () => new ReadableStream<Uint8Array>({ start: (controller) => controller.close() });
  const errored = () =>
    new ReadableStream<Uint8Array>({ start: (controller) => controller.error(new Error("reset")) });
  const erroredSink = () =>
    new WritableStream<Uint8Array>({ start: (controller) => controller.error(new Error("reset")) });
  const pairs: (() => Promise<ByteStreamPair> | ByteStreamPair)[] = [
    () => ({ readable: closed(), writable: new WritableStream() }),
    () => ({ readable: errored(), writable: new WritableStream() }),
    () => ({ readable: new ReadableStream(), writable: erroredSink() }),
    async () => {
      const writable = new WritableStream();
      await writable.close();
      return { readable: new ReadableStream(), writable };
    },
    async () => {
      const readable = new ReadableStream();
      await readable.cancel();
      return { readable, writable: new WritableStream() };
    },
  ];
  for (const create of pairs) {
    const clock = createManualClock();
    await failureOf(connectWebSocket("ws://a/", await create(), { clock }));
    const streams = await create();
    const connection = connect(streams);
    if (streams.readable !== undefined) void connection.send("a");
    assertEquals((await connection.closed).closeCode, 1006);
    assertEquals([streams.readable.locked, streams.writable.locked, clock.pending], [false, false, 0]);
  }
});

test("the end of a connection frees the streams' locks, however it comes", async () => {
  const ends: Record<
    string,
    (given: ReturnType<typeof createStreams>, connection: WebSocketConnection) => void
  > = {
    "abort()": (_, connection) => connection.abort(),
    "a clean close": ({ source }) => {
      source.enqueue(makeClose(1000, "", masked));
      source.close();
    },
    "an end": ({ source }) => source.close(),
    "an error of the readable": ({ source }) => source.error(new Error("reset")),
  };
  for (const [name, end] of Object.entries(ends)) {
    const given = createStreams();
    const connection = connect(given.streams);
    await settle();
    assertEquals([given.streams.readable.locked, given.streams.writable.locked], [true, true]);
    end(given, connection);
    await connection.closed;
    await settle();
    assertEquals([given.streams.readable.locked, given.streams.writable.locked], [false, false], name);
    // What was open is torn down; what was ended is not.
    assertEquals(
      given.calls,
      name === "abort()" ? ["cancel", "abort"] : name === "a clean close" ? ["close"] : ["abort"],
    );
  }
});

test("an error of the writable alone ends the connection, and the reading", async () => {
  let sink!: WritableStreamDefaultController;
  const { streams, calls } = createStreams();
  const writable = new WritableStream<Uint8Array>({ start: (controller) => void (sink = controller) });
  const connection = connect({ readable: streams.readable, writable });
  await settle();
  sink.error(new Error("reset"));
  const { closeCode, error } = await connection.closed;
  assertEquals([closeCode, (error as Error).message], [1006, "reset"]);
  assertEquals([calls, streams.readable.locked, writable.locked], [["cancel"], false, false]);
});

test("a write that fails ends the connection, and rejects the sends", async () => {
  const { streams } = createStreams();
  const writable = new WritableStream<Uint8Array>({ write: () => Promise.reject(new Error("reset")) });
  const connection = connect({ readable: streams.readable, writable });
  const sent = connection.send(new Uint8Array(100_000));
  const error = await assertRejects(() => sent, WebSocketError);
  assertEquals((error.cause as Error).message, "reset");
  assertEquals((await connection.closed).closeCode, 1006);
});

/** A sink that takes nothing, and how it learns that it need not. */
function createStalledSink(): { writable: WritableStream<Uint8Array>; isTold: () => boolean } {
  let signal: AbortSignal | undefined;
  const writable = new WritableStream<Uint8Array>({
    start: (controller) => void (signal = controller.signal),
    write: () => new Promise(() => {}),
  });
  // Not every runtime has the signal.
  return { writable, isTold: () => signal?.aborted ?? true };
}

test("the readable's end while a write is pending ends both sides", async () => {
  const { streams, source } = createStreams();
  const { writable, isTold } = createStalledSink();
  const connection = connect({ readable: streams.readable, writable });
  const sent = connection.send(new Uint8Array(100_000));
  await settle();
  source.close();
  await assertRejects(() => sent, WebSocketError);
  assertEquals((await connection.closed).closeCode, 1006);
  assertEquals([streams.readable.locked, writable.locked, isTold()], [false, false, true]);
});

test("a sink that stalls behind our Close is aborted at closeTimeout", async () => {
  const { streams, source } = createStreams();
  const { writable, isTold } = createStalledSink();
  const clock = createManualClock();
  const connection = connect({ readable: streams.readable, writable }, { clock, closeTimeout: 100 });
  source.enqueue(makeFrame("text", "", { rsv: 1 }));
  await settle();
  clock.advance(100);
  assertEquals((await connection.closed).closeCode, 1002);
  assertEquals([writable.locked, isTold(), clock.pending], [false, true, 0]);
});

test("a sink that transfers what it is given takes nobody's memory", async () => {
  if (typeof structuredClone !== "function") return;
  const written: Uint8Array[] = [];
  const writable = new WritableStream<Uint8Array>({
    write: (chunk) => void written.push(structuredClone(chunk, { transfer: [chunk.buffer as ArrayBuffer] })),
  });
  const { streams } = createStreams();
  const connection = connect({ readable: streams.readable, writable });
  const bytes = new Uint8Array(50_000).fill(65);
  await connection.send(bytes);
  await connection.send("small");
  await connection.send(bytes);
  await settle();
  assertEquals(bytes.length, 50_000);
  assertEquals(decodeFrames(join(...written)).map(({ payload }) => payload.length), [50_000, 5, 50_000]);
  connection.abort();
});

test("a sink may keep what it is given: it never changes", async () => {
  const { streams, written } = createStreams();
  const connection = connect(streams);
  const bytes = new Uint8Array(50_000).fill(65);
  await connection.send(bytes);
  bytes.fill(66);
  for (let index = 0; index < 100; index++) await connection.send(`${index}`);
  await settle();
  const frames = decodeFrames(join(...written));
  assertEquals(frames[0]!.payload.every((byte) => byte === 65), true);
  assertEquals(
    frames.slice(1).map(describeFrame),
    Array.from({ length: 100 }, (_, index) => `text ${index}`),
  );
  connection.abort();
});

test("a chunk that its producer changes afterwards was copied", async () => {
  const { streams, source } = createStreams();
  const connection = connect(streams);
  const chunk = makeFrame("binary", new Uint8Array(100).fill(1), masked);
  source.enqueue(chunk);
  const message = await connection.receive();
  chunk.fill(2);
  assertEquals(message, new Uint8Array(100).fill(1));
  connection.abort();
});

test("chunks of every make are read: empty, of a pool, of a larger buffer", async () => {
  const { streams, source } = createStreams();
  const connection = connect(streams);
  const frame = makeFrame("text", "Hello", masked);
  const pool = new Uint8Array(100).fill(0xee);
  pool.set(frame, 40);
  source.enqueue(new Uint8Array(0));
  source.enqueue(pool.subarray(40, 44));
  source.enqueue(new Uint8Array(0));
  source.enqueue(pool.subarray(44, 40 + frame.length));
  assertEquals(await connection.receive(), "Hello");
  connection.abort();
});

test("nothing is read from a stream that nobody wants to receive from", async () => {
  let pulls = 0;
  const readable = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulls++;
      controller.enqueue(makeFrame("binary", new Uint8Array(10_000), masked));
    },
  }, { highWaterMark: 0 });
  const connection = connect({ readable, writable: new WritableStream() });
  for (let turns = 0; turns < 20; turns++) await settle();
  assertEquals(pulls <= 8, true, `${pulls} pulls`);
  for (let count = 0; count < 50; count++) await connection.receive();
  connection.abort();
});

test("a chunk may be a buffer or any view of one, and what is no bytes ends the connection", async () => {
  const { streams, source } = createStreams();
  const connection = connect(streams);
  const frame = makeFrame("text", "Hello", masked);
  source.enqueue(frame.slice(0, 5).buffer as unknown as Uint8Array);
  source.enqueue(new DataView(frame.slice(5).buffer) as unknown as Uint8Array);
  assertEquals(await connection.receive(), "Hello");
  source.enqueue("text" as unknown as Uint8Array);
  const { closeCode, error } = await connection.closed;
  assertEquals([closeCode, (error as Error).message], [1006, "Cannot read the stream: a chunk is no bytes"]);
  assertEquals([streams.readable.locked, streams.writable.locked], [false, false]);
});

test("a stream that always has a chunk lets timers and other connections have their turn", async () => {
  const frame = makeFrame("text", "x", masked);
  let chunks = 0;
  const readable = new ReadableStream<Uint8Array>({
    pull: (controller) => ++chunks < 1_000_000 ? controller.enqueue(frame) : controller.close(),
  });
  const connection = new WebSocketConnection({ readable, writable: new WritableStream() }, {
    role: "server",
    onMessage() {},
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  connection.abort();
  assert(chunks < 1_000_000, "no timer had its turn");
});
