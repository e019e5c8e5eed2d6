/**
 * Group 6: text is UTF-8 (RFC 6455 §8.1, RFC 3629), however it is cut.
 *
 * @module
 */

import type { ConformanceCase, Exchange } from "../conformance_case.ts";
import { joinBytes } from "../frame.ts";
import {
  continuation,
  define,
  echo,
  fragments,
  hex,
  invalidPayload,
  reply,
  text,
  unfinished,
  utf8,
} from "../scripts.ts";
import { type Utf8Chapter, utf8Chapters } from "./utf8_chapters.ts";

const greeting = "Hello-µ@ßöä" + "üàá-UTF-8!!";
/** Five code points in eleven bytes. */
const greek = utf8("κ\u1f79σμε");
/** A surrogate between two good texts. */
const surrogate = joinBytes([greek, hex("eda080"), utf8("edited")]);
/** A code point behind the last one between two good texts. Its second byte makes it impossible. */
const beyond = joinBytes([greek, hex("f4908080"), utf8("edited")]);

/** Three fragments; the fault is in the second one. */
function inFragments(firstEnd: number, secondEnd: number): Exchange {
  return {
    sends: [
      text(beyond.subarray(0, firstEnd), unfinished),
      "pause",
      continuation(beyond.subarray(firstEnd, secondEnd), unfinished),
      "failure",
      continuation(beyond.subarray(secondEnd)),
    ],
    ends: invalidPayload,
  };
}

/** The same, in one frame that is written in three pieces. */
function inPieces(firstEnd: number, secondEnd: number): Exchange {
  return {
    sends: [
      text(beyond.subarray(0, firstEnd), { announced: beyond.length }),
      "pause",
      { raw: beyond.subarray(firstEnd, secondEnd) },
      "failure",
      { raw: beyond.subarray(secondEnd) },
    ],
    ends: invalidPayload,
  };
}

const start = greek.length;

function describeChapter({ title, sequences }: Utf8Chapter, index: number): ConformanceCase[] {
  return sequences.map(({ bytes, valid }, place) => {
    const digits = Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const description = `${title}: ${digits}${bytes.length > 16 ? " ..." : ""}`;
    return define(
      `6.${index + 5}.${place + 1}`,
      description,
      () => valid ? echo("text", bytes) : { sends: [text(bytes)], ends: invalidPayload },
    );
  });
}

/** 145 cases. */
export const group6: readonly ConformanceCase[] = [
  define("6.1.1", "Empty text", () => echo("text", "")),
  define("6.1.2", "Text in three empty fragments", () => ({
    sends: [text("", unfinished), continuation("", unfinished), continuation("")],
    returns: [reply("text", "")],
  })),
  define("6.1.3", "Text in three fragments, only the middle one not empty", () => ({
    sends: [text("", unfinished), continuation("middle", unfinished), continuation("")],
    returns: [reply("text", "middle")],
  })),

  define("6.2.1", "Good text in one frame", () => echo("text", greeting)),
  define("6.2.2", "Good text in two fragments, cut between code points", () => ({
    sends: [text("Hello-µ@ßöä", unfinished), continuation("üàá-UTF-8!!")],
    returns: [reply("text", greeting)],
  })),
  define("6.2.3", "Good text in fragments of one byte", () => echo("text", greeting, { fragmentSize: 1 })),
  define(
    "6.2.4",
    "Good text with longer sequences in fragments of one byte",
    () => echo("text", "κ\u1f79σμε𤭢", { fragmentSize: 1 }),
  ),

  define(
    "6.3.1",
    "Text with a surrogate in one frame",
    () => ({ sends: [text(surrogate)], ends: invalidPayload }),
  ),
  define("6.3.2", "Text with a surrogate in fragments of one byte", () => ({
    sends: fragments("text", surrogate, 1),
    ends: invalidPayload,
  })),

  define(
    "6.4.1",
    "Three fragments, an impossible sequence in the second",
    () => inFragments(start, start + 4),
  ),
  define(
    "6.4.2",
    "Three fragments, the second only the byte that makes a sequence impossible",
    () => inFragments(start + 1, start + 2),
  ),
  define(
    "6.4.3",
    "A frame in three writes, an impossible sequence in the second",
    () => inPieces(start, start + 4),
  ),
  define(
    "6.4.4",
    "A frame in three writes, the second only the byte that makes a sequence impossible",
    () => inPieces(start + 1, start + 2),
  ),

  ...utf8Chapters.flatMap(describeChapter),
];
