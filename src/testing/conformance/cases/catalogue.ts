/**
 * All cases, in the order of their numbers.
 *
 * @module
 */

import type { ConformanceCase } from "../conformance_case.ts";
import { group12, group13 } from "./groups_12_13.ts";
import { group1 } from "./group_1.ts";
import { group10 } from "./group_10.ts";
import { group2 } from "./group_2.ts";
import { group3 } from "./group_3.ts";
import { group4 } from "./group_4.ts";
import { group5 } from "./group_5.ts";
import { group6 } from "./group_6.ts";
import { group7 } from "./group_7.ts";
import { group9 } from "./group_9.ts";

/** 301 cases of RFC 6455 and 216 of RFC 7692. */
export const catalogue: readonly ConformanceCase[] = [
  ...group1,
  ...group2,
  ...group3,
  ...group4,
  ...group5,
  ...group6,
  ...group7,
  ...group9,
  ...group10,
  ...group12,
  ...group13,
];

/** The cases that patterns such as `"6.*"`, `"7.1.3"` or `"9"` name. */
export function selectCases(patterns: readonly string[]): ConformanceCase[] {
  const prefixes = patterns.map((pattern) => pattern.replace(/\.?\*$/, ""));
  return catalogue.filter(({ id }) =>
    prefixes.some((prefix) => prefix === "" || id === prefix || id.startsWith(`${prefix}.`))
  );
}
