import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { describeEvents, describeFrame, fromPeer } from "../kit/feed_engine.ts";
import { concat, decodeFrames, sameBytes, toHex } from "../kit/frames.ts";
import { fuzz } from "../kit/fuzz.ts";

/** Bytes that left an engine, and what they were then. */
interface Departure {
  readonly chunk: Uint8Array;
  readonly copy: Uint8Array;
}

test("engines that share a process never share a byte, on their way in or out (§5)", () => {
  fuzz(15, (chance) => {
    const engines = Array.from(
      { length: 5 },
      () => new WebSocketEngine({ role: chance.pick(["client", "server"]) }),
    );
    /** What was sent and told to be sent, and what was received and told. */
    const sent = engines.map((): string[] => []);
    const told = engines.map((): string[] => []);
    const received = engines.map((): string[] => []);
    const departed = engines.map((): Uint8Array[] => []);
    /** Given to the transport, which has not written it. */
    const flying: Departure[][] = engines.map(() => []);
    const handedOut: { readonly data: Uint8Array; readonly copy: Uint8Array }[] = [];

    const takeOff = (index: number) => {
      for (const chunk of engines[index]!.takeOutput(chance.pick([1, 20_000, Infinity]))) {
        flying[index]!.push({ chunk, copy: chunk.slice() });
      }
    };
    const land = (index: number) => {
      for (const { chunk, copy } of flying[index]!) {
        assert(sameBytes(chunk, copy), "output changed before it left");
        departed[index]!.push(copy);
      }
      flying[index] = [];
      engines[index]!.confirmOutput();
    };

    for (let step = 0; step < 120; step++) {
      const index = chance.integer(engines.length - 1);
      const engine = engines[index]!;
      const length = chance.integer(chance.pick([5, 200, 2000, 17_000, 17_000, 66_000]));
      const payload = new Uint8Array(length).fill(step).fill(index, 0, length >> 1);
      switch (chance.integer(5)) {
        case 0: {
          const lends = engine.send(payload, { fragmentSize: chance.pick([undefined, undefined, 16_500]) });
          received[index]!.push(toHex(payload));
          // What is not lent is the application's again.
          if (!lends) payload.fill(0xee);
          break;
        }
        case 1:
          engine.send(`${step} `.repeat(length >> 3));
          received[index]!.push(toHex(new TextEncoder().encode(`${step} `.repeat(length >> 3))));
          break;
        case 2:
        case 3: {
          const input = fromPeer(engine.role, { opcode: 2, payload }, {
            opcode: 9,
            payload: payload.subarray(0, 125),
          });
          const copy = input.slice();
          for (const chunk of chance.cut(input, 30_000)) {
            engine.receive(chunk);
            for (let event; (event = engine.next()) !== undefined;) {
              told[index]!.push(...describeEvents([event]));
              const data = event.type === "message" ? event.data : event.type === "ping" ? event.payload : "";
              assert(typeof data !== "string");
              // Half of what is told is scribbled on, half is to stay.
              if (chance.happens(0.5)) data.fill(0xcc);
              else handedOut.push({ data, copy: data.slice() });
            }
          }
          assert(sameBytes(input, copy), "input was written to");
          input.fill(0xdd);
          sent[index]!.push(
            `binary ${toHex(payload)}`.trimEnd(),
            `ping ${toHex(payload.subarray(0, 125))}`.trimEnd(),
          );
          received[index]!.push(toHex(payload.subarray(0, 125)));
          break;
        }
        case 4:
          takeOff(index);
          break;
        default:
          // A transport that wrote all of it.
          land(index);
      }
    }
    engines.forEach((engine, index) => {
      while (engine.queuedBytes > 0) takeOff(index);
    });
    engines.forEach((_, index) => land(index));
    engines.forEach((engine, index) => {
      assertEquals(told[index], sent[index]);
      const messages: string[] = [];
      let parts: Uint8Array[] = [];
      for (const frame of decodeFrames(concat(departed[index]!))) {
        assert((frame.key !== undefined) === (engine.role === "client"), describeFrame(frame));
        parts.push(frame.payload);
        if (!frame.fin) continue;
        messages.push(toHex(concat(parts)));
        parts = [];
      }
      assertEquals(messages, received[index]);
    });
    for (const { data, copy } of handedOut) {
      assert(sameBytes(data, copy), "a message changed after it was told");
    }
  });
});
