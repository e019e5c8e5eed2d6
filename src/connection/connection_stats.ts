/**
 * What a connection counts.
 *
 * @module
 */

/** Counts of a connection since the opening handshake. */
export interface ConnectionStats {
  /** Bytes read from the transport. */
  readonly bytesReceived: number;
  /** Bytes handed to the transport. */
  readonly bytesSent: number;
  /** Frames whose header was read. */
  readonly framesReceived: number;
  /** Frames queued. */
  readonly framesSent: number;
  /** Messages read to their end. */
  readonly messagesReceived: number;
  /** Messages queued to their end. */
  readonly messagesSent: number;
}
