import { pakoCodec } from "../../src/deflate/pako_codec.ts";
import { testDeflateCodec } from "../kit/deflate_codec_contract.ts";

testDeflateCodec("pakoCodec", pakoCodec);
