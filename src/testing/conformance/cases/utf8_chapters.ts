/**
 * Sequences of bytes that are UTF-8, and ones that are not, by the ways in which they are wrong (RFC 3629 §3,
 * §4). The chapters and their order are those of Markus Kuhn's stress test for decoders.
 *
 * @module
 */

import { joinBytes } from "../frame.ts";
import { hex, utf8 } from "../scripts.ts";

/** Sequences of one kind. */
export interface Utf8Chapter {
  readonly title: string;
  readonly sequences: readonly { readonly bytes: Uint8Array; readonly valid: boolean }[];
}

function chapter(
  title: string,
  valid: readonly Uint8Array[],
  invalid: readonly Uint8Array[] = [],
): Utf8Chapter {
  const mark = (valid: boolean) => (bytes: Uint8Array) => ({ bytes, valid });
  return { title, sequences: [...valid.map(mark(true)), ...invalid.map(mark(false))] };
}

/** Sequences as hexadecimal digits, one a word. */
function words(digits: string): Uint8Array[] {
  return digits.trim().split(/\s+/).map(hex);
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

const greek = utf8("κ\u1f79σμε");
const withoutLast = words("c0 e080 f08080 f8808080 fc80808080 df efbf f7bfbf fbbfbfbf fdbfbfbfbf");
const lonelyStarts = [[0xc0, 0xdf], [0xe0, 0xef], [0xf0, 0xf7], [0xf8, 0xfb], [0xfc, 0xfd]] as const;

/** The last two code points of a plane are no characters, and valid all the same. */
const nonCharacters = range(0, 16).flatMap((plane) => {
  const last = plane * 0x10000 + 0xffff;
  return [utf8(String.fromCodePoint(last - 1)), utf8(String.fromCodePoint(last))];
});

const prefixes: Utf8Chapter = {
  title: "Beginnings of a good text, cut anywhere",
  sequences: greek.reduce<Utf8Chapter["sequences"]>((cut, _, index) => {
    // A code point ends where the next byte does not continue one.
    const valid = index + 1 === greek.length || (greek[index + 1]! & 0xc0) !== 0x80;
    return [...cut, { bytes: greek.subarray(0, index + 1), valid }];
  }, []),
};

/** 6.5 to 6.23. */
export const utf8Chapters: readonly Utf8Chapter[] = [
  chapter(
    "Good sequences",
    ["hello$world", "hello¢world", "hello€world", "hello𤭢world", "κ\u1f79σμε"].map(utf8),
  ),
  prefixes,
  chapter("The first sequence of each length", words("00 c280 e0a080 f0908080")),
  chapter("The first sequence of five and six bytes", [], words("f888808080 fc8480808080")),
  chapter("The last sequence of each length", words("7f dfbf efbfbf f48fbfbf")),
  chapter("The last sequence of four, five and six bytes", [], words("f7bfbfbf fbbfbfbfbf fdbfbfbfbfbf")),
  chapter("On both sides of the limits", words("ed9fbf ee8080 efbfbd f48fbfbf"), words("f4908080")),
  chapter("Continuation bytes alone", [], [
    ...words("80 bf 80bf 80bf80 80bf80bf 80bf80bf80 80bf80bf80bf"),
    Uint8Array.from(range(0x80, 0xbf)),
  ]),
  chapter(
    "Start bytes alone",
    [],
    lonelyStarts.map(([first, last]) => Uint8Array.from(range(first, last).flatMap((byte) => [byte, 0x20]))),
  ),
  chapter("Without the last continuation byte", [], withoutLast),
  chapter("Many without the last continuation byte", [], [joinBytes(withoutLast)]),
  chapter("Bytes that are never used", [], words("fe ff fefeffff")),
  chapter("A slash, longer than need be", [], words("c0af e080af f08080af f8808080af fc80808080af")),
  chapter("The most that is longer than need be", [], words("c1bf e09fbf f08fbfbf f887bfbfbf fc83bfbfbfbf")),
  chapter("NUL, longer than need be", [], words("c080 e08080 f0808080 f880808080 fc8080808080")),
  chapter("A surrogate", [], words("eda080 edadbf edae80 edafbf edb080 edbe80 edbfbf")),
  chapter("A pair of surrogates", [], [
    ...words("eda080edb080 eda080edbfbf edadbfedb080 edadbfedbfbf"),
    ...words("edae80edb080 edae80edbfbf edafbfedb080 edafbfedbfbf"),
  ]),
  chapter("No characters, and valid", nonCharacters),
  chapter("Special characters", words("efbfb9 efbfba efbfbb efbfbc efbfbd efbfbe efbfbf")),
];
