/**
 * What a tap sees of a frame.
 *
 * @module
 */

/** One frame, as a tap sees it: the header, never the payload. */
export interface FrameInfo {
  /** Which way it went. */
  readonly direction: "received" | "sent";
  /** The opcode (RFC 6455 §11.8). */
  readonly opcode: number;
  /** Whether it is the last frame of its message. */
  readonly fin: boolean;
  /** Whether it begins a compressed message (RFC 7692 §6). */
  readonly rsv1: boolean;
  /** The length of its payload on the wire, in bytes. */
  readonly length: number;
}

/** A tap: called for each received frame once its header is read, and for each sent one as it is queued. */
export type FrameTap = (frame: FrameInfo) => void;
