/**
 * Group 9: large messages, many fragments, many small writes, many round trips.
 *
 * @module
 */

import type { ConformanceCase } from "../conformance_case.ts";
import { define, echo, filled } from "../scripts.ts";

const KiB = 1024;
const MiB = 1024 * KiB;
const limit = 60_000;

const messageSizes = [64 * KiB, 256 * KiB, MiB, 4 * MiB, 8 * MiB, 16 * MiB];
const fragmentSizes = [64, 256, KiB, 4 * KiB, 16 * KiB, 64 * KiB, 256 * KiB, MiB, 4 * MiB];
const writeSizes = [64, 128, 256, 512, 1024, 2048];
const roundTripSizes = [0, 16, 64, 256, 1024, 4096];

function describeType(
  type: "text" | "binary",
  [large, fragmented, chopped, round]: readonly [number, number, number, number],
) {
  const payload = (length: number) => filled(length, type === "text" ? 0x2a : 0xfe);
  return [
    messageSizes.map((size, index) =>
      define(
        `9.${large}.${index + 1}`,
        `A ${type} message of ${size} bytes`,
        () => echo(type, payload(size)),
        limit,
      )
    ),
    fragmentSizes.map((fragmentSize, index) =>
      define(
        `9.${fragmented}.${index + 1}`,
        `A ${type} message of 4 MiB in fragments of ${fragmentSize} bytes`,
        () => echo(type, payload(4 * MiB), { fragmentSize }),
        limit,
      )
    ),
    writeSizes.map((chop, index) =>
      define(
        `9.${chopped}.${index + 1}`,
        `A ${type} message of 1 MiB, written ${chop} bytes at a time`,
        () => echo(type, payload(MiB), { chop }),
        limit,
      )
    ),
    roundTripSizes.map((size, index) =>
      define(
        `9.${round}.${index + 1}`,
        `1000 round trips of a ${type} message of ${size} bytes`,
        () => ({ count: 1000, inFlight: 1, type, fragmentSize: 0, message: () => payload(size) }),
        limit,
      )
    ),
  ];
}

const texts = describeType("text", [1, 3, 5, 7]);
const binaries = describeType("binary", [2, 4, 6, 8]);

/** 54 cases. */
export const group9: readonly ConformanceCase[] = texts.flatMap((
  cases,
  index,
) => [...cases, ...binaries[index]!]);
