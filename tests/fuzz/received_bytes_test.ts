import { test } from "node:test";
import { assertEquals } from "@std/assert";
import type { EngineEvent } from "../../src/protocol/engine_event.ts";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { describeEvents, describeOutput, roles } from "../kit/feed_engine.ts";
import { concat, encodeFrame, utf8 } from "../kit/frames.ts";
import { type Chance, fuzz } from "../kit/fuzz.ts";
import { judge, type Terms } from "../kit/protocol_oracle.ts";

/** A payload of a kind that a rule may look at. */
function createPayload(chance: Chance, most: number): Uint8Array {
  const length = chance.integer(chance.pick([0, 1, 5, 130, most]));
  if (chance.happens(0.1)) return chance.bytes(length);
  const text = utf8(chance.text(length));
  // The end may cut a code point.
  return text.subarray(0, Math.min(length, text.length));
}

/** Frames that a peer might send, with a broken rule every now and then, and at times a byte changed or the end cut. */
function createBytes(chance: Chance, masked: boolean): Uint8Array {
  const frames: Uint8Array[] = [];
  let fragmented = false;
  for (let count = chance.integer(12); count > 0; count--) {
    const wrong = () => chance.happens(0.01);
    const control = chance.happens(0.3);
    let opcode = control ? chance.pick([8, 9, 9, 9, 10, 10]) : fragmented ? 0 : chance.pick([1, 1, 2]);
    if (wrong()) opcode = chance.integer(15);
    const fin = control || chance.happens(0.6);
    if (!control) fragmented = !fin;
    let payload = createPayload(chance, control ? 125 : 400);
    if (opcode === 8 && payload.length > 0 && chance.happens(0.9)) {
      payload = concat([Uint8Array.of(3, 0xe8 + chance.integer(20)), payload.subarray(0, 123)]);
    }
    frames.push(encodeFrame({
      opcode,
      fin: wrong() ? !fin : fin,
      rsv: wrong() ? chance.integer(7) : 0,
      key: wrong() === masked ? undefined : chance.bytes(4),
      payload: control && !wrong() ? payload.subarray(0, 125) : payload,
    }, wrong() ? chance.pick([2, 8]) : undefined));
  }
  const bytes = concat(frames);
  if (bytes.length > 0 && chance.happens(0.3)) {
    bytes[chance.integer(bytes.length - 1)]! ^= 1 << chance.integer(7);
  }
  return chance.happens(0.2) ? bytes.subarray(0, chance.integer(bytes.length)) : bytes;
}

/** What an engine makes of chunks; each is overwritten behind its turn. */
function run(terms: Terms, chunks: readonly Uint8Array[], chance: Chance, streaming: boolean) {
  const engine = new WebSocketEngine({ ...terms, streaming });
  const events: EngineEvent[] = [];
  const output: Uint8Array[] = [];
  for (const chunk of chunks) {
    const lent = chunk.slice();
    const left = engine.unreadBytes;
    engine.receive(lent);
    if (chance.happens(0.05)) engine.park();
    else assertEquals(lent, chunk);
    // Each turn consumes bytes or tells something, and it ends.
    for (let turns = 0;; turns++) {
      const event = engine.next();
      if (event === undefined) break;
      events.push(event);
      if (turns > left + chunk.length) throw new Error("It tells more than there are bytes");
    }
    // A torn header at most.
    assertEquals(engine.unreadBytes < 14, true);
    lent.fill(0x58);
    if (chance.happens(0.5)) output.push(...engine.takeOutput());
  }
  output.push(...engine.takeOutput());
  const end = events.findIndex((event) => event.type === "close" || event.type === "error");
  assertEquals(end === -1 || end === events.length - 1, true);
  return { events: describeEvents(events), sent: describeOutput(terms.role, output) };
}

for (const role of roles) {
  test(`${role}: frames sound and broken are judged as the RFC reads, however they are cut (§5-§8)`, () => {
    fuzz(500, (chance) => {
      const bytes = createBytes(chance, role === "server");
      const terms = {
        role,
        maxMessageSize: chance.pick([0, 5, 300, 1000, 1048576]),
        maxFragments: chance.pick([1, 2, 5, 16384]),
      };
      const verdict = judge(bytes, terms);
      assertEquals(run(terms, [bytes], chance, false), verdict);
      assertEquals(run(terms, chance.cut(bytes, 100), chance, false), verdict);
      assertEquals(run(terms, chance.cut(bytes, 100), chance, true), verdict);
    });
  });

  test(`${role}: any bytes are judged as the RFC reads, however they are cut (§5-§8)`, () => {
    fuzz(700, (chance) => {
      const bytes = chance.bytes(chance.integer(40));
      // Past the first byte, most chance would fail at once.
      if (bytes.length > 1 && chance.happens(0.9)) {
        bytes[0] = chance.pick([0x01, 0x02, 0x81, 0x82, 0x88, 0x89, 0x8a]);
        bytes[1] = (role === "server" ? 0x80 : 0) | chance.pick([0, 1, 2, 5, 10, 20, 126, 127]);
      }
      const terms = {
        role,
        maxMessageSize: chance.pick([100, 100_000, Number.MAX_SAFE_INTEGER]),
        maxFragments: 3,
      };
      const verdict = judge(bytes, terms);
      assertEquals(run(terms, [bytes], chance, false), verdict);
      assertEquals(run(terms, chance.cut(bytes, 10), chance, false), verdict);
      assertEquals(run(terms, chance.cut(bytes, 10), chance, true), verdict);
    });
  });
}
