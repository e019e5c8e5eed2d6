/**
 * Compresses each message by itself (RFC 7692 §7.1.1). Between two messages nothing is known of the
 * connection, so that one compressor serves all who want the same of it, and messages to many too.
 *
 * @module
 */

import type { Compressor, CreateCompressor } from "./compressor.ts";
import type { Deflater, DeflaterSettings } from "./deflate_codec.ts";
import { cutTail } from "./flush.ts";
import { Fuse } from "./fuse.ts";

const empty = /* @__PURE__ */ new Uint8Array(0);

/** Compresses messages without context takeover. */
export class SeparateDeflater implements Deflater {
  readonly #settings: DeflaterSettings;
  readonly #create: CreateCompressor;
  readonly #idle: Map<string, Compressor>;
  readonly #kind: string;
  readonly #fuse = new Fuse();
  /** Inside a message, or behind one that failed. */
  #compressor: Compressor | undefined;

  /** All of one codec share `idle`: for each kind one that begins anew. */
  constructor(settings: DeflaterSettings, create: CreateCompressor, idle: Map<string, Compressor>) {
    this.#settings = settings;
    this.#create = create;
    this.#idle = idle;
    this.#kind = `${settings.windowBits} ${settings.level} ${settings.memLevel}`;
  }

  deflate(piece: Uint8Array, fin: boolean): Uint8Array {
    return this.#fuse.run(() => {
      const flushed = piece.length === 0 ? empty : (this.#compressor ??= this.#take()).compress(piece);
      if (fin && this.#compressor !== undefined) this.#giveBack(this.#compressor);
      return cutTail(flushed, fin);
    });
  }

  note(): void {
    // No message refers to another one.
  }

  close(): void {
    this.#compressor?.close();
    this.#compressor = undefined;
  }

  #take(): Compressor {
    const idle = this.#idle.get(this.#kind);
    this.#idle.delete(this.#kind);
    return idle ?? this.#create(this.#settings, empty);
  }

  #giveBack(compressor: Compressor): void {
    // §7.1.1 without takeover, a message starts with an empty window
    compressor.reset();
    if (this.#idle.has(this.#kind)) compressor.close();
    else this.#idle.set(this.#kind, compressor);
    this.#compressor = undefined;
  }
}
