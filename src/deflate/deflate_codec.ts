/**
 * What permessage-deflate wants of a DEFLATE implementation (RFC 1951): synchronous, a piece at a time,
 * bounded. Knows no implementation.
 *
 * @module
 */

/** How one direction of one connection is compressed. */
export interface DeflateSettings {
  /** The base-2 logarithm of the window's size in bytes, 8 to 15 (RFC 7692 §7.1.2). */
  readonly windowBits: number;
  /** Whether the window lives on from one message to the next (RFC 7692 §7.1.1). */
  readonly takeover: boolean;
}

/** How what is sent is compressed. */
export interface DeflaterSettings extends DeflateSettings {
  /** zlib's level, 0 to 9. */
  readonly level: number;
  /** zlib's memory level, 1 to 9. */
  readonly memLevel: number;
}

/** Compresses the messages of one connection. Behind a call that throws, only `close()` is called. */
export interface Deflater {
  /**
   * Compresses the next piece of a message. What was returned up to here can be inflated up to here; the last
   * piece comes without its `00 00 ff ff` (RFC 7692 §7.2.1). No distance is longer than the window. The
   * result is not used again.
   */
  deflate(piece: Uint8Array, fin: boolean): Uint8Array;
  /**
   * Takes note of a message, between two others, that another deflater has compressed:
   * later ones may refer to it.
   */
  note(message: Uint8Array): void;
  /** Frees what is held. */
  close(): void;
}

/** Inflates the messages of one connection. Behind a call that throws, only `close()` is called. */
export interface Inflater {
  /**
   * Inflates the next piece of a message (RFC 7692 §7.2.2), into at most `limit` bytes that nobody else uses.
   * Throws a `ProtocolError` with 1009, before it takes the memory, where it would be more; with 1007 for
   * what is no DEFLATE, ends early, or reaches behind the window.
   */
  inflate(piece: Uint8Array, fin: boolean, limit: number): Uint8Array<ArrayBuffer>;
  /** Frees what is held. */
  close(): void;
}

/** An implementation of DEFLATE. */
export interface DeflateCodec {
  /** A compressor for one connection. */
  createDeflater(settings: DeflaterSettings): Deflater;
  /** A decompressor for one connection. */
  createInflater(settings: DeflateSettings): Inflater;
}
