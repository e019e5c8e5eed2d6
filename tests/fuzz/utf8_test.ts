import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { decodeScratch, decodeText, encodeText, encodeTextInto, scratch } from "../../src/protocol/text.ts";
import { Utf8Validator } from "../../src/protocol/utf8_validator.ts";
import { sameBytes, utf8 } from "../kit/frames.ts";
import { type Chance, fuzz } from "../kit/fuzz.ts";

/** Bytes that are text, nearly text, or nothing of the kind. */
function createBytes(chance: Chance): Uint8Array {
  const bytes = utf8(chance.text(chance.integer(chance.pick([1, 4, 16, 600]))));
  if (chance.happens(0.3)) return bytes;
  if (chance.happens(0.1)) return chance.bytes(chance.integer(5));
  for (let count = chance.integer(2); count > 0 && bytes.length > 0; count--) {
    const lead = chance.pick([
      0x80,
      0xbf,
      0xc0,
      0xc1,
      0xe0,
      0xed,
      0xf0,
      0xf4,
      0xf5,
      0xff,
      chance.integer(255),
    ]);
    bytes[chance.integer(bytes.length - 1)] = lead;
  }
  return bytes.subarray(chance.integer(1), bytes.length - chance.integer(1));
}

test("Utf8Validator agrees with TextDecoder, however the bytes are cut (§8.1)", () => {
  const decoder = () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  fuzz(3000, (chance) => {
    const bytes = createBytes(chance);
    let expected: string | undefined;
    try {
      expected = decoder().decode(bytes);
    } catch {
      expected = undefined;
    }
    const whole = new Utf8Validator();
    assertEquals(whole.push(bytes) && whole.complete, expected !== undefined);
    const cut = new Utf8Validator();
    assertEquals(
      chance.cut(bytes, 10).every((chunk) => cut.push(chunk)) && cut.complete,
      expected !== undefined,
    );
    assert(decodeText(bytes) === expected);
    scratch.set(bytes);
    assert(decodeScratch(bytes.length, false) === expected);
  });
});

test("a text is written as TextEncoder has it, wherever it is put (§5.6)", () => {
  fuzz(3000, (chance) => {
    let text = chance.text(chance.integer(chance.pick([3, 70, 300])));
    if (chance.happens(0.3)) text = text.replace(/[^\x20-\x7f]/gu, "x");
    if (chance.happens(0.3)) text = text.slice(chance.integer(2)) + "\ud83d".repeat(chance.integer(1));
    const expected = new TextEncoder().encode(text);
    assert(sameBytes(encodeText(text), expected));
    const offset = chance.integer(20);
    const target = new Uint8Array(offset + text.length * 3);
    assertEquals(encodeTextInto(text, target, offset), expected.length);
    assert(sameBytes(target.subarray(offset, offset + expected.length), expected));
  });
});
