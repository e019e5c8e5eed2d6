/**
 * A stream of `node:zlib`, driven in place and without its stream: by the call that Node, Deno, Bun and
 * workerd make themselves for `deflateRawSync()`, which is in nobody's documentation. Knows no WebSocket.
 *
 * @module
 */

import { constants } from "node:zlib";

/** What is used of what `createDeflateRaw()` and `createInflateRaw()` return. */
export interface ZlibEngine {
  /** What zlib is called through. */
  _handle: {
    writeSync(
      flush: number,
      input: Uint8Array,
      inputOffset: number,
      inputLength: number,
      output: Uint8Array,
      outputOffset: number,
      outputLength: number,
    ): void;
    close(): void;
    /** Called by a call that fails. */
    onerror: () => void;
  };
  /** What a call leaves: the free bytes of the output, the unread bytes of the input. */
  readonly _writeState: Uint32Array;
  on(event: "error", listener: () => void): void;
  reset(): void;
}

/** More than any call leaves. */
const untouched = 2 ** 32 - 1;

const ignore = (): void => {};

/** A stream, ready for use. */
export class ZlibStream {
  readonly #engine: ZlibEngine;
  /** A call that fails may take it from the engine. */
  readonly #handle: ZlibEngine["_handle"];
  /** Bytes that the last call wrote. */
  written = 0;
  /** Bytes at the end of the last call's input that it did not read. */
  unread = 0;

  #failed = false;

  /** Takes over what `createDeflateRaw()` or `createInflateRaw()` has returned. */
  constructor(engine: object) {
    this.#engine = engine as ZlibEngine;
    this.#handle = this.#engine._handle;
    this.#handle.onerror = () => void (this.#failed = true);
    // Where that is not called, there is an event, which would be nobody's.
    this.#engine.on("error", ignore);
  }

  /**
   * Works on the input's last `inputLength` bytes until they are read and flushed or `output` is full.
   * Returns whether all was well: if not, the stream does nothing any more.
   */
  write(input: Uint8Array, inputLength: number, output: Uint8Array, outputLength: number): boolean {
    if (this.#failed) return false;
    const left = this.#engine._writeState;
    // Where nothing is called, a call that fails leaves them alone.
    left[0] = untouched;
    const offset = input.length - inputLength;
    this.#handle.writeSync(constants.Z_SYNC_FLUSH, input, offset, inputLength, output, 0, outputLength);
    this.#failed ||= left[0] === untouched;
    if (this.#failed) return false;
    this.written = outputLength - left[0]!;
    this.unread = left[1]!;
    return true;
  }

  /** Starts anew. */
  reset(): void {
    this.#engine.reset();
  }

  /** Frees the memory, at once. */
  close(): void {
    this.#handle.close();
  }
}
