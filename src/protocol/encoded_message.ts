/**
 * A message to many connections in the form that is the same for some of them. Knows neither connections nor
 * codecs.
 *
 * @module
 */

import { createFrame } from "./frame_writer.ts";
import { joinFrames } from "./join_frames.ts";

/** What a message becomes for all connections that encode it alike. */
export class EncodedMessage {
  /** The payload of its one frame, or of all its fragments. */
  readonly payload: Uint8Array;
  /** Text or Binary. */
  readonly opcode: number;
  /** RSV1 of its first frame. */
  readonly rsv1: boolean;
  #frame: Uint8Array | undefined;

  /** Takes the payload, and what stands before it (RFC 6455 §5.2). */
  constructor(payload: Uint8Array, opcode: number, rsv1: boolean) {
    this.payload = payload;
    this.opcode = opcode;
    this.rsv1 = rsv1;
  }

  /** All of it in one frame that is not masked. */
  get frame(): Uint8Array {
    return this.#frame ??= createFrame(this.opcode, this.rsv1, this.payload);
  }

  /**
   * The frame behind what one connection sends before it; the same array for all that send the same before.
   * `undefined` where others, who came first, send something else before, or it is too much.
   */
  follow(before: Uint8Array): Uint8Array | undefined {
    return joinFrames(before, this.frame);
  }
}
