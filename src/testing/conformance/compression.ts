/**
 * What the judge wants of DEFLATE (RFC 1951) to play a peer that compresses. Knows no implementation.
 *
 * @module
 */

/** How one direction of a connection is compressed (RFC 7692 §7.1). */
export interface Compression {
  /** The base-2 logarithm of the window's size in bytes, 8 to 15. */
  readonly windowBits: number;
  /** Whether the window lives on from one message to the next. */
  readonly takeover: boolean;
}

/** Compresses the messages of one direction. */
export interface Deflation {
  /** A whole message, without the `00 00 ff ff` at its end (RFC 7692 §7.2.1). */
  compress(message: Uint8Array): Uint8Array<ArrayBuffer>;
}

/** Inflates the messages of one direction. */
export interface Inflation {
  /**
   * A whole message. Throws for what is no DEFLATE, and for references beyond the
   * window where it can see them.
   */
  inflate(payload: Uint8Array): Uint8Array<ArrayBuffer>;
}

/** An implementation. */
export interface JudgeCodec {
  /** What compresses one direction of a connection. */
  createDeflation(compression: Compression): Deflation;
  /** What inflates it. */
  createInflation(compression: Compression): Inflation;
}

/** What a sync flush ends in (RFC 7692 §7.2.1). */
export const flushTail: Uint8Array = Uint8Array.of(0, 0, 0xff, 0xff);
