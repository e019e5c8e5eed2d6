/**
 * Compresses each message with reference to those before it (RFC 7692 §7.1.1). A compressor is a multiple of
 * what it knows of a connection between two messages: some are kept, the others are made again.
 *
 * @module
 */

import type { Compressor, CreateCompressor } from "./compressor.ts";
import type { Deflater, DeflaterSettings } from "./deflate_codec.ts";
import { cutTail } from "./flush.ts";
import { Fuse } from "./fuse.ts";
import { History } from "./history.ts";
import type { Owner, WarmStates } from "./warm_states.ts";

/**
 * The base-2 logarithm of the bytes that a connection keeps: what is sent need not
 * refer to all that it might.
 */
const mostKept = 13;

const empty = /* @__PURE__ */ new Uint8Array(0);

/** Compresses the messages of one connection with context takeover. */
export class WarmDeflater implements Deflater, Owner {
  readonly stateSize: number;
  lastUse = 0;
  readonly #settings: DeflaterSettings;
  readonly #create: CreateCompressor;
  readonly #warm: WarmStates<Compressor>;
  readonly #history: History;
  readonly #fuse = new Fuse();
  /** Inside a message, or behind one that failed. */
  #compressor: Compressor | undefined;

  /** All of one codec share `warm`. */
  constructor(settings: DeflaterSettings, create: CreateCompressor, warm: WarmStates<Compressor>) {
    this.#settings = settings;
    this.#create = create;
    this.#warm = warm;
    // What zlib says it takes.
    this.stateSize = (1 << (settings.windowBits + 2)) + (1 << (settings.memLevel + 9));
    this.#history = new History(Math.min(settings.windowBits, mostKept));
  }

  deflate(piece: Uint8Array, fin: boolean): Uint8Array {
    return this.#fuse.run(() => {
      let flushed: Uint8Array = empty;
      if (piece.length > 0) {
        // One that is not kept is made to know the history.
        this.#compressor ??= this.#warm.take(this) ?? this.#create(this.#settings, this.#history.read());
        flushed = this.#compressor.compress(piece);
        this.#history.push(piece);
      }
      if (fin && this.#compressor !== undefined) {
        this.#warm.keep(this, this.#compressor);
        this.#compressor = undefined;
      }
      return cutTail(flushed, fin);
    });
  }

  note(message: Uint8Array): void {
    this.#fuse.run(() => {
      // It knows nothing of the message, and cannot be told.
      this.#warm.drop(this);
      this.#history.push(message);
    });
  }

  close(): void {
    this.#warm.drop(this);
    this.#compressor?.close();
    this.#compressor = undefined;
    this.#history.clear();
  }
}
