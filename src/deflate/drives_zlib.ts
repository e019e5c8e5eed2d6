/**
 * Whether `ZlibStream` is right about this runtime. Nobody has promised it.
 *
 * @module
 */

import { constants, createDeflateRaw, createInflateRaw } from "node:zlib";
import { type ZlibEngine, ZlibStream } from "./zlib_stream.ts";

/** What is looked at besides. */
interface WatchedEngine extends ZlibEngine {
  /** Does what `deflateRawSync()` does. */
  _processChunk(input: Uint8Array, flush: number): unknown;
}

/** RFC 7692 §7.2.3.1, with the tail that is cut off there. */
const hello = Uint8Array.of(0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00, 0x00, 0xff, 0xff);
const text = new TextEncoder().encode("Hello");

/** A block of a type that there is not. */
const malformed = Uint8Array.of(0x07, 0x00);

/** Tries it. False for what is missing, and for what does otherwise. */
export function drivesZlib(
  createDeflate: () => object = createDeflateRaw,
  createInflate: () => object = createInflateRaw,
): boolean {
  try {
    return isCalledSo(createDeflate() as WatchedEngine) &&
      makes(createDeflate(), text, hello) && makes(createInflate(), hello, text) &&
      !makes(createInflate(), malformed, text);
  } catch {
    return false;
  }
}

/** Watches the runtime while it makes the call: with other arguments, it would end the process. */
function isCalledSo(engine: WatchedEngine): boolean {
  const { _handle: handle } = engine;
  const { writeSync } = handle;
  const calls: unknown[][] = [];
  handle.writeSync = (...call) => {
    calls.push(call);
    return Reflect.apply(writeSync, handle, call);
  };
  engine._processChunk(text, constants.Z_SYNC_FLUSH);
  return calls.every((call) => {
    const [, , , , output] = call;
    const { length } = output as Uint8Array;
    const ours = [constants.Z_SYNC_FLUSH, text, 0, text.length, output, 0, length];
    return call.length === ours.length && ours.every((argument, index) => call[index] === argument);
  });
}

function makes(engine: object, input: Uint8Array, expected: Uint8Array): boolean {
  const stream = new ZlibStream(engine);
  const output = new Uint8Array(64);
  const isDone = stream.write(input, input.length, output, output.length);
  stream.close();
  return isDone && stream.unread === 0 && stream.written === expected.length &&
    expected.every((byte, at) => output[at] === byte);
}
