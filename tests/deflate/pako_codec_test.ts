import { test } from "node:test";
import { assertThrows } from "@std/assert";
import { pakoCodec } from "../../src/deflate/pako_codec.ts";
import { PakoCompressor } from "../../src/deflate/pako_compressor.ts";
import { testCodecFaults } from "../kit/codec_faults.ts";
import { testDeflateCodec } from "../kit/deflate_codec_contract.ts";

testDeflateCodec("pakoCodec", pakoCodec);
testCodecFaults("pakoCodec", pakoCodec, (...given) => new PakoCompressor(...given));

test("a PakoCompressor throws where pako fails", () => {
  const settings = { windowBits: 15, takeover: true, level: 10, memLevel: 8 };
  const compressor = new PakoCompressor(settings, new Uint8Array());
  assertThrows(() => compressor.compress(Uint8Array.of(1)), Error, "Cannot compress: pako has failed");
});
