/**
 * Group 5: fragmentation (RFC 6455 §5.4).
 *
 * @module
 */

import type { Chop, ConformanceCase, Exchange } from "../conformance_case.ts";
import { continuation, define, ping, pong, protocolError, reply, text, unfinished } from "../scripts.ts";

const chops: readonly (readonly [Chop, string])[] = [
  ["whole", "in one write"],
  ["frames", "frame by frame"],
  [1, "one byte at a time"],
];

const twoFragments = [text("fragment1", unfinished), continuation("fragment2")];

/** Three cases that differ in how they are written. */
function inThreeWays(first: number, what: string, script: (chop: Chop) => Exchange): ConformanceCase[] {
  return chops.map(([chop, how], index) =>
    define(`5.${first + index}`, `${what}, ${how}`, () => script(chop))
  );
}

const inTwo = (chop: Chop): Exchange => ({
  sends: twoFragments,
  returns: [reply("text", "fragment1fragment2")],
  chop,
});

const aroundPing = (chop: Chop): Exchange => ({
  sends: [text("fragment1", unfinished), ping("between"), continuation("fragment2")],
  returns: [reply("pong", "between"), reply("text", "fragment1fragment2")],
  chop,
});

const nothingToContinue = (fin: boolean) => (chop: Chop): Exchange => ({
  sends: [continuation("no message", { fin }), text("Hello, world!")],
  ends: protocolError,
  chop,
});

const twiceNothingToContinue = (fin: boolean): Exchange => {
  const once = [continuation("fragment1", { fin }), text("fragment2", unfinished), continuation("fragment3")];
  return { sends: [...once, ...once], ends: protocolError };
};

/** A ping among five fragments, twice; what follows the first is sent when it was answered. */
const amongFive = (chop: Chop): Exchange => ({
  sends: [
    text("fragment1", unfinished),
    continuation("fragment2", unfinished),
    ping("first"),
    "reply",
    continuation("fragment3", unfinished),
    continuation("fragment4", unfinished),
    ping("second"),
    continuation("fragment5"),
  ],
  returns: [
    reply("pong", "first"),
    reply("pong", "second"),
    reply("text", "fragment1fragment2fragment3fragment4fragment5"),
  ],
  chop,
});

/** 20 cases. */
export const group5: readonly ConformanceCase[] = [
  define("5.1", "A ping in two fragments", () => ({
    sends: [ping("fragment1", unfinished), continuation("fragment2")],
    ends: protocolError,
  })),
  define("5.2", "A pong in two fragments", () => ({
    sends: [pong("fragment1", unfinished), continuation("fragment2")],
    ends: protocolError,
  })),
  ...inThreeWays(3, "Text in two fragments", inTwo),
  ...inThreeWays(6, "Text in two fragments with a ping between them", aroundPing),
  ...inThreeWays(9, "A last continuation without a message, then text", nothingToContinue(true)),
  ...inThreeWays(12, "A continuation without a message, then text", nothingToContinue(false)),
  define("5.15", "Text in two fragments, a continuation without a message, text", () => ({
    sends: [...twoFragments, continuation("fragment3", unfinished), text("fragment4")],
    returns: [reply("text", "fragment1fragment2")],
    ends: protocolError,
  })),
  define(
    "5.16",
    "A continuation without a message, text in two fragments, all twice",
    () => twiceNothingToContinue(false),
  ),
  define(
    "5.17",
    "A last continuation without a message, text in two fragments, all twice",
    () => twiceNothingToContinue(true),
  ),
  define("5.18", "Text in two fragments, both with the opcode of text", () => ({
    sends: [text("fragment1", unfinished), text("fragment2")],
    ends: protocolError,
  })),
  define("5.19", "Text in five fragments with two pings among them and a pause", () => amongFive("whole")),
  define(
    "5.20",
    "Text in five fragments with two pings among them and a pause, frame by frame",
    () => amongFive("frames"),
  ),
];
