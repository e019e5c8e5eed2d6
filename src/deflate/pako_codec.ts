/**
 * DEFLATE by npm's pako: plain JavaScript, the same on every runtime.
 *
 * @module
 */

import type { DeflateCodec } from "./deflate_codec.ts";
import { deflateWith } from "./deflate_with.ts";
import { PakoCompressor } from "./pako_compressor.ts";
import { PakoInflater } from "./pako_inflater.ts";

/**
 * The codec that runs everywhere. Of a connection it keeps the window that the peer may refer to, and at most
 * 8 KiB of what was sent; all connections together have 4 MiB for what compresses and inflates those in use.
 */
export const pakoCodec: DeflateCodec = {
  createDeflater: /* @__PURE__ */ deflateWith((...given) => new PakoCompressor(...given)),
  createInflater: (settings) => new PakoInflater(settings),
};
