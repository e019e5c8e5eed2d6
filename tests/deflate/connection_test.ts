import { test } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { acceptWebSocket } from "../../src/connection/accept_web_socket.ts";
import { connectWebSocket } from "../../src/connection/connect_web_socket.ts";
import { createWebSocketPair } from "../../src/connection/create_web_socket_pair.ts";
import { prepareMessage } from "../../src/connection/prepare_message.ts";
import type { WebSocketConnection } from "../../src/connection/web_socket_connection.ts";
import { WebSocketError } from "../../src/connection/web_socket_error.ts";
import type { DeflateCodec } from "../../src/deflate/deflate_codec.ts";
import type { DeflateOptions } from "../../src/deflate/deflate_options.ts";
import { pakoCodec } from "../../src/deflate/pako_codec.ts";
import { permessageDeflate } from "../../src/deflate/permessage_deflate.ts";
import { HandshakeError } from "../../src/handshake/handshake_error.ts";
import { ProtocolError } from "../../src/protocol/protocol_error.ts";
import { createTransportPair } from "../../src/testing/mod.ts";
import { plantFault } from "../kit/codec_faults.ts";
import { samples } from "../kit/deflate_samples.ts";

const name = "permessage-deflate";
const text = new TextDecoder().decode(samples.get("200 000 bytes of text"));

/** Both ends of a connection, after the opening handshake of both. */
async function open(
  client: DeflateOptions | undefined,
  server: DeflateOptions | undefined,
): Promise<[WebSocketConnection, WebSocketConnection]> {
  const [near, far] = createTransportPair();
  const extend = (options: DeflateOptions | undefined) => ({
    extensions: options ? [permessageDeflate(options)] : [],
  });
  return await Promise.all([
    connectWebSocket("ws://example.com/", near, extend(client)),
    acceptWebSocket(far, extend(server)),
  ]);
}

/** How many bytes it takes to send a message, after it has arrived. */
async function measure(
  sender: WebSocketConnection,
  receiver: WebSocketConnection,
  message: string,
): Promise<number> {
  const before = receiver.stats.bytesReceived;
  const sending = sender.send(message);
  assertEquals(await receiver.receive(), message);
  await sending;
  return receiver.stats.bytesReceived - before;
}

test("a connection agrees on what both want, and compresses both ways by it (RFC 7692 §5, §7)", async () => {
  for (
    const [client, server, expected] of [
      [{}, {}, `${name}; server_max_window_bits=12; client_max_window_bits=12`],
      [{ sendWindowBits: 15 }, { sendWindowBits: 15 }, name],
      [
        { receiveTakeover: false },
        {},
        `${name}; server_no_context_takeover; server_max_window_bits=12; client_max_window_bits=12`,
      ],
      [
        {},
        { receiveWindowBits: 9, receiveTakeover: false, sendTakeover: false },
        `${name}; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12; client_max_window_bits=9`,
      ],
    ] as const
  ) {
    const [near, far] = await open(client, server);
    assertEquals([near.extensions, far.extensions], [expected, expected]);
    for (const [sender, receiver] of [[near, far], [far, near]] as const) {
      assert(await measure(sender, receiver, text) < text.length / 2);
      const takeover = !expected.includes(sender === near ? "client_no_context" : "server_no_context");
      const [first, second] = [
        await measure(sender, receiver, "x1y2z3".repeat(50)),
        await measure(sender, receiver, "x1y2z3".repeat(50)),
      ];
      assertEquals(second < first, takeover);
    }
    await near.close();
  }
});

test("a connection is not compressed where one side does not want it (RFC 7692 §5.1)", async () => {
  for (const [client, server] of [[{}, undefined], [undefined, {}]] as const) {
    const [near, far] = await open(client, server);
    assertEquals([near.extensions, far.extensions], ["", ""]);
    assert(await measure(near, far, text) > text.length);
    await near.close();
  }
});

test("a client does not connect to a server that answers what was not offered (RFC 7692 §5.1)", async () => {
  const wrong = {
    ...permessageDeflate(),
    accept: () => ({
      ...permessageDeflate().accept([])!,
      parameters: [["server_max_window_bits", "16"]] as const,
    }),
  };
  const [near, far] = createTransportPair();
  const accepting = acceptWebSocket(far, { extensions: [wrong] });
  const error = await assertRejects(() =>
    connectWebSocket("ws://example.com/", near, { extensions: [permessageDeflate()] })
  );
  assertInstanceOf(error, HandshakeError);
  (await accepting).abort();
});

test("send() compresses as its options say (RFC 7692 §6)", async () => {
  const extension = permessageDeflate({ compress: false }).accept([])!;
  const frames: boolean[] = [];
  const [client, server] = createWebSocketPair({ extension, onFrame: ({ rsv1 }) => void frames.push(rsv1) }, {
    extension,
  });
  const short = "a short one";
  for (const compress of [undefined, true, false, true]) {
    await client.send(short, { compress });
    assertEquals(await server.receive(), short);
  }
  assertEquals(frames, [false, true, false, true]);
  await client.close();
});

test("a streamed message is compressed as it goes, and inflated as it comes (RFC 7692 §6.1)", async () => {
  const extension = permessageDeflate().accept([])!;
  const [client, server] = createWebSocketPair({ extension }, {
    extension,
    maxMessageSize: Number.MAX_SAFE_INTEGER,
  });
  const piece = samples.get("200 000 bytes of text")!;
  const count = 25;
  const sending = client.sendStream(
    "binary",
    (async function* () {
      for (let at = 0; at < count; at++) yield piece;
    })(),
  );
  let received = 0;
  let largest = 0;
  for await (const message of server.messages()) {
    for await (const chunk of message.body) {
      received += chunk.length;
      largest = Math.max(largest, chunk.length);
    }
    break;
  }
  await sending;
  assertEquals(received, count * piece.length);
  assert(largest < 2_000_000, `a chunk of ${largest} bytes`);
  assert(client.stats.bytesSent < received / 2);
  await client.close();
});

test("a message that is too big once inflated closes with 1009, and one that is corrupt with 1007 (RFC 6455 §7.4.1)", async () => {
  const extension = permessageDeflate().accept([])!;
  const [client, server] = createWebSocketPair({ extension }, { extension, maxMessageSize: 1000 });
  void client.send("x".repeat(1001));
  assertEquals(await server.receive(), undefined);
  assertEquals((await client.closed).closeCode, 1009);
  assertEquals((await server.closed).closeCode, 1009);

  const { createInflater } = pakoCodec;
  const garbling: DeflateCodec = {
    createDeflater: () => ({ deflate: () => Uint8Array.of(7, 0), note() {}, close() {} }),
    createInflater,
  };
  const [garbler, victim] = createWebSocketPair({
    extension: permessageDeflate({ codec: garbling }).accept([])!,
  }, { extension });
  void garbler.send("x".repeat(1000));
  assertEquals(await victim.receive(), undefined);
  assertEquals((await garbler.closed).closeCode, 1007);
});

test("a codec that breaks closes with 1011, whoever looks, and is never a crash (RFC 6455 §7.4.1)", async () => {
  const fail = () => {
    throw new Error("out of memory");
  };
  const broken: DeflateCodec = {
    createDeflater: () => ({ deflate: fail, note: fail, close() {} }),
    createInflater: () => ({ inflate: fail, close() {} }),
  };
  const extension = permessageDeflate().accept([])!;
  const breaking = permessageDeflate({ codec: broken }).accept([])!;
  const [client, server] = createWebSocketPair({ extension: breaking }, { extension });
  void client.send(text);
  await assertRejects(() => client.send("Hello", { compress: false }), WebSocketError);
  assertEquals(await server.receive(), undefined);
  assertEquals((await server.closed).closeCode, 1011);
  const { error } = await client.closed;
  assertInstanceOf(error, ProtocolError);
  assertEquals(`${error.cause}`, "Error: out of memory");

  const [sender, victim] = createWebSocketPair({ extension }, { extension: breaking });
  void sender.send(text);
  assertEquals(await victim.receive(), undefined);
  assertEquals((await sender.closed).closeCode, 1011);
  assertEquals((await victim.closed).closeCode, 1011);
});

test("wherever a codec breaks, the connection closes with 1011, and nothing wrong is delivered (RFC 6455 §7.4.1)", async () => {
  const extension = permessageDeflate().accept([])!;
  // Each is one chunk.
  const messages = [text.slice(0, 20_000), text.slice(9000, 30_000), text.slice(0, 5000)];
  for (const faulty of ["deflate", "inflate", "note", "shared deflate"] as const) {
    const call = faulty === "shared deflate" ? "deflate" : faulty;
    for (let at = 1; at <= messages.length; at++) {
      const broken = permessageDeflate({ codec: plantFault(pakoCodec, call, at) }).accept([])!;
      const [sender, receiver] = faulty === "inflate"
        ? createWebSocketPair({ extension }, { extension: broken })
        : createWebSocketPair({ extension: broken }, { extension });
      const sends = messages.map((message) =>
        sender.send(call === faulty && call !== "note" ? message : prepareMessage(message))
      );
      for (const message of messages.slice(0, at - 1)) {
        assert(await receiver.receive() === message, `${faulty} ${at}`);
      }
      assertEquals(await receiver.receive(), undefined);
      assertEquals((await sender.closed).closeCode, 1011, `${faulty} ${at}`);
      assertEquals((await receiver.closed).closeCode, 1011, `${faulty} ${at}`);
      const outcomes = await Promise.allSettled(sends);
      if (faulty !== "inflate") {
        const expected = messages.map((_, index) => index + 1 < at ? "fulfilled" : "rejected");
        assertEquals(outcomes.map(({ status }) => status), expected, `${faulty} ${at}`);
      }
      await assertRejects(() => sender.send("Hello", { compress: false }), WebSocketError);
    }
  }
});

test("a codec is closed with its connection, however that ends (RFC 7692 §7.1.1)", async () => {
  for (const end of ["close", "abort"] as const) {
    let open = 0;
    const counting: DeflateCodec = {
      createDeflater(settings) {
        open++;
        const deflater = pakoCodec.createDeflater(settings);
        return {
          deflate: (piece, fin) => deflater.deflate(piece, fin),
          note: (message) => deflater.note(message),
          close: () => (open--, deflater.close()),
        };
      },
      createInflater(settings) {
        open++;
        const inflater = pakoCodec.createInflater(settings);
        return {
          inflate: (piece, fin, limit) => inflater.inflate(piece, fin, limit),
          close: () => (open--, inflater.close()),
        };
      },
    };
    const extension = permessageDeflate({ codec: counting }).accept([])!;
    const [client, server] = createWebSocketPair({ extension }, { extension });
    const sending = client.send(text);
    await server.receive();
    await sending;
    assertEquals(open, 2);
    await client[end]();
    await Promise.all([client.closed, server.closed]);
    assertEquals(open, 0);
    await assertRejects(() => client.send(text), WebSocketError);
  }
});

test("a bomb in a streamed message is inflated a piece at a time, as it is asked for (RFC 7692 §8)", async () => {
  const extension = permessageDeflate({ sendWindowBits: 15 }).accept([])!;
  const size = 16 * 1024 * 1024;
  const [client, server] = createWebSocketPair({ extension }, { extension, maxMessageSize: size });
  const sending = client.send(new Uint8Array(size));
  let largest = 0;
  let received = 0;
  for await (const message of server.messages()) {
    for await (const chunk of message.body) {
      received += chunk.length;
      largest = Math.max(largest, chunk.length);
    }
    break;
  }
  await sending;
  assertEquals(received, size);
  assert(largest < 3 * 1024 * 1024, `a piece of ${largest} bytes`);
  await client.close();
});
