/**
 * How a connection came to its end.
 *
 * @module
 */

/** How a connection was closed (RFC 6455 §7.1.4-§7.1.6). */
export interface WebSocketCloseInfo {
  /**
   * The code of the peer's Close; 1005 where it had none. Without one, the code that we sent because the peer
   * broke a rule, or else 1006. Without `capabilities.closingHandshake`, our own code where we closed first.
   */
  readonly closeCode: number;
  /** The reason that belongs to the code. */
  readonly reason: string;
  /** Whether both sides sent a Close, and nobody broke a rule. */
  readonly wasClean: boolean;
  /**
   * What brought the connection down, where it was an error: of the peer, the
   * transport, or a message handler.
   */
  readonly error?: unknown;
}
