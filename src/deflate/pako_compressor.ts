/**
 * Compresses with pako.
 *
 * @module
 */

import {
  Z_BUF_ERROR,
  Z_DEFAULT_STRATEGY,
  Z_OK,
  Z_SYNC_FLUSH,
  zlibDeflate,
  zlibDeflateInit2,
  zlibDeflateReset,
  zlibDeflateSetDictionary,
  ZStream,
} from "pako";
import type { Compressor } from "./compressor.ts";
import type { DeflaterSettings } from "./deflate_codec.ts";
import { joinBytes } from "./join_bytes.ts";

const empty = /* @__PURE__ */ new Uint8Array(0);
const scratch = /* @__PURE__ */ new Uint8Array(65536);
const methodDeflated = 8;

/** A state of pako's. */
export class PakoCompressor implements Compressor {
  readonly #stream = new ZStream();

  constructor({ level, memLevel, windowBits }: DeflaterSettings, history: Uint8Array) {
    // zlib has no raw window of 8 bits, and with 9 its
    // distances end at 250, so that a window of 8 is kept too.
    const bits = Math.max(windowBits, 9);
    zlibDeflateInit2(this.#stream, level, methodDeflated, -bits, memLevel, Z_DEFAULT_STRATEGY);
    if (history.length > 0) zlibDeflateSetDictionary(this.#stream, history);
  }

  compress(piece: Uint8Array): Uint8Array<ArrayBuffer> {
    const stream = this.#stream;
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    stream.input = piece;
    stream.next_in = 0;
    stream.avail_in = piece.length;
    do {
      stream.output = scratch;
      stream.next_out = 0;
      stream.avail_out = scratch.length;
      const status = zlibDeflate(stream, Z_SYNC_FLUSH);
      // Where the output was just full, there is nothing more to do.
      if (status !== Z_OK && status !== Z_BUF_ERROR) throw new Error("Cannot compress: pako has failed");
      chunks.push(scratch.slice(0, stream.next_out));
    } while (stream.avail_out === 0);
    stream.input = empty;
    return joinBytes(chunks);
  }

  reset(): void {
    zlibDeflateReset(this.#stream);
  }

  close(): void {
    // It is memory, and nothing else.
  }
}
