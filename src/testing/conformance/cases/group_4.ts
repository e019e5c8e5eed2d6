/**
 * Group 4: reserved opcodes (RFC 6455 §5.2).
 *
 * @module
 */

import type { Chop, ConformanceCase, Exchange } from "../conformance_case.ts";
import { define, frame, ping, protocolError, reply, text } from "../scripts.ts";

const hello = "Hello, world!";

function afterMessage(opcode: number, payload: string, chop: Chop = "whole"): Exchange {
  return {
    sends: [text(hello), frame(opcode, payload), ping()],
    returns: [reply("text", hello)],
    ends: protocolError,
    chop,
  };
}

/** Five cases with five opcodes. */
function describeGroup(prefix: string, first: number): ConformanceCase[] {
  const name = (offset: number) => `opcode ${first + offset}`;
  const alone = (opcode: number, payload: string): Exchange => ({
    sends: [frame(opcode, payload)],
    ends: protocolError,
  });
  return [
    define(`${prefix}.1`, `A frame with ${name(0)}`, () => alone(first, "")),
    define(`${prefix}.2`, `A frame with ${name(1)} and payload`, () => alone(first + 1, "reserved")),
    define(`${prefix}.3`, `Text, a frame with ${name(2)}, ping`, () => afterMessage(first + 2, "")),
    define(
      `${prefix}.4`,
      `Text, a frame with ${name(3)} and payload, ping`,
      () => afterMessage(first + 3, hello),
    ),
    define(
      `${prefix}.5`,
      `Text, a frame with ${name(4)} and payload, ping, written one byte at a time`,
      () => afterMessage(first + 4, hello, 1),
    ),
  ];
}

/** 10 cases. */
export const group4: readonly ConformanceCase[] = [...describeGroup("4.1", 3), ...describeGroup("4.2", 11)];
