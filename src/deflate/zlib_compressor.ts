/**
 * Compresses with the zlib that the runtime has.
 *
 * @module
 */

import { constants, createDeflateRaw, deflateRawSync } from "node:zlib";
import type { Compressor } from "./compressor.ts";
import type { DeflaterSettings } from "./deflate_codec.ts";
import { joinBytes } from "./join_bytes.ts";
import { ZlibStream } from "./zlib_stream.ts";

const scratch = new Uint8Array(65536);

/** Not so in Deno 2.9, whose zlib passes over `dictionary`. */
const knowsDictionaries = readsDictionary();

function readsDictionary(): boolean {
  const dictionary = Uint8Array.from({ length: 64 }, (_, index) => index * 37);
  const options = { dictionary, finishFlush: constants.Z_SYNC_FLUSH };
  return deflateRawSync(dictionary, options).length < dictionary.length;
}

/** A state of zlib's. */
export class ZlibCompressor implements Compressor {
  readonly #stream: ZlibStream;

  constructor(stream: ZlibStream) {
    this.#stream = stream;
  }

  compress(piece: Uint8Array): Uint8Array<ArrayBuffer> {
    const stream = this.#stream;
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    let unread = piece.length;
    do {
      if (!stream.write(piece, unread, scratch, scratch.length)) {
        throw new Error("Cannot compress: zlib has failed");
      }
      unread = stream.unread;
      chunks.push(scratch.slice(0, stream.written));
    } while (stream.written === scratch.length);
    return joinBytes(chunks);
  }

  reset(): void {
    this.#stream.reset();
  }

  close(): void {
    this.#stream.close();
  }
}

/** Sets one up that refers to `history` as if it had gone through, the oldest byte first. */
export function createZlibCompressor(
  { level, memLevel, windowBits }: DeflaterSettings,
  history: Uint8Array<ArrayBuffer>,
): ZlibCompressor {
  // zlib has no raw window of 8 bits, and with 9 its distances end at 250, so that a window of 8 is kept too.
  const bits = Math.max(windowBits, 9);
  const stream = new ZlibStream(createDeflateRaw({ level, memLevel, windowBits: bits, dictionary: history }));
  const compressor = new ZlibCompressor(stream);
  if (history.length > 0 && !knowsDictionaries) compressor.compress(history);
  return compressor;
}
