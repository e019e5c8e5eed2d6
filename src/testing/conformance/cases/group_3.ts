/**
 * Group 3: reserved bits without an extension that gives them a meaning (RFC 6455 §5.2).
 *
 * @module
 */

import type { Chop, ConformanceCase, Exchange } from "../conformance_case.ts";
import { binary, close, define, ping, protocolError, reply, text } from "../scripts.ts";

const hello = "Hello, world!";

/** A good message, one with reserved bits, and a ping that must not be answered. */
function afterMessage(rsv: number, chop: Chop): Exchange {
  return {
    sends: [text(hello), text(hello, { rsv }), ping()],
    returns: [reply("text", hello)],
    ends: protocolError,
    chop,
  };
}

/** 7 cases. */
export const group3: readonly ConformanceCase[] = [
  define("3.1", "Text with RSV 1", () => ({ sends: [text(hello, { rsv: 1 })], ends: protocolError })),
  define("3.2", "Text, text with RSV 2, ping", () => afterMessage(2, "whole")),
  define("3.3", "Text, text with RSV 3, ping, written frame by frame", () => afterMessage(3, "frames")),
  define("3.4", "Text, text with RSV 4, ping, written one byte at a time", () => afterMessage(4, 1)),
  define("3.5", "Binary with RSV 5", () => ({ sends: [binary(hello, { rsv: 5 })], ends: protocolError })),
  define("3.6", "Ping with RSV 6", () => ({ sends: [ping(hello, { rsv: 6 })], ends: protocolError })),
  define("3.7", "Close with RSV 7", () => ({ sends: [{ ...close(1000), rsv: 7 }], ends: protocolError })),
];
