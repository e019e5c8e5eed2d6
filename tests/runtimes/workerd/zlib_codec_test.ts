import { testZlibCodec } from "../../kit/zlib_codec_tests.ts";

testZlibCodec();
