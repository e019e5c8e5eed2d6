/**
 * What an operation on a connection fails with once the connection is no longer open.
 *
 * @module
 */

/** Why a connection's operation failed: with what code and reason the connection was, or is being, closed. */
export class WebSocketError extends Error {
  /** The name of the class, as in WHATWG WebSockets. */
  override readonly name = "WebSocketError";
  /** The close code of the connection (RFC 6455 §7.1.5); 1006 where it ended without a closing handshake. */
  readonly closeCode: number;
  /** The close reason (RFC 6455 §7.1.6). */
  readonly reason: string;

  /** `options.cause` is what brought the connection down, where it was an error. */
  constructor(
    message: string,
    options: {
      readonly closeCode?: number | undefined;
      readonly reason?: string | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.closeCode = options.closeCode ?? 1006;
    this.reason = options.reason ?? "";
  }
}
