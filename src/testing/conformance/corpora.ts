/**
 * Documents to compress, a few hundred KB each, made by chance that is always the same: a JSON file, a
 * picture, prose, a page, and a document that is compressed already.
 *
 * @module
 */

import { deflate } from "pako";
import { createRandom } from "./random.ts";
import { joinBytes } from "./frame.ts";
import { utf8 } from "./scripts.ts";

/** What the messages of a case are cut from. */
export interface Corpus {
  readonly title: string;
  /** Text is ASCII, so that any slice of it is UTF-8. */
  readonly type: "text" | "binary";
  readonly bytes: Uint8Array;
}

/** Makes words and sentences as a language does: few words often, many seldom. */
class Author {
  readonly #random: () => number;
  readonly #words: readonly string[];

  constructor(seed: number, vowels = "aeiou") {
    this.#random = createRandom(seed);
    const syllable = () =>
      this.pick("bcdfghklmnprstvw") + this.pick(vowels) + (this.chance(0.4) ? this.pick("lnrst") : "");
    this.#words = Array.from(
      { length: 2000 },
      (_, rank) => Array.from({ length: 1 + this.below(rank < 60 ? 2 : 4) }, syllable).join(""),
    );
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  pick(from: string): string {
    return from[this.below(from.length)]!;
  }

  word(): string {
    return this.#words[Math.floor(this.#words.length ** this.#random()) - 1]!;
  }

  words(count: number, separator = " "): string {
    return Array.from({ length: count }, () => this.word()).join(separator);
  }

  sentence(): string {
    const words = this.words(4 + this.below(14));
    return words[0]!.toUpperCase() + words.slice(1) + this.pick(".....?!;");
  }

  paragraph(): string {
    return Array.from({ length: 2 + this.below(6) }, () => this.sentence()).join(" ");
  }
}

function writeJson(): Uint8Array {
  const author = new Author(1);
  const records = Array.from({ length: 900 }, (_, id) => ({
    id,
    key: Array.from({ length: 16 }, () => author.pick("0123456789abcdef")).join(""),
    active: author.chance(0.7),
    name: author.words(2),
    email: `${author.word()}@${author.word()}.example`,
    position: { latitude: author.below(18e6) / 1e5 - 90, longitude: author.below(36e6) / 1e5 - 180 },
    tags: Array.from({ length: author.below(6) }, () => author.word()),
    about: author.sentence(),
  }));
  return utf8(JSON.stringify(records, null, 1));
}

/**
 * A grey picture of 512 x 512 pixels: slopes, edges and some grain, behind the header that a bitmap file has.
 */
function paintBitmap(): Uint8Array {
  const random = createRandom(2);
  const size = 512;
  const start = 54 + 4 * 256;
  const bytes = new Uint8Array(start + size * size);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  const fields = [[2, bytes.length], [10, start], [14, 40], [18, size], [22, size], [26, 0x80001], [
    34,
    size * size,
  ]] as const;
  for (const [offset, value] of fields) view.setUint32(offset, value, true);
  for (let grey = 0; grey < 256; grey++) bytes.fill(grey, 54 + 4 * grey, 57 + 4 * grey);
  const blobs = Array.from(
    { length: 24 },
    () => [random() * size, random() * size, 20 + random() * 90, random() * 160 - 80] as const,
  );
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let grey = 100 + x / 8 + y / 16 + random() * 4;
      for (const [left, top, radius, shade] of blobs) {
        if (Math.hypot(x - left, y - top) < radius) grey += shade;
      }
      bytes[start + y * size + x] = Math.max(0, Math.min(255, grey));
    }
  }
  return bytes;
}

function writeProse(length: number, seed: number): Uint8Array {
  const author = new Author(seed, "aeiouäöüé");
  let prose = "";
  while (prose.length < length) prose += author.paragraph() + "\n\n";
  return utf8(prose);
}

function writePage(): Uint8Array {
  const author = new Author(4);
  const row = () =>
    `    <tr><td class="${author.pick("abc")}">${author.below(1e4)}</td><td><a href="/${
      author.words(2, "/")
    }.html">${author.words(2)}</a></td></tr>\n`;
  const section = (_: unknown, index: number) =>
    `<section id="s${index}">\n  <h2>${author.words(3)}</h2>\n` +
    Array.from({ length: 3 }, () => `  <p>${author.paragraph()}</p>\n`).join("") +
    `  <table>\n${Array.from({ length: 12 }, row).join("")}  </table>\n</section>\n`;
  const sections = Array.from({ length: 120 }, section).join("");
  return utf8(
    `<!doctype html>\n<html lang="en">\n<head><title>${
      author.words(3)
    }</title></head>\n<body>\n${sections}</body>\n</html>\n`,
  );
}

/** A document whose pages are compressed one by one. */
function packDocument(): Uint8Array {
  const pages = Array.from({ length: 24 }, (_, index) => {
    const content = deflate(writeProse(40_000, 100 + index));
    return [
      utf8(`${index + 1} 0 obj\n<< /Length ${content.length} /Filter /FlateDecode >>\nstream\n`),
      content,
      utf8("\nendstream\nendobj\n"),
    ];
  });
  return joinBytes([utf8("%PDF-1.7\n"), ...pages.flat(), utf8("%%EOF\n")]);
}

/** A corpus that is made when it is first read. */
function lazy(title: string, type: Corpus["type"], make: () => Uint8Array): Corpus {
  let made: Uint8Array | undefined;
  return {
    title,
    type,
    get bytes() {
      return made ??= make();
    },
  };
}

/** The corpora of groups 12.1 to 12.5. */
export const corpora = {
  json: lazy("a large JSON file", "text", writeJson),
  bitmap: lazy("a bitmap image", "binary", paintBitmap),
  prose: lazy("long prose", "binary", () => writeProse(400_000, 3)),
  html: lazy("an HTML page", "text", writePage),
  compressed: lazy("a document that is compressed already", "binary", packDocument),
} as const;
