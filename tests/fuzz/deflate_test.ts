import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import type { DeflateOptions } from "../../src/deflate/deflate_options.ts";
import type { EngineEvent } from "../../src/protocol/engine_event.ts";
import type { MessageCodec } from "../../src/protocol/extension.ts";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { createCodecPair, samples } from "../kit/deflate_samples.ts";
import { describeEvents, roles } from "../kit/feed_engine.ts";
import { concat, toHex } from "../kit/frames.ts";
import { type Chance, fuzz } from "../kit/fuzz.ts";

function createOptions(chance: Chance): DeflateOptions {
  return {
    threshold: chance.pick([0, 100, 1000]),
    compress: chance.happens(0.8),
    level: chance.integer(9),
    memLevel: 1 + chance.integer(8),
    sendWindowBits: 8 + chance.integer(7),
    receiveWindowBits: 8 + chance.integer(7),
    sendTakeover: chance.happens(0.7),
    receiveTakeover: chance.happens(0.7),
  };
}

function createMessage(chance: Chance): Uint8Array | string {
  if (chance.happens(0.3)) return chance.text(chance.integer(200)).toWellFormed().repeat(chance.integer(4));
  const bytes = chance.pick([...samples.values()]);
  const from = chance.integer(bytes.length);
  return bytes.slice(from, from + chance.integer(chance.pick([5, 500, 20_000])));
}

/** What was sent, as it is to be told. */
function describeMessage(message: Uint8Array | string): string {
  return (typeof message === "string" ? `text ${message}` : `binary ${toHex(message)}`).trimEnd();
}

/** What a receiver tells of bytes cut anywhere. */
function receive(engine: WebSocketEngine, chunks: readonly Uint8Array[]): string[] {
  const events: EngineEvent[] = [];
  for (const chunk of chunks) {
    engine.receive(chunk);
    for (let event; (event = engine.next()) !== undefined;) events.push(event);
    engine.park();
  }
  return describeEvents(events);
}

test("what is sent is told, whatever was agreed, compressed, cut or put between (RFC 7692 §6)", () => {
  fuzz(60, (chance) => {
    const codecs = createCodecPair(createOptions(chance), createOptions(chance));
    if (chance.happens(0.5)) codecs.reverse();
    const role = chance.pick(roles);
    const sender = new WebSocketEngine({ role, codec: codecs[0] });
    const receiver = new WebSocketEngine({
      role: role === "client" ? "server" : "client",
      codec: codecs[1],
      streaming: chance.happens(0.3),
    });
    const expected: string[] = [];
    const output: Uint8Array[] = [];
    for (let count = 0; count < 12; count++) {
      const message = createMessage(chance);
      expected.push(describeMessage(message));
      const options = chance.pick([{}, {}, { compress: true }, { compress: false }]);
      const bytes = typeof message === "string" ? new TextEncoder().encode(message) : message;
      if (chance.happens(0.4)) {
        const type = typeof message === "string" ? "text" : "binary";
        for (const piece of chance.cut(bytes, 5000)) sender.sendPiece(type, piece, false, options);
        sender.sendPiece(type, new Uint8Array(), true, options);
      } else sender.send(message, { ...options, fragmentSize: chance.pick([0, 0, 1, 100]) });
      if (chance.happens(0.3)) {
        sender.ping(Uint8Array.of(count));
        expected.push(`ping ${toHex(Uint8Array.of(count))}`);
      }
      output.push(...sender.takeOutput().map((chunk) => chunk.slice()));
    }
    assertEquals(receive(receiver, chance.cut(concat(output), 5000)), expected);
    sender.dispose();
    receiver.dispose();
  });
});

/** A codec that is left out of what it must not hear of. */
function withoutOthers(codec: MessageCodec, heard: Uint8Array[]): MessageCodec {
  return {
    encodes: (length, compress) => codec.encodes(length, compress),
    encode: (payload, fin) => codec.encode(payload, fin),
    decode(payload, fin, limit) {
      heard.push(payload.slice());
      return codec.decode(payload, fin, limit);
    },
    close: () => codec.close(),
  };
}

test("control frames and uncompressed messages never come near a window (RFC 7692 §7.2.3.2)", () => {
  fuzz(40, (chance) => {
    const options = createOptions(chance);
    const heard: Uint8Array[][] = [[], []];
    const codecs = [createCodecPair(options, options), createCodecPair(options, options)];
    const messages = Array.from({ length: 8 }, () => createMessage(chance));
    // Twice the same messages, the second time with others between.
    const told = codecs.map(([client, server], round) => {
      const sender = new WebSocketEngine({ role: "client", codec: client });
      const receiver = new WebSocketEngine({ role: "server", codec: withoutOthers(server, heard[round]!) });
      const lines: string[] = [];
      for (const message of messages) {
        if (round === 1) {
          sender.ping(Uint8Array.of(1, 2, 3));
          sender.send(samples.get("JSON")!, { compress: false });
        }
        sender.send(message, { compress: true });
        lines.push(...receive(receiver, [concat(sender.takeOutput())]));
      }
      return lines;
    });
    assertEquals(heard[0], heard[1]);
    const others = ["ping 010203", describeMessage(samples.get("JSON")!)];
    assertEquals(
      told[1]!.filter((line) => !others.includes(line)),
      told[0]!.filter((line) => !others.includes(line)),
    );
  });
});

test("a damaged message is told within the limit or fails with 1002, 1007 or 1009 (RFC 7692 §7.2.2)", () => {
  fuzz(300, (chance) => {
    const [client, server] = createCodecPair(createOptions(chance), createOptions(chance));
    const sender = new WebSocketEngine({ role: "client", codec: client });
    const receiver = new WebSocketEngine({ role: "server", codec: server, maxMessageSize: 30_000 });
    const message = createMessage(chance);
    sender.send(message, { compress: true });
    const bytes = Uint8Array.from(concat(sender.takeOutput()));
    for (let count = chance.integer(3); count >= 0; count--) {
      bytes[chance.integer(bytes.length - 1)]! ^= 1 << chance.integer(7);
    }
    receiver.receive(bytes);
    for (let event; (event = receiver.next()) !== undefined;) {
      if (event.type === "message") assert(event.data.length <= 30_000);
      if (event.type === "error") {
        assert([1002, 1007, 1009].includes(event.error.closeCode), event.error.message);
      }
    }
    if (receiver.error !== undefined) assertEquals(receiver.next(), undefined);
  });
});
