/**
 * DEFLATE by npm's pako for the judge: runs everywhere.
 *
 * @module
 */

import { Deflate, Inflate, Z_HUFFMAN_ONLY, Z_SYNC_FLUSH } from "pako";
import {
  type Compression,
  type Deflation,
  flushTail,
  type Inflation,
  type JudgeCodec,
} from "./compression.ts";
import { joinBytes } from "./frame.ts";

/** The judge's codec where it is given no other. */
export const pakoCodec: JudgeCodec = {
  createDeflation: (compression) => new PakoDeflation(compression),
  createInflation: (compression) => new PakoInflation(compression),
};

/** Compresses messages. */
class PakoDeflation implements Deflation {
  readonly #compression: Compression;
  #deflate: Deflate | undefined;

  constructor(compression: Compression) {
    this.#compression = compression;
  }

  compress(message: Uint8Array): Uint8Array<ArrayBuffer> {
    const { windowBits, takeover } = this.#compression;
    // zlib has no window of 8 bits; without references it needs none.
    const strategy = windowBits === 8 ? Z_HUFFMAN_ONLY : undefined;
    const deflate = this.#deflate ??= new Deflate({
      raw: true,
      level: 1,
      windowBits: Math.max(9, windowBits),
      ...(strategy === undefined ? {} : { strategy }),
    });
    const pieces: Uint8Array[] = [];
    deflate.onData = (piece) => void pieces.push(piece.slice());
    deflate.push(message, Z_SYNC_FLUSH);
    if (!takeover) this.#deflate = undefined;
    const compressed = joinBytes(pieces);
    return compressed.length === 0 ? Uint8Array.of(0) : compressed.slice(0, -flushTail.length);
  }
}

/** Inflates messages, and sees references that reach far beyond the window. */
class PakoInflation implements Inflation {
  readonly #compression: Compression;
  #inflate: Inflate | undefined;
  #window = new Uint8Array(0);

  constructor(compression: Compression) {
    this.#compression = compression;
  }

  /** Throws for what is no DEFLATE. */
  inflate(payload: Uint8Array): Uint8Array<ArrayBuffer> {
    const pieces: Uint8Array[] = [];
    const message = joinBytes([payload, flushTail]);
    const inflate = this.#open();
    inflate.onData = (piece) => void pieces.push(piece.slice());
    inflate.push(message, Z_SYNC_FLUSH);
    if (inflate.err < 0) throw new Error(`sent what cannot be inflated: ${inflate.msg}`);
    const { windowBits, takeover } = this.#compression;
    // The window outlives a last block (RFC 7692 §7.2.3.4).
    if (!takeover || inflate.ended) this.#inflate = undefined;
    const output = joinBytes(pieces);
    this.#window = takeover ? joinBytes([this.#window, output]).slice(-(2 ** windowBits)) : this.#window;
    return output;
  }

  #open(): Inflate {
    if (this.#inflate !== undefined) return this.#inflate;
    const windowBits = Math.max(9, this.#compression.windowBits);
    // zlib sees what is beyond the window only where its output ends: so no output is longer than the window.
    const options = { raw: true, windowBits, chunkSize: 2 ** windowBits };
    return this.#inflate = new Inflate(
      this.#window.length > 0 ? { ...options, dictionary: this.#window } : options,
    );
  }
}
