/**
 * The opcodes of RFC 6455 §5.2 and §11.8.
 *
 * @module
 */

/** The next frame of a fragmented message (§5.4). */
export const Continuation = 0x0;
/** The first frame of a text message (§5.6). */
export const Text = 0x1;
/** The first frame of a binary message (§5.6). */
export const Binary = 0x2;
/** Close (§5.5.1). */
export const Close = 0x8;
/** Ping (§5.5.2). */
export const Ping = 0x9;
/** Pong (§5.5.3). */
export const Pong = 0xa;
