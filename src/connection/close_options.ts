/**
 * How the application wants a connection to be closed. A type alone.
 *
 * @module
 */

/** What a Close says (RFC 6455 §5.5.1). */
export interface CloseOptions {
  /** Why, as a number: 1000 unless told otherwise. */
  readonly closeCode?: number | undefined;
  /** Why, in words: at most 123 bytes. None by default. */
  readonly reason?: string | undefined;
}
