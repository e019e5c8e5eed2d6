/**
 * DEFLATE by `node:zlib`, for servers: Node, Deno, Bun, and workerd with `nodejs_compat`. Uses its synchronous calls
 * only, which leave nothing behind, so that a connection holds its two windows and no more.
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

import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { ProtocolError } from "../protocol/protocol_error.ts";
import type { DeflateCodec, Deflater, DeflaterSettings, DeflateSettings, Inflater } from "./deflate_codec.ts";
import { cutTail, flushTail } from "./flush.ts";
import { History } from "./history.ts";
import { PakoDeflater } from "./pako_deflater.ts";
import { PakoInflater } from "./pako_inflater.ts";

const empty = new Uint8Array(0);
const finishFlush = constants.Z_SYNC_FLUSH;

/** Below this many bytes, pako inflates faster than a call takes. */
const smallestInflated = 1024;

/** The most that is compressed into one chunk. */
const largestChunk = 65536;

/** What every runtime takes for a maximum. */
const longestArray = 2 ** 32 - 1;

/** Not so in Deno 2.9, whose zlib passes over `dictionary`. */
const knowsDictionaries = readsDictionary();

function readsDictionary(): boolean {
  const dictionary = Uint8Array.from({ length: 64 }, (_, index) => index * 37);
  return deflateRawSync(dictionary, { dictionary, finishFlush }).length < dictionary.length;
}

/** The codec for servers. Where the runtime's zlib is no help, it does what `pakoCodec` does. */
export const zlibCodec: DeflateCodec = {
  createDeflater: (settings) =>
    settings.takeover && !knowsDictionaries ? new PakoDeflater(settings) : new ZlibDeflater(settings),
  // zlib sees a distance beyond a smaller window only now and then; beyond 32 KiB there is none.
  createInflater: (settings) =>
    settings.windowBits === 15 ? new ZlibInflater(settings) : new PakoInflater(settings),
};

/** Compresses each piece in one call that is given the window. */
class ZlibDeflater implements Deflater {
  readonly #settings: DeflaterSettings;
  readonly #history: History;

  constructor(settings: DeflaterSettings) {
    this.#settings = settings;
    this.#history = new History(settings.windowBits);
  }

  deflate(piece: Uint8Array, fin: boolean): Uint8Array {
    const { windowBits, takeover, level, memLevel } = this.#settings;
    let flushed: Uint8Array = empty;
    if (piece.length > 0) {
      flushed = deflateRawSync(piece, {
        level,
        memLevel,
        // zlib has no raw window of 8 bits, and with 9 its distances end at 250, so that a window of 8 is kept too.
        windowBits: Math.max(windowBits, 9),
        finishFlush,
        chunkSize: Math.min(piece.length + 64, largestChunk),
        dictionary: this.#history.read(),
      });
      if (takeover) this.#history.push(piece);
    }
    return cutTail(flushed, fin);
  }

  close(): void {
    this.#history.clear();
  }
}

/** Inflates long messages in one call, behind a stored block with the window; leaves all else, and every doubt, to pako. */
class ZlibInflater implements Inflater {
  readonly #takeover: boolean;
  readonly #history: History;
  readonly #pieces: PakoInflater;
  #inMessage = false;

  constructor(settings: DeflateSettings) {
    this.#takeover = settings.takeover;
    this.#history = new History(settings.windowBits);
    this.#pieces = new PakoInflater(settings, this.#history);
  }

  inflate(piece: Uint8Array, fin: boolean, limit: number): Uint8Array<ArrayBuffer> {
    if (fin && !this.#inMessage && piece.length >= smallestInflated) {
      const message = inflateWhole(piece, this.#history, limit);
      if (message !== undefined) {
        if (this.#takeover) {
          this.#history.push(message);
          this.#pieces.forget();
        }
        return message;
      }
    }
    this.#inMessage = !fin;
    return this.#pieces.inflate(piece, fin, limit);
  }

  close(): void {
    this.#pieces.close();
  }
}

/** Stored block (RFC 1951 §3.2.4): three bits, a length, its complement. */
const storedHeaderSize = 5;

/** An empty last block (RFC 1951 §3.2.6), so that zlib sees whether the message ended between two blocks. */
const lastBlock = Uint8Array.of(0x03, 0x00);

/** A message that is as it should be, `undefined` for any other. Throws for one that is too big. */
function inflateWhole(
  payload: Uint8Array,
  history: History,
  limit: number,
): Uint8Array<ArrayBuffer> | undefined {
  const before = history.length;
  const prefix = before > 0 ? storedHeaderSize + before : 0;
  const input = new Uint8Array(prefix + payload.length + flushTail.length + lastBlock.length);
  if (before > 0) {
    input.set([0, before, before >>> 8, ~before, ~before >>> 8]);
    history.copyTo(input, storedHeaderSize);
  }
  input.set(payload, prefix);
  input.set(flushTail, prefix + payload.length);
  input.set(lastBlock, input.length - lastBlock.length);
  try {
    const { buffer, engine } = inflate(input, Math.min(Math.max(before + limit, 1), longestArray));
    // A last block further up is somebody else's work.
    if (engine.bytesWritten < input.length || buffer.length > before + limit) return undefined;
    return new Uint8Array(buffer.subarray(before));
  } catch (error) {
    if (isTooBig(error)) throw new ProtocolError(1009, "message too big");
    return undefined;
  }
}

interface Inflated {
  readonly buffer: Uint8Array;
  /** Its `bytesWritten` is how much of the input was read. */
  readonly engine: { readonly bytesWritten: number };
}

/** The types of `node:zlib` do not know what `info` does. */
function inflate(input: Uint8Array, maxOutputLength: number): Inflated {
  return inflateRawSync(input, { maxOutputLength, info: true }) as unknown as Inflated;
}

function isTooBig(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
}
