/**
 * The peer broke a rule of RFC 6455 or of an extension, or a codec of ours gave up. Knows the close code that
 * answers it (§7.1.7), and nothing of how that answer is sent.
 *
 * @module
 */

/**
 * A violation by the peer, with the close code that answers it (RFC 6455 §7.1.7); or a codec of our own that
 * cannot encode.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ProtocolError } from "@weft/websocket/protocol";
 *
 * assertEquals(new ProtocolError(1002, "unmasked frame").closeCode, 1002);
 * ```
 */
export class ProtocolError extends Error {
  /** The name of the class, for logs. */
  override readonly name = "ProtocolError";
  /** What the Close frame that answers this says: 1002, 1007, 1008 or 1009; 1011 where the fault is ours. */
  readonly closeCode: number;

  /** `message` becomes the reason of the Close frame, so it is at most 123 bytes. */
  constructor(closeCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.closeCode = closeCode;
  }
}
