/**
 * DEFLATE by npm's pako: plain JavaScript, the same on every runtime.
 *
 * @module
 */

import type { DeflateCodec } from "./deflate_codec.ts";
import { PakoDeflater } from "./pako_deflater.ts";
import { PakoInflater } from "./pako_inflater.ts";

/**
 * The codec that runs everywhere. Of a connection it keeps two windows, and for the 64 that sent last, and the 64 that received
 * last, what compresses and inflates them too.
 */
export const pakoCodec: DeflateCodec = {
  createDeflater: (settings) => new PakoDeflater(settings),
  createInflater: (settings) => new PakoInflater(settings),
};
