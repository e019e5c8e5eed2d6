/**
 * What `zlibCodec` has to do on each runtime that has `node:zlib`, as tests. Knows no runtime.
 *
 * @module
 */

import { test } from "node:test";
import { createDeflateRaw, createInflateRaw } from "node:zlib";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { pakoCodec } from "../../src/deflate/pako_codec.ts";
import { drivesZlib } from "../../src/deflate/drives_zlib.ts";
import { zlibCodec } from "../../src/deflate/zlib.ts";
import { createZlibCompressor, ZlibCompressor } from "../../src/deflate/zlib_compressor.ts";
import { ZlibStream } from "../../src/deflate/zlib_stream.ts";
import { testCodecFaults } from "./codec_faults.ts";
import { testDeflateCodec } from "./deflate_codec_contract.ts";
import { testCodecsTogether } from "./deflate_codecs_together.ts";
import { samples } from "./deflate_samples.ts";
import { hex, sameBytes, utf8 } from "./frames.ts";
import { fuzz } from "./fuzz.ts";

/** The tests, on the runtime that runs them. */
export function testZlibCodec(): void {
  testDeflateCodec("zlibCodec", zlibCodec);
  testCodecFaults("zlibCodec", zlibCodec, createZlibCompressor);
  testCodecsTogether("pakoCodec and zlibCodec", pakoCodec, zlibCodec);
  testCodecsTogether("zlibCodec and pakoCodec", zlibCodec, pakoCodec);

  test("zlibCodec has found the runtime's zlib", () => {
    assert(drivesZlib());
    assert(zlibCodec !== pakoCodec);
  });

  test("drivesZlib() is false where streams are made otherwise, and then does not call them", () => {
    const broken = (): never => {
      throw new Error("there is no such stream");
    };
    assertEquals(drivesZlib(broken), false);
    assertEquals(drivesZlib(createDeflateRaw, broken), false);
    assertEquals(drivesZlib(() => ({})), false);
    // Each would work, but does the other's work.
    assertEquals(drivesZlib(createInflateRaw, createInflateRaw), false);
    assertEquals(drivesZlib(createDeflateRaw, createDeflateRaw), false);
    for (const more of [[], ["an eighth argument"]]) {
      let calls = 0;
      const createLater = () => ({
        _handle: { writeSync: (..._call: unknown[]) => void calls++ },
        _processChunk(input: Uint8Array, flush: number): void {
          this._handle.writeSync(flush, input, 0, input.length, new Uint8Array(9), 0, 9, ...more);
        },
      });
      assertEquals(drivesZlib(createLater), false);
      assertEquals(calls, 1);
    }
  });

  test("a ZlibStream tells of a failure and does nothing else", async () => {
    const stream = new ZlibStream(createInflateRaw());
    for (let count = 0; count < 2; count++) {
      assertEquals(stream.write(hex("0700"), 2, new Uint8Array(10), 10), false);
    }
    stream.close();
    // An event would be told by now.
    await new Promise((resolve) => setTimeout(resolve, 1));
  });

  test("a ZlibCompressor throws where zlib fails, and is not used on", () => {
    const compressor = new ZlibCompressor(new ZlibStream(createInflateRaw()));
    assertThrows(() => compressor.compress(hex("0700")), Error, "Cannot compress: zlib has failed");
    compressor.close();
  });

  test("zlibCodec serves connections in any order, whether or not a state was kept (RFC 7692 §7.1.1)", () => {
    fuzz(10, (chance) => {
      const takeover = chance.happens(0.7);
      const settings = { windowBits: chance.pick([9, 12, 15]), takeover, level: 6, memLevel: 8 };
      const connections = Array.from({ length: chance.pick([2, 30]) }, () => ({
        deflater: zlibCodec.createDeflater(settings),
        inflater: zlibCodec.createInflater(settings),
        pieces: [] as Uint8Array[],
      }));
      for (let count = 0; count < 150; count++) {
        const { deflater, inflater, pieces } = chance.pick(connections);
        const sample = chance.pick([...samples.values()]);
        const from = chance.integer(sample.length);
        const piece = sample.slice(from, from + chance.integer(3000));
        const fin = chance.happens(0.6);
        pieces.push(inflater.inflate(Uint8Array.from(deflater.deflate(piece, fin)), fin, 1 << 20));
        assert(sameBytes(pieces.at(-1)!, piece));
      }
      for (const { deflater, inflater } of connections) {
        deflater.close();
        inflater.close();
      }
    });
  });

  test("zlibCodec inflates on after a message that failed on another connection", () => {
    const [one, two] = [zlibCodec.createInflater, zlibCodec.createInflater].map((create) =>
      create({ windowBits: 15, takeover: true })
    );
    assert(sameBytes(two!.inflate(hex("f248cdc9c90700"), true, 5), utf8("Hello")));
    assertThrows(() => one!.inflate(hex("0700"), true, 5));
    assertThrows(() => two!.inflate(hex("f200110000"), true, 4));
    const three = zlibCodec.createInflater({ windowBits: 15, takeover: true });
    assert(sameBytes(three.inflate(hex("f248cdc9c90700"), true, 5), utf8("Hello")));
    assert(sameBytes(three.inflate(hex("f200110000"), true, 5), utf8("Hello")));
  });
}
