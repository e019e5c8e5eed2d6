/**
 * Compresses with pako. A compressor's state is ten times its window, and can be made out of the window again.
 *
 * @module
 */

import {
  Z_DEFAULT_STRATEGY,
  Z_SYNC_FLUSH,
  zlibDeflate,
  zlibDeflateInit2,
  zlibDeflateReset,
  zlibDeflateSetDictionary,
  ZStream,
} from "pako";
import type { Deflater, DeflaterSettings } from "./deflate_codec.ts";
import { cutTail } from "./flush.ts";
import { History } from "./history.ts";
import { joinBytes } from "./join_bytes.ts";
import { WarmStates } from "./warm_states.ts";

const empty = new Uint8Array(0);
const scratch = new Uint8Array(65536);
const methodDeflated = 8;

const warm = new WarmStates<ZStream>(64);

/** Compresses the messages of one connection. */
export class PakoDeflater implements Deflater {
  readonly #settings: DeflaterSettings;
  readonly #history: History;
  /** The state, inside a message. */
  #stream: ZStream | undefined;

  constructor(settings: DeflaterSettings) {
    this.#settings = settings;
    this.#history = new History(settings.windowBits);
  }

  deflate(piece: Uint8Array, fin: boolean): Uint8Array {
    let flushed: Uint8Array = empty;
    if (piece.length > 0) {
      this.#stream ??= this.#open();
      flushed = flush(this.#stream, piece);
      if (this.#settings.takeover) this.#history.push(piece);
    }
    if (fin && this.#stream !== undefined) {
      warm.keep(this, this.#stream);
      this.#stream = undefined;
    }
    return cutTail(flushed, fin);
  }

  close(): void {
    warm.take(this);
    this.#stream = undefined;
    this.#history.clear();
  }

  /** A state that knows the history. */
  #open(): ZStream {
    const kept = warm.take(this);
    if (kept === undefined) {
      const stream = createStream(this.#settings);
      if (this.#history.length > 0) zlibDeflateSetDictionary(stream, this.#history.read());
      return stream;
    }
    // §7.1.1 without takeover, a message starts with an empty window
    if (!this.#settings.takeover) zlibDeflateReset(kept);
    return kept;
  }
}

function createStream({ windowBits, level, memLevel }: DeflaterSettings): ZStream {
  const stream = new ZStream();
  // zlib has no raw window of 8 bits, and with 9 its distances end at 250, so that a window of 8 is kept too.
  zlibDeflateInit2(stream, level, methodDeflated, -Math.max(windowBits, 9), memLevel, Z_DEFAULT_STRATEGY);
  return stream;
}

/** Compresses all of `piece`. */
function flush(stream: ZStream, piece: Uint8Array): Uint8Array {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  stream.input = piece;
  stream.next_in = 0;
  stream.avail_in = piece.length;
  do {
    stream.output = scratch;
    stream.next_out = 0;
    stream.avail_out = scratch.length;
    zlibDeflate(stream, Z_SYNC_FLUSH);
    chunks.push(new Uint8Array(scratch.subarray(0, stream.next_out)));
  } while (stream.avail_out === 0);
  stream.input = empty;
  return joinBytes(chunks);
}
