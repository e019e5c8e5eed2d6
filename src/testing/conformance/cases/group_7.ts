/**
 * Group 7: closing (RFC 6455 §5.5.1, §7).
 *
 * @module
 */

import type { ConformanceCase, Exchange } from "../conformance_case.ts";
import {
  close,
  continuation,
  define,
  filled,
  hex,
  ping,
  protocolError,
  reply,
  text,
  unfinished,
} from "../scripts.ts";

const validCodes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
const invalidCodes = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999];
const undefinedCodes = [5000, 65535];

/** A Close alone, answered. */
function answered(code?: number, reason?: string): Exchange {
  return { sends: [close(code, reason)], ends: { answers: code } };
}

/** 37 cases. */
export const group7: readonly ConformanceCase[] = [
  define(
    "7.1.1",
    "Text, and when it is back a Close",
    () => ({ sends: [text("Hello!")], returns: [reply("text", "Hello!")] }),
  ),
  define("7.1.2", "Two Closes", () => ({ sends: [close(1000), close(1000)], ends: { answers: 1000 } })),
  define("7.1.3", "A Close, then a ping", () => ({ sends: [close(1000), ping()], ends: { answers: 1000 } })),
  define(
    "7.1.4",
    "A Close, then text",
    () => ({ sends: [close(1000), text("Hello!")], ends: { answers: 1000 } }),
  ),
  define("7.1.5", "A fragment of text, a Close, the other fragment", () => ({
    sends: [text("fragment1", unfinished), close(1000), continuation("fragment2")],
    ends: { answers: 1000 },
  })),
  define("7.1.6", "256 KiB of text, text, a Close, a ping", () => ({
    sends: [text(filled(256 * 1024)), text("Hello!"), close(1000), ping()],
    ends: "open",
  })),

  define("7.3.1", "A Close without payload", () => answered()),
  define("7.3.2", "A Close with a payload of one byte", () => ({
    sends: [{ ...close(), payload: hex("61") }],
    ends: protocolError,
  })),
  define("7.3.3", "A Close with a code", () => answered(1000)),
  define("7.3.4", "A Close with a code and a reason", () => answered(1000, "Good bye")),
  define("7.3.5", "A Close with a reason of 123 bytes", () => answered(1000, "*".repeat(123))),
  define("7.3.6", "A Close with a reason of 124 bytes, one too many", () => ({
    sends: [close(1000, "*".repeat(124))],
    ends: protocolError,
  })),

  define("7.5.1", "A Close whose reason is no UTF-8", () => ({
    sends: [close(1000, hex("cebae1bdb9cf83cebcceb5 eda080 656469746564"))],
    ends: { fails: [1002, 1007] },
  })),

  ...validCodes.map((code, index) =>
    define(`7.7.${index + 1}`, `A Close with ${code}, a valid code`, () => answered(code))
  ),
  ...invalidCodes.map((code, index) =>
    define(
      `7.9.${index + 1}`,
      `A Close with ${code}, no code for the wire`,
      () => ({ sends: [close(code)], ends: protocolError }),
    )
  ),
  ...undefinedCodes.map((code, index) =>
    define(
      `7.13.${index + 1}`,
      `A Close with ${code}, of which the RFC says nothing`,
      () => ({ sends: [close(code)], ends: "open" }),
    )
  ),
];
