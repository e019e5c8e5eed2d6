/**
 * What an engine makes of some bytes, however they are cut. A log is a list of lines such as "text Hello",
 * "binary 00ff", "ping 70", "close 1000 bye", "fail 1002", so that a test reads as the rule it holds.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { EngineEvent } from "../../src/protocol/engine_event.ts";
import type { EngineOptions } from "../../src/protocol/engine_options.ts";
import type { MessageCodec } from "../../src/protocol/extension.ts";
import type { Role } from "../../src/protocol/role.ts";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import {
  concat,
  decodeFrames,
  encodeFrame,
  exampleKey,
  type Frame,
  type FrameFields,
  hex,
  sameBytes,
  toHex,
  utf8,
} from "./frames.ts";

/** Both of them. */
export const roles: readonly Role[] = ["client", "server"];

/** Options of an engine, but for its role; the codec is made anew for each run. */
export interface FeedOptions extends Omit<EngineOptions, "role" | "codec"> {
  readonly createCodec?: () => MessageCodec;
  /** What happens to an engine before it is fed. */
  readonly prepare?: (engine: WebSocketEngine) => void;
}

/** What became of some bytes. */
export interface Outcome {
  /** What the engine told. */
  readonly events: readonly string[];
  /** What it sent. */
  readonly sent: readonly string[];
  /** The reason of a failure; empty where there is none. */
  readonly reason: string;
}

const opcodeNames: Readonly<Record<number, string>> = {
  0: "continuation",
  1: "text",
  2: "binary",
  8: "close",
  9: "ping",
  10: "pong",
};

/** Frames as the peer of `role` sends them: masked by a client. */
export function fromPeer(role: Role, ...frames: readonly FrameFields[]): Uint8Array {
  return concat(
    frames.map((frame) => encodeFrame(role === "server" ? { key: exampleKey, ...frame } : frame)),
  );
}

/** A line for a frame that was sent. */
export function describeFrame({ opcode, fin, rsv, payload }: Frame): string {
  let text = toHex(payload);
  if (opcode === 1) text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(payload);
  if (opcode === 8) text = payload.length === 0 ? "" : String(payload[0]! * 256 + payload[1]!);
  const name = `${opcodeNames[opcode]}${rsv === 0 ? "" : ` rsv${rsv}`}${fin ? "" : " and more"}`;
  return `${name} ${text}`.trimEnd();
}

/** Lines for what an engine sent: sound frames, masked by a client and by nobody else, nothing behind a Close. */
export function describeOutput(role: Role, output: readonly Uint8Array[]): string[] {
  const frames = decodeFrames(concat(output));
  for (const frame of frames) assertEquals(frame.key !== undefined, role === "client");
  const close = frames.findIndex((frame) => frame.opcode === 8);
  assert(close === -1 || close === frames.length - 1, "a frame behind a Close");
  return frames.map(describeFrame);
}

/** Lines for what an engine told; pieces come as one message where the last one stands. */
export function describeEvents(events: readonly EngineEvent[]): string[] {
  const lines: string[] = [];
  let pieces: Uint8Array[] | undefined;
  for (const event of events) {
    switch (event.type) {
      case "message":
        lines.push(
          typeof event.data === "string"
            ? `text ${event.data}`.trimEnd()
            : `binary ${toHex(event.data)}`.trimEnd(),
        );
        break;
      case "piece": {
        assertEquals(
          event.first,
          pieces === undefined,
          "the first piece, and only that one, is marked as it",
        );
        pieces ??= [];
        pieces.push(event.data);
        if (!event.fin) break;
        const whole = concat(pieces);
        pieces = undefined;
        const text = event.messageType === "text"
          ? new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(whole)
          : toHex(whole);
        lines.push(`${event.messageType} ${text}`.trimEnd());
        break;
      }
      case "close":
        lines.push(`close ${event.code} ${event.reason}`.trimEnd());
        break;
      case "error":
        lines.push(`fail ${event.error.closeCode}`);
        break;
      default:
        lines.push(`${event.type} ${toHex(event.payload)}`.trimEnd());
    }
  }
  return lines;
}

interface Run extends Outcome {
  /** For each chunk, how many events had been told by its end. */
  readonly told: readonly number[];
}

/** Feeds chunks in turn, each one overwritten afterwards as its owner may, and looks at what came of it in the end. */
function run(role: Role, chunks: readonly Uint8Array[], options: FeedOptions): Run {
  const { createCodec, prepare, ...rest } = options;
  const engine = new WebSocketEngine({ ...rest, role, codec: createCodec?.() });
  prepare?.(engine);
  const events: EngineEvent[] = [];
  const output: Uint8Array[] = [];
  const told: number[] = [];
  for (const chunk of chunks) {
    const lent = chunk.slice();
    engine.receive(lent);
    for (let event; (event = engine.next()) !== undefined;) events.push(event);
    assert(engine.unreadBytes < 14, "more than a torn header is left unread");
    assert(sameBytes(lent, chunk), "what was received is written to");
    lent.fill(0x58);
    output.push(...engine.takeOutput());
    told.push(events.length);
  }
  const end = events.findIndex((event) => event.type === "close" || event.type === "error");
  assert(end === -1 || end === events.length - 1, "an event behind the last one");
  const sent = describeOutput(role, output);
  const failure = engine.error;
  if (failure !== undefined) {
    const frame = decodeFrames(concat(output)).at(-1)!;
    const expected = concat([hex(failure.closeCode.toString(16).padStart(4, "0")), utf8(failure.message)]);
    assertEquals(frame.opcode, 8, "a failure is answered by a Close");
    assertEquals(frame.payload, prepare === undefined ? expected : frame.payload);
  }
  return { events: describeEvents(events), sent, reason: failure?.message ?? "", told };
}

/**
 * Calls `visit` with `bytes` whole, byte by byte, and cut in two everywhere; of more than 2000 bytes, around both ends and in
 * a few places between.
 */
export function forEachSplit(bytes: Uint8Array, visit: (chunks: readonly Uint8Array[]) => void): void {
  const { length } = bytes;
  visit([bytes]);
  visit(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)));
  const isChosen = (at: number) =>
    length <= 2000 || at < 16 || at > length - 4 || at % Math.floor(length / 8) === 0;
  for (let at = 1; at < length; at++) {
    if (isChosen(at)) visit([bytes.subarray(0, at), bytes.subarray(at)]);
  }
}

/** Puts an empty chunk before each one. */
function interleaveEmpty(chunks: readonly Uint8Array[]): Uint8Array[] {
  return chunks.flatMap((chunk) => [new Uint8Array(), chunk]);
}

/**
 * Feeds bytes to engines of a role whole, byte by byte, cut in two everywhere, with empty chunks between, and the same piece by
 * piece; asserts that it makes no difference to what is told, when it is told, and what is sent; returns that.
 */
export function feed(role: Role, bytes: Uint8Array, options: FeedOptions = {}): Outcome {
  const { told: _, ...expected } = run(role, [bytes], options);
  const single = run(role, Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)), options);
  forEachSplit(bytes, (chunks) => {
    const { told, ...outcome } = run(role, interleaveEmpty(chunks), options);
    assertEquals(outcome, expected);
    const { told: _, ...streamed } = run(role, chunks, { ...options, streaming: true });
    assertEquals(streamed, expected);
    // What the bytes up to a cut amount to is told there, not later.
    let at = 0;
    chunks.forEach((chunk, index) => {
      at += chunk.length;
      assert(
        told[index * 2 + 1] === (at === 0 ? 0 : single.told[at - 1]),
        `told late or early at byte ${at}`,
      );
    });
  });
  return expected;
}

/** Frames of the peer, fed in every way. */
export function feedFrames(role: Role, frames: readonly FrameFields[], options: FeedOptions = {}): Outcome {
  return feed(role, fromPeer(role, ...frames), options);
}
