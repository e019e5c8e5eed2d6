/**
 * DEFLATE by npm's pako: plain JavaScript, the same on every runtime.
 *
 * @module
 */

import type { Compressor, CreateCompressor } from "./compressor.ts";
import type { DeflateCodec } from "./deflate_codec.ts";
import { PakoCompressor } from "./pako_compressor.ts";
import { PakoInflater } from "./pako_inflater.ts";
import { WarmDeflater } from "./warm_deflater.ts";
import { WarmStates } from "./warm_states.ts";

const create: CreateCompressor = (...given) => new PakoCompressor(...given);
/** Two MiB: 64 with a window of 12 bits, 14 with one of 15. */
const warm = new WarmStates<Compressor>(1 << 21, (compressor) => compressor.close());

/**
 * The codec that runs everywhere. Of a connection it keeps the window that the peer may refer to, and at most
 * 8 KiB of what was sent; all connections together have 4 MiB for what compresses and inflates those in use.
 */
export const pakoCodec: DeflateCodec = {
  createDeflater: (settings) => new WarmDeflater(settings, create, warm),
  createInflater: (settings) => new PakoInflater(settings),
};
