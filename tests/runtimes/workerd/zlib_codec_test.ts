import { pakoCodec } from "../../../src/deflate/pako_codec.ts";
import { zlibCodec } from "../../../src/deflate/zlib.ts";
import { testDeflateCodec } from "../../kit/deflate_codec_contract.ts";
import { testCodecsTogether } from "../../kit/deflate_codecs_together.ts";

testDeflateCodec("zlibCodec", zlibCodec);
testCodecsTogether("pakoCodec and zlibCodec", pakoCodec, zlibCodec);
testCodecsTogether("zlibCodec and pakoCodec", zlibCodec, pakoCodec);
