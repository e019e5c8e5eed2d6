/**
 * How much of a head is read before its sender is given up on (RFC 6455 §10.4,
 * RFC 6585 §5). Knows numbers only.
 *
 * @module
 */

/** What an HTTP/1.1 head may cost. */
export interface HeadLimits {
  /**
   * The longest line, in bytes without its CRLF. A longer request line is answered 414, a longer field 431.
   */
  readonly maxHeaderLine: number;
  /** The most field lines; one more is answered 431. */
  readonly maxHeaders: number;
  /** The longest head, in bytes with every CRLF; a longer one is answered 431. */
  readonly maxHeadSize: number;
}

/** What holds where nothing is said. */
export const defaultHeadLimits: HeadLimits = {
  maxHeaderLine: 8192,
  maxHeaders: 128,
  maxHeadSize: 32 * 1024,
};
