/**
 * Group 1: messages of one frame, around the lengths at which the header changes (RFC 6455 §5.2).
 *
 * @module
 */

import type { ConformanceCase } from "../conformance_case.ts";
import { define, echo, filled } from "../scripts.ts";

const lengths = [0, 125, 126, 127, 128, 65535, 65536];

function describeGroup(type: "text" | "binary", prefix: string, payloadByte: number): ConformanceCase[] {
  const payload = (length: number) => filled(length, payloadByte);
  return [
    ...lengths.map((length, index) =>
      define(
        `${prefix}.${index + 1}`,
        `A ${type} message of ${length} bytes`,
        () => echo(type, payload(length)),
      )
    ),
    define(
      `${prefix}.8`,
      `A ${type} message of 65536 bytes, written 997 bytes at a time`,
      () => echo(type, payload(65536), { chop: 997 }),
    ),
  ];
}

/** 16 cases. */
export const group1: readonly ConformanceCase[] = [
  ...describeGroup("text", "1.1", 0x2a),
  ...describeGroup("binary", "1.2", 0xfe),
];
