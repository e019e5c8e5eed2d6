/**
 * Group 10: a message that its sender fragments by itself.
 *
 * @module
 */

import type { ConformanceCase } from "../conformance_case.ts";
import { define, echo, filled } from "../scripts.ts";

/** 1 case. */
export const group10: readonly ConformanceCase[] = [
  define(
    "10.1.1",
    "A text message of 64 KiB in fragments of 1300 bytes",
    () => echo("text", filled(65536), { fragmentSize: 1300 }),
  ),
];
