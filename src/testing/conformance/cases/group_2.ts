/**
 * Group 2: pings and pongs (RFC 6455 §5.5.2, §5.5.3).
 *
 * @module
 */

import type { Chop, ConformanceCase, Exchange } from "../conformance_case.ts";
import { define, filled, hex, ping, pong, protocolError, reply } from "../scripts.ts";

function pingPong(payload: string | Uint8Array, chop: Chop = "whole"): Exchange {
  return { sends: [ping(payload)], returns: [reply("pong", payload)], chop };
}

function tenPings(chop: Chop): Exchange {
  const payloads = Array.from({ length: 10 }, (_, index) => `ping ${index}`);
  return {
    sends: payloads.map((payload) => ping(payload)),
    returns: payloads.map((payload) => reply("pong", payload)),
    chop,
  };
}

/** 11 cases. */
export const group2: readonly ConformanceCase[] = [
  define("2.1", "A ping without payload", () => pingPong("")),
  define("2.2", "A ping with text", () => pingPong("Are you there?")),
  define("2.3", "A ping with bytes that are no text", () => pingPong(hex("00 ff fe fd fc fb 00 ff"))),
  define("2.4", "A ping with 125 bytes", () => pingPong(filled(125, 0xfe))),
  define(
    "2.5",
    "A ping with 126 bytes, one too many",
    () => ({ sends: [ping(filled(126, 0xfe))], ends: protocolError }),
  ),
  define("2.6", "A ping with 125 bytes, written one byte at a time", () => pingPong(filled(125, 0xfe), 1)),
  define("2.7", "A pong that nobody asked for, without payload", () => ({ sends: [pong()] })),
  define("2.8", "A pong that nobody asked for, with payload", () => ({ sends: [pong("unasked")] })),
  define("2.9", "A pong that nobody asked for, then a ping", () => ({
    sends: [pong("unasked"), ping("asked")],
    returns: [reply("pong", "asked")],
  })),
  define("2.10", "Ten pings in a row", () => tenPings("whole")),
  define("2.11", "Ten pings in a row, written one byte at a time", () => tenPings(1)),
];
