/**
 * What every `DeflateCodec` has to do, as tests. Knows no codec.
 *
 * @module
 */

import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { DeflateCodec, DeflaterSettings, Inflater } from "../../src/deflate/deflate_codec.ts";
import { ProtocolError } from "../../src/protocol/protocol_error.ts";
import { samples } from "./deflate_samples.ts";
import { concat, hex, sameBytes, toHex, utf8 } from "./frames.ts";
import { Chance, fuzz } from "./fuzz.ts";
import { readDeflate } from "./read_deflate.ts";

const base: DeflaterSettings = { windowBits: 15, takeover: true, level: 6, memLevel: 8 };
const roomy = 1 << 24;
const json = samples.get("JSON")!;

function assertSame(actual: Uint8Array, expected: Uint8Array): void {
  assert(sameBytes(actual, expected), `${toHex(actual)} instead of ${toHex(expected)}`);
}

/** The close code that inflating fails with. */
function failure(inflater: Inflater, payload: Uint8Array, limit = roomy): number {
  return assertThrows(() => inflater.inflate(payload, true, limit), ProtocolError).closeCode;
}

/** Some bytes of a kind that compresses, often like others before. */
function createMessage(chance: Chance): Uint8Array {
  const bytes = chance.pick([...samples.values()]);
  const from = chance.integer(bytes.length);
  const length = chance.integer(chance.pick([10, 300, 5000, 40_000]));
  return bytes.slice(from, from + length);
}

/** The tests of one codec. */
export function testDeflateCodec(name: string, codec: DeflateCodec): void {
  for (const windowBits of [8, 9, 12, 15]) {
    for (const takeover of [true, false]) {
      const settings = { ...base, windowBits, takeover };
      const kind = `${name}, ${windowBits} bits, ${takeover ? "takeover" : "no takeover"}`;

      test(`${kind}: what was compressed comes back, and no distance is longer than the window (RFC 7692 §7.1)`, () => {
        const deflater = codec.createDeflater(settings);
        const inflater = codec.createInflater(settings);
        let history: Uint8Array = new Uint8Array();
        for (const bytes of [...samples.values(), ...samples.values()]) {
          const payload = Uint8Array.from(deflater.deflate(bytes, true));
          const { output, longestDistance } = readDeflate(payload, history);
          assertSame(output, bytes);
          assert(longestDistance <= 1 << windowBits, `a distance of ${longestDistance}`);
          assertSame(inflater.inflate(payload, true, roomy), bytes);
          if (takeover) history = concat([history, bytes]).slice(-(1 << windowBits));
        }
        deflater.close();
        inflater.close();
      });

      test(`${kind}: a message may be cut anywhere, on both ways (RFC 7692 §6.1)`, () => {
        fuzz(15, (chance) => {
          const deflater = codec.createDeflater(settings);
          const inflater = codec.createInflater(settings);
          for (let count = 0; count < 6; count++) {
            const bytes = createMessage(chance);
            const pieces = chance.happens(0.5) ? [bytes] : chance.cut(bytes, 3000);
            if (pieces.length === 0) pieces.push(bytes);
            const compressed = pieces.map((piece, index) =>
              Uint8Array.from(deflater.deflate(piece, index === pieces.length - 1))
            );
            const whole = concat(compressed);
            const arriving = chance.happens(0.5) ? [whole] : chance.cut(whole, 3000);
            if (arriving.length === 0) arriving.push(whole);
            assertSame(
              concat(
                arriving.map((piece, index) => inflater.inflate(piece, index === arriving.length - 1, roomy)),
              ),
              bytes,
            );
          }
        });
      });
    }
  }

  test(`${name}: each piece can be inflated as it comes (RFC 7692 §7.2.1)`, () => {
    const deflater = codec.createDeflater(base);
    const inflater = codec.createInflater(base);
    for (const fin of [false, false, true, false, true]) {
      const compressed = Uint8Array.from(deflater.deflate(json, fin));
      assertSame(inflater.inflate(compressed, fin, roomy), json);
    }
    assertEquals(deflater.deflate(new Uint8Array(), false).length, 0);
    assertSame(inflater.inflate(Uint8Array.from(deflater.deflate(json, false)), false, roomy), json);
    assertEquals(
      inflater.inflate(Uint8Array.from(deflater.deflate(new Uint8Array(), true)), true, roomy).length,
      0,
    );
    assertSame(inflater.inflate(Uint8Array.from(deflater.deflate(json, true)), true, roomy), json);
  });

  test(`${name}: the empty message is 0x00 (RFC 7692 §7.2.3.6)`, () => {
    const deflater = codec.createDeflater(base);
    for (let count = 0; count < 3; count++) {
      assertEquals(toHex(deflater.deflate(new Uint8Array(), true)), "00");
      assert(deflater.deflate(json, true).length > 1);
    }
  });

  test(`${name}: takeover makes what was sent before short, and no takeover does not (RFC 7692 §7.1.1)`, () => {
    for (const [takeover, expected] of [[true, true], [false, false]]) {
      const deflater = codec.createDeflater({ ...base, takeover: takeover! });
      const first = deflater.deflate(json, true).length;
      assertEquals(deflater.deflate(json, true).length < first / 2, expected);
      const inflater = codec.createInflater({ ...base, takeover: takeover! });
      assertEquals(toHex(inflater.inflate(hex("f248cdc9c90700"), true, 5)), toHex(utf8("Hello")));
      if (takeover) assertSame(inflater.inflate(hex("f200110000"), true, 5), utf8("Hello"));
      else assertEquals(failure(inflater, hex("f200110000")), 1007);
    }
  });

  test(`${name}: what is noted counts as sent, whatever was sent before (RFC 7692 §7.1.1)`, () => {
    fuzz(20, (chance) => {
      const windowBits = chance.pick([8, 9, 12, 15]);
      const settings = { ...base, windowBits, takeover: chance.happens(0.8) };
      const deflater = codec.createDeflater(settings);
      const inflater = codec.createInflater(settings);
      const elsewhere = codec.createDeflater({ ...settings, takeover: false });
      for (let count = 0; count < 12; count++) {
        const bytes = createMessage(chance);
        let payload: Uint8Array;
        if (chance.happens(0.4)) {
          payload = Uint8Array.from(elsewhere.deflate(bytes, true));
          deflater.note(bytes);
        } else {
          const pieces = chance.happens(0.5) ? [bytes] : [bytes.slice(0, 500), bytes.slice(500)];
          payload = concat(
            pieces.map((piece, index) =>
              Uint8Array.from(deflater.deflate(piece, index + 1 === pieces.length))
            ),
          );
        }
        assertSame(inflater.inflate(payload, true, roomy), bytes);
      }
      for (const ended of [deflater, elsewhere, inflater]) ended.close();
    });
    const deflater = codec.createDeflater(base);
    const alone = deflater.deflate(json, true).length;
    deflater.note(samples.get("Hello")!);
    deflater.note(json);
    assert(deflater.deflate(json, true).length < alone / 2);
    deflater.close();
  });

  test(`${name}: no more comes out than the limit allows, whichever way the message comes (RFC 6455 §10.4)`, () => {
    for (const bytes of [json, samples.get("70 000 zeros")!, samples.get("64 KiB of chance")!]) {
      const payload = Uint8Array.from(codec.createDeflater(base).deflate(bytes, true));
      for (const limit of [0, 1, bytes.length - 1]) {
        assertEquals(failure(codec.createInflater(base), payload, limit), 1009);
        const inflater = codec.createInflater(base);
        assertThrows(() => {
          let room = limit;
          for (let at = 0; at < payload.length; at += 50) {
            room -= inflater.inflate(payload.subarray(at, at + 50), at + 50 >= payload.length, room).length;
          }
        }, ProtocolError);
      }
      assertSame(codec.createInflater(base).inflate(payload, true, bytes.length), bytes);
    }
    assertEquals(codec.createInflater(base).inflate(hex("00"), true, 0).length, 0);
  });

  test(`${name}: a message that ends early fails with 1007 wherever it does (RFC 7692 §7.2.2)`, () => {
    for (const bytes of [utf8("Hello"), json, createHardBytes()]) {
      const payload = Uint8Array.from(codec.createDeflater(base).deflate(bytes, true));
      const step = Math.ceil(payload.length / 400);
      for (let end = payload.length - 1; end > 0; end -= step) {
        assertEquals(failure(codec.createInflater(base), payload.subarray(0, end)), 1007, `cut at ${end}`);
      }
    }
  });

  test(`${name}: all blocks count, also behind one that says it is the last (RFC 7692 §7.2.3.4)`, () => {
    const many = concat([hex("f348cdc9c90700"), hex("0300".repeat(600)), hex("f248cdc9c90700")]);
    for (
      const [payload, text] of [
        [hex("f348cdc9c9070000"), "Hello"],
        [hex("f348cdc9c90700"), "Hello"],
        [hex("f348cdc9c90700f248cdc9c90700"), "HelloHello"],
        [hex("f348cdc9c90700f348cdc9c90700"), "HelloHello"],
        [many, "HelloHello"],
      ] as const
    ) {
      const inflater = codec.createInflater(base);
      assertSame(inflater.inflate(payload, true, roomy), utf8(text));
      // The window has lived on.
      assertSame(inflater.inflate(hex("f200110000"), true, roomy), utf8("Hello"));
      assertSame(codec.createInflater(base).inflate(payload, true, text.length), utf8(text));
      assertEquals(failure(codec.createInflater(base), payload, text.length - 1), 1009);
    }
    for (const rest of ["deadbeef".repeat(4), "07", "00".repeat(400), "000500", "0100"]) {
      const payload = concat([hex("f348cdc9c90700"), hex(rest)]);
      assertEquals(failure(codec.createInflater(base), payload), 1007, rest);
      assertEquals(
        failure(codec.createInflater(base), concat([hex("0300".repeat(600)), payload])),
        1007,
        rest,
      );
    }
  });

  test(`${name}: a distance one longer than the window fails with 1007, and none before (RFC 7692 §7.1.2)`, () => {
    for (const windowBits of [8, 9, 10, 11, 12, 13, 14]) {
      const size = 1 << windowBits;
      for (const before of [size - 1, size, size + 1, size * 3]) {
        for (const distance of [1, size - 1, size, size + 1, size + 40]) {
          if (distance > before) continue;
          const bytes = Uint8Array.from({ length: before }, (_, at) => (at * 7919) >> 3);
          const message = [concat([writeStored(bytes), writeMatch(distance)])];
          for (const messages of [message, [concat([writeStored(bytes), hex("00")]), writeMatch(distance)]]) {
            const inflater = codec.createInflater({ windowBits, takeover: true });
            const last = messages.pop()!;
            for (const payload of messages) inflater.inflate(payload, true, roomy);
            if (distance > size) {
              assertEquals(failure(inflater, last), 1007);
              continue;
            }
            const copied = Array.from({ length: 3 }, (_, at) => bytes[before - distance + at % distance]!);
            assertSame(inflater.inflate(last, true, roomy).slice(-3), Uint8Array.from(copied));
          }
        }
      }
    }
  });

  test(`${name}: what is no DEFLATE fails with 1007 (RFC 7692 §7.2.2)`, () => {
    for (const payload of malformed) {
      for (const filling of [0, 2000]) {
        const inflater = codec.createInflater(base);
        const bytes = concat([writeStored(new Uint8Array(filling)), payload]);
        assertEquals(failure(inflater, bytes), 1007, toHex(payload));
      }
    }
  });

  test(`${name}: any bytes lead to output within the limit or to a close code (RFC 7692 §7.2.2)`, () => {
    fuzz(400, (chance) => {
      const settings = { windowBits: chance.pick([8, 12, 15]), takeover: chance.happens(0.5) };
      const deflater = codec.createDeflater({ ...base, ...settings });
      const inflater = codec.createInflater(settings);
      const cut = codec.createInflater(settings);
      const inflateCut = (bytes: Uint8Array, limit: number) => {
        const output: Uint8Array[] = [];
        for (const [at, byte] of bytes.entries()) {
          const piece = cut.inflate(Uint8Array.of(byte), at === bytes.length - 1, limit);
          output.push(piece);
          limit -= piece.length;
        }
        return concat(output);
      };
      for (let count = 0; count < 4; count++) {
        const bytes = createMessage(chance).subarray(0, 2000);
        const payload = Uint8Array.from(deflater.deflate(bytes, true));
        if (chance.happens(0.7)) payload[chance.integer(payload.length - 1)]! ^= 1 << chance.integer(7);
        const limit = chance.pick([100, 3000, roomy]);
        const outcomes = [
          () => inflater.inflate(payload, true, limit),
          () => inflateCut(payload, limit),
        ].map((run) => {
          try {
            const output = run();
            assert(output.length <= limit);
            return toHex(output);
          } catch (error) {
            assert(error instanceof ProtocolError, String(error));
            return error.closeCode;
          }
        });
        assertEquals(outcomes[0], outcomes[1]);
        if (typeof outcomes[0] === "number") return;
      }
    });
  });
}

/** Bytes that need Huffman codes of their own and many distances. */
function createHardBytes(): Uint8Array {
  const chance = new Chance(9);
  return utf8(
    Array.from({ length: 600 }, () => `${chance.integer(9999)},${chance.pick(["alpha", "beta"])}`).join(";"),
  );
}

/** RFC 1951 §3.2.4 */
function writeStored(bytes: Uint8Array): Uint8Array {
  const { length } = bytes;
  return concat([Uint8Array.of(0, length, length >> 8, ~length, ~length >> 8), bytes]);
}

/** A fixed block (RFC 1951 §3.2.6) with a match of three bytes, and the beginning of the stored block that a message ends in. */
function writeMatch(distance: number): Uint8Array {
  let symbol = 29;
  const base = (symbol: number) => symbol < 4 ? symbol + 1 : ((2 + symbol % 2) << ((symbol >> 1) - 1)) + 1;
  while (base(symbol) > distance) symbol--;
  const extraCount = Math.max(0, (symbol >> 1) - 1);
  const extra = distance - base(symbol);
  const bits = [
    "010",
    "0000001",
    symbol.toString(2).padStart(5, "0"),
    extraCount === 0 ? "" : [...extra.toString(2).padStart(extraCount, "0")].reverse().join(""),
    "0000000",
    "000",
  ].join("");
  return Uint8Array.from(bits.match(/.{1,8}/g)!, (eight) => parseInt([...eight].reverse().join(""), 2));
}

/** RFC 1951 §3.2 */
const malformed = [
  // A block of type 3.
  "0700",
  // A stored block whose length is not its complement's.
  "000500ffff48656c6c6f00",
  "ffffffffffffffff",
  // A dynamic block with more symbols than there are.
  "fc00000000000000000000",
  // Codes that are over-subscribed, incomplete, repeat nothing, and one without the end of the block.
  "040092040000000000000000",
  "040000090000000000000000",
  "040002240000000000000000",
  "040080e47f1b0000000000000000",
  // Length symbols 286 and 287, and distance symbols 30 and 31.
  "721c030000",
  "721c070000",
  "72043e0000",
  "72047e0000",
].map(hex);
