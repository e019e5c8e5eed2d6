/**
 * What compresses, once it is set up: a state that is large, and knows what went
 * through it. Knows no messages.
 *
 * @module
 */

import type { DeflaterSettings } from "./deflate_codec.ts";

/** The state of one DEFLATE stream (RFC 1951). */
export interface Compressor {
  /** Compresses all of `piece`, up to a sync flush. The result is not used again. */
  compress(piece: Uint8Array): Uint8Array<ArrayBuffer>;
  /** Forgets what went through. */
  reset(): void;
  /** Frees what is held. */
  close(): void;
}

/** Sets one up that refers to `history` as if it had gone through, the oldest byte first. */
export type CreateCompressor = (settings: DeflaterSettings, history: Uint8Array<ArrayBuffer>) => Compressor;
