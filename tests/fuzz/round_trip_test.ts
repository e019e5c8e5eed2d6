import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import type { EngineEvent } from "../../src/protocol/engine_event.ts";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { describeEvents, describeFrame, roles } from "../kit/feed_engine.ts";
import { concat, decodeFrames, toHex, utf8 } from "../kit/frames.ts";
import { type Chance, fuzz } from "../kit/fuzz.ts";
import { ToyCodec } from "../kit/toy_codec.ts";

/** A length near one that matters. */
function createLength(chance: Chance): number {
  const near = chance.pick([
    0,
    1,
    16,
    48,
    64,
    126,
    128,
    512,
    chance.happens(0.2) ? 16370 : 3,
    chance.happens(0.05) ? 65536 : 5,
  ]);
  return Math.max(0, near + chance.integer(4) - 2);
}

/** Makes the sender do something; returns the line that the receiver is to tell. */
function act(chance: Chance, sender: WebSocketEngine, compress: boolean | undefined): string {
  const length = createLength(chance);
  const fragmentSize = chance.happens(0.3)
    ? Math.max(1, Math.ceil(length / (1 + chance.integer(5))))
    : undefined;
  switch (chance.integer(5)) {
    case 0:
    case 1: {
      const text = length > 1000 ? "x".repeat(length) : chance.text(length);
      sender.send(text, { fragmentSize, compress });
      return `text ${new TextDecoder("utf-8", { ignoreBOM: true }).decode(utf8(text))}`.trimEnd();
    }
    case 2: {
      const bytes = chance.bytes(length);
      sender.send(bytes, { fragmentSize, compress });
      return `binary ${toHex(bytes)}`.trimEnd();
    }
    case 3: {
      const bytes = chance.bytes(length);
      for (let at = 0; at < bytes.length;) {
        sender.sendPiece("binary", bytes.subarray(at, at += 1 + chance.integer(length)), false, { compress });
      }
      sender.sendPiece("binary", new Uint8Array(), true, { compress });
      return `binary ${toHex(bytes)}`.trimEnd();
    }
    default: {
      const payload = chance.bytes(chance.integer(125));
      const pings = chance.happens(0.5);
      if (pings) sender.ping(payload);
      else sender.pong(payload);
      return `${pings ? "ping" : "pong"} ${toHex(payload)}`.trimEnd();
    }
  }
}

for (const role of roles) {
  test(`${role}: what one engine sends, the other one tells, in order, in the shortest frames (§5)`, () => {
    fuzz(200, (chance) => {
      const compresses = chance.happens(0.3);
      const codec = () => compresses ? new ToyCodec() : undefined;
      const sender = new WebSocketEngine({ role, codec: codec(), fragmentSize: chance.pick([0, 0, 1000]) });
      const receiver = new WebSocketEngine({
        role: role === "client" ? "server" : "client",
        codec: codec(),
        streaming: chance.happens(0.3),
      });
      const expected: string[] = [];
      const events: EngineEvent[] = [];
      const output: Uint8Array[] = [];
      const deliver = (limit: number) => {
        const chunks = sender.takeOutput(limit);
        output.push(...chunks.map((chunk) => chunk.slice()));
        for (const chunk of chance.cut(concat(chunks), 20_000)) {
          receiver.receive(chunk);
          for (let event; (event = receiver.next()) !== undefined;) events.push(event);
        }
        sender.confirmOutput();
      };
      for (let count = chance.integer(8); count > 0; count--) {
        expected.push(act(chance, sender, chance.pick([undefined, true, false])));
        if (chance.happens(0.3)) deliver(chance.pick([1, 1000, Infinity]));
      }
      sender.close(1000, "bye");
      while (sender.queuedBytes > 0) deliver(chance.pick([1, 1000, Infinity]));
      assertEquals(describeEvents(events), [...expected, "close 1000 bye"]);
      // The decoder refuses what is not minimal.
      const frames = decodeFrames(concat(output));
      for (const frame of frames) {
        assert((frame.key !== undefined) === (role === "client"), describeFrame(frame));
      }
      // And the answers come back.
      sender.receive(concat(receiver.takeOutput()));
      const answers = [];
      for (let event; (event = sender.next()) !== undefined;) answers.push(event);
      const pings = expected.filter((line) => line.startsWith("ping"));
      assertEquals(describeEvents(answers), [
        ...pings.map((line) => line.replace("ping", "pong")),
        "close 1000",
      ]);
    });
  });

  test(`${role}: while nothing leaves, control frames overtake messages and nothing else changes its place (§5.4)`, () => {
    fuzz(150, (chance) => {
      const sender = new WebSocketEngine({ role });
      const messages: string[] = [];
      const controls: string[] = [];
      const output: Uint8Array[] = [];
      for (let count = chance.integer(20); count > 0; count--) {
        sender.congested = chance.happens(0.7);
        const line = act(chance, sender, undefined);
        if (line.startsWith("p")) controls.push(line);
        else messages.push(line);
        if (chance.happens(0.2)) output.push(...sender.takeOutput(chance.pick([1, 1000])));
      }
      output.push(...sender.takeOutput());
      const receiver = new WebSocketEngine({ role: role === "client" ? "server" : "client" });
      receiver.receive(concat(output));
      const events: EngineEvent[] = [];
      for (let event; (event = receiver.next()) !== undefined;) events.push(event);
      const lines = describeEvents(events);
      assertEquals(lines.filter((line) => !line.startsWith("p")), messages);
      assertEquals(lines.filter((line) => line.startsWith("p")).sort(), controls.sort());
    });
  });
}
