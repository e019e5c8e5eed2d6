/**
 * DEFLATE by `node:zlib` for the judge, some five times as fast as pako: message by message in one synchronous call,
 * which is given the window.
 *
 * @module
 */

import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import {
  type Compression,
  type Deflation,
  flushTail,
  type Inflation,
  type JudgeCodec,
} from "../../src/testing/conformance/compression.ts";
import { joinBytes } from "../../src/testing/conformance/frame.ts";

const finishFlush = constants.Z_SYNC_FLUSH;

/** Not so in Deno 2.9 and Bun 1.4, whose compressors pass over `dictionary`. */
export const isZlibExact: boolean = readsDictionary();

function readsDictionary(): boolean {
  const dictionary = Uint8Array.from({ length: 64 }, (_, index) => index * 37);
  return deflateRawSync(dictionary, { dictionary, finishFlush }).length < dictionary.length;
}

/** Right only where `isZlibExact`. */
export const zlibCodec: JudgeCodec = {
  createDeflation: (compression) => new ZlibDeflation(compression),
  createInflation: (compression) => new ZlibInflation(compression),
};

/** The end of what went one way. */
class Window {
  readonly #compression: Compression;
  #bytes = new Uint8Array(0);

  constructor(compression: Compression) {
    this.#compression = compression;
  }

  add(message: Uint8Array): void {
    const { windowBits, takeover } = this.#compression;
    const size = 2 ** windowBits;
    if (takeover) this.#bytes = joinBytes([this.#bytes, message.subarray(-size)]).slice(-size);
  }

  /** `node:zlib` wants no empty dictionary. */
  get options(): { dictionary?: Uint8Array } {
    return this.#bytes.length > 0 ? { dictionary: this.#bytes } : {};
  }
}

class ZlibDeflation implements Deflation {
  readonly #windowBits: number;
  readonly #window: Window;

  constructor(compression: Compression) {
    this.#windowBits = compression.windowBits;
    this.#window = new Window(compression);
  }

  compress(message: Uint8Array): Uint8Array<ArrayBuffer> {
    const compressed = deflateRawSync(message, {
      ...this.#window.options,
      level: 1,
      // zlib has no window of 8 bits; without references it needs none.
      windowBits: Math.max(9, this.#windowBits),
      strategy: this.#windowBits === 8 ? constants.Z_HUFFMAN_ONLY : constants.Z_DEFAULT_STRATEGY,
      chunkSize: 65536,
      finishFlush,
    });
    this.#window.add(message);
    return new Uint8Array(compressed.subarray(0, -flushTail.length));
  }
}

class ZlibInflation implements Inflation {
  readonly #windowBits: number;
  readonly #window: Window;

  constructor(compression: Compression) {
    this.#windowBits = Math.max(9, compression.windowBits);
    this.#window = new Window(compression);
  }

  inflate(payload: Uint8Array): Uint8Array<ArrayBuffer> {
    const message = inflateRawSync(joinBytes([payload, flushTail]), {
      ...this.#window.options,
      windowBits: this.#windowBits,
      // zlib sees what is beyond the window only where its output ends: so no output is longer than the window, but
      // for the largest one, beyond which there is nothing.
      chunkSize: this.#windowBits === 15 ? 2 ** 17 : 2 ** this.#windowBits,
      finishFlush,
    });
    this.#window.add(message);
    return new Uint8Array(message);
  }
}
