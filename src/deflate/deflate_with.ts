/**
 * The compressing half of a codec, out of what sets up its compressors. Knows no implementation.
 *
 * @module
 */

import type { Compressor, CreateCompressor } from "./compressor.ts";
import type { DeflateCodec } from "./deflate_codec.ts";
import { SeparateDeflater } from "./separate_deflater.ts";
import { WarmDeflater } from "./warm_deflater.ts";
import { WarmStates } from "./warm_states.ts";

/**
 * Creates deflaters. All of them together keep three MiB of compressors, 96 with a window of 12 bits or 21
 * with one of 15, and one of each kind in use that remembers no message.
 */
export function deflateWith(create: CreateCompressor): DeflateCodec["createDeflater"] {
  const warm = new WarmStates<Compressor>(3 << 20, (compressor) => compressor.close());
  const idle = new Map<string, Compressor>();
  return (settings) =>
    settings.takeover
      ? new WarmDeflater(settings, create, warm)
      : new SeparateDeflater(settings, create, idle);
}
