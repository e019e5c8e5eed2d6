/**
 * Groups 12 and 13: permessage-deflate (RFC 7692), with the default offer over five kinds of
 * content, and with each parameter.
 *
 * @module
 */

import { createRandom } from "../random.ts";
import type { ConformanceCase, DeflateRequest } from "../conformance_case.ts";
import { corpora, type Corpus } from "../corpora.ts";

const KiB = 1024;
const roundTrips = 1000;
/** So that judge and endpoint compress at the same time. */
const inFlight = 8;

/** Size of the messages, and of their fragments; 0: one frame. */
const sizes: readonly (readonly [size: number, fragmentSize: number])[] = [
  ...[16, 64, 256, KiB, 4 * KiB, 8 * KiB, 16 * KiB, 32 * KiB, 64 * KiB, 128 * KiB].map((size) =>
    [size, 0] as const
  ),
  ...[8 * KiB, 16 * KiB, 32 * KiB, 64 * KiB, 128 * KiB].map((size) => [size, 256] as const),
  ...[KiB, 4 * KiB, 32 * KiB].map((fragmentSize) => [128 * KiB, fragmentSize] as const),
];

/** What is asked for, by group, the preferred first. */
const requests: readonly (readonly DeflateRequest[])[] = [
  [{ noContextTakeover: false, maxWindowBits: 0 }],
  [{ noContextTakeover: true, maxWindowBits: 0 }],
  [{ noContextTakeover: false, maxWindowBits: 9 }],
  [{ noContextTakeover: false, maxWindowBits: 15 }],
  [{ noContextTakeover: true, maxWindowBits: 9 }],
  [{ noContextTakeover: true, maxWindowBits: 15 }],
  [
    { noContextTakeover: true, maxWindowBits: 9 },
    { noContextTakeover: true, maxWindowBits: 0 },
    { noContextTakeover: false, maxWindowBits: 0 },
  ],
];

function describeRequest({ noContextTakeover, maxWindowBits }: DeflateRequest): string {
  return `(${noContextTakeover ? "yes" : "no"}, ${maxWindowBits})`;
}

function describeGroup(
  prefix: string,
  corpus: Corpus,
  compression: readonly DeflateRequest[],
): ConformanceCase[] {
  const asked = compression.map(describeRequest).join(", ");
  return sizes.map(([size, fragmentSize], index) => ({
    id: `${prefix}.${index + 1}`,
    description: `${roundTrips} messages of ${size} bytes of ${corpus.title}, ` +
      `${fragmentSize === 0 ? "in one frame" : `in fragments of ${fragmentSize} bytes`}; asked: ${asked}`,
    compression,
    limit: 60_000,
    script() {
      const { type, bytes } = corpus;
      const random = createRandom(size + fragmentSize);
      const message = () => {
        const offset = Math.floor(random() * (bytes.length - size));
        return bytes.slice(offset, offset + size);
      };
      return { count: roundTrips, inFlight, type, fragmentSize, message };
    },
  }));
}

/** 90 cases. */
export const group12: readonly ConformanceCase[] = Object.values(corpora).flatMap((corpus, index) =>
  describeGroup(`12.${index + 1}`, corpus, requests[0]!)
);

/** 126 cases. */
export const group13: readonly ConformanceCase[] = requests.flatMap((compression, index) =>
  describeGroup(`13.${index + 1}`, corpora.json, compression)
);
