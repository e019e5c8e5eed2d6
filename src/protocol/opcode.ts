/**
 * The opcodes of RFC 6455 §5.2 and §11.8.
 *
 * @module
 */

/** The opcodes of RFC 6455 §11.8. */
export const Opcode = {
  /** The next frame of a fragmented message (§5.4). */
  Continuation: 0x0,
  /** The first frame of a text message (§5.6). */
  Text: 0x1,
  /** The first frame of a binary message (§5.6). */
  Binary: 0x2,
  /** Close (§5.5.1). */
  Close: 0x8,
  /** Ping (§5.5.2). */
  Ping: 0x9,
  /** Pong (§5.5.3). */
  Pong: 0xa,
} as const;

/** One of the opcodes of RFC 6455 §11.8. */
export type Opcode = typeof Opcode[keyof typeof Opcode];
