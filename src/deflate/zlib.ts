/**
 * DEFLATE by `node:zlib`, for servers: Node, Deno, Bun, and workerd with `nodejs_compat`. No thread and no
 * stream: what a connection holds between two messages is its windows.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { permessageDeflate } from "@weft/websocket/deflate";
 * import { zlibCodec } from "@weft/websocket/deflate/zlib";
 *
 * const extension = permessageDeflate({ codec: zlibCodec });
 * assertEquals(extension.name, "permessage-deflate");
 * ```
 *
 * @module
 */

import type { DeflateCodec } from "./deflate_codec.ts";
import { deflateWith } from "./deflate_with.ts";
import { drivesZlib } from "./drives_zlib.ts";
import { pakoCodec } from "./pako_codec.ts";
import { PakoInflater } from "./pako_inflater.ts";
import { createZlibCompressor } from "./zlib_compressor.ts";
import { ZlibInflater } from "./zlib_inflater.ts";

const nativeCodec: DeflateCodec = {
  createDeflater: deflateWith(createZlibCompressor),
  createInflater: (settings) =>
    settings.windowBits === 15 ? new ZlibInflater(settings.takeover) : new PakoInflater(settings),
};

// On no runtime that we know does it come to pako.
// deno-coverage-ignore
const codec: DeflateCodec = drivesZlib() ? nativeCodec : pakoCodec;

/**
 * The codec for servers. Of a connection it keeps the window that the peer may refer to, and at most 8 KiB of
 * what was sent; all connections together have 3 MiB for what compresses those in use. Where the runtime's
 * zlib cannot be driven so, it is `pakoCodec`.
 */
export const zlibCodec: DeflateCodec = codec;
