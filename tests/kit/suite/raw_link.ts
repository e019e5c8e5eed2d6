/**
 * The peer's end of a connection, by bytes alone.
 *
 * @module
 */

import type { ByteTransport } from "../../../src/connection/byte_transport.ts";
import { Recorder } from "../recorder.ts";
import type { RawLink } from "./suite_case.ts";

/** What is known of a link. */
interface LinkOptions {
  /** Records the transport already; */
  readonly recorder?: Recorder;
  /** it has this head in front. */
  readonly head?: string;
  /** Whether the subject is a server, to which frames are masked. */
  readonly isMasking: boolean;
  /** Leaves; by default, destroys the transport. */
  readonly vanish?: () => void;
}

/** Makes a link of a transport on which the handshake is done. */
export function createRawLink(transport: ByteTransport, options: LinkOptions): RawLink {
  const { recorder = new Recorder(transport), head = "", isMasking, vanish } = options;
  const hasEnded = () => recorder.has("end") || recorder.has("closed");
  recorder.resume();
  return {
    head,
    write: (frame) => void transport.write([isMasking ? maskFrame(frame) : Uint8Array.from(frame)]),
    hear: (length) => recorder.until(() => recorder.received >= head.length + length || hasEnded()),
    async readAll() {
      await recorder.until(hasEnded);
      transport.destroy();
      return recorder.take().subarray(head.length);
    },
    vanish: vanish ?? (() => transport.destroy()),
  };
}

/** The frame with a key that changes nothing. */
function maskFrame(frame: readonly number[]): Uint8Array {
  const [first = 0, second = 0, ...rest] = frame;
  const extended = second === 127 ? 8 : second === 126 ? 2 : 0;
  return Uint8Array.of(first, second | 0x80, ...rest.slice(0, extended), 0, 0, 0, 0, ...rest.slice(extended));
}
