/**
 * The options of permessage-deflate, their defaults, and their check. "Send" and "receive" are seen from the
 * endpoint that has the options, so that they mean the same in either role.
 *
 * @module
 */

import type { DeflateCodec } from "./deflate_codec.ts";
import { pakoCodec } from "./pako_codec.ts";

/** The options of `permessageDeflate()`. */
export interface DeflateOptions {
  /** Whether messages are compressed that `SendOptions.compress` does not decide on. Default true. */
  readonly compress?: boolean | undefined;
  /**
   * Messages shorter than this many bytes go out uncompressed, unless
   * `SendOptions.compress` is true. Default 128.
   */
  readonly threshold?: number | undefined;
  /** zlib's level, 0 to 9: 0 stores, 1 is fastest, 9 smallest. Default 6. */
  readonly level?: number | undefined;
  /** zlib's memory level, 1 to 9: of what compressing takes besides the window. Default 5. */
  readonly memLevel?: number | undefined;
  /**
   * The window for what is sent, as the base-2 logarithm of its bytes, 8 to 15; the peer may ask for
   * less. Each bit more finds repetitions twice as far back. A connection holds as much, but at most
   * 8 KiB. Default 12: 4 KiB.
   */
  readonly sendWindowBits?: number | undefined;
  /** The window asked of the peer, which may insist on more. Default 15: 32 KiB. */
  readonly receiveWindowBits?: number | undefined;
  /** Whether what is sent refers to earlier messages; the peer may forbid it. Default true. */
  readonly sendTakeover?: boolean | undefined;
  /** Whether the peer may refer to earlier messages; if not, it is asked not to. Default true. */
  readonly receiveTakeover?: boolean | undefined;
  /** The implementation of DEFLATE. Default `pakoCodec`, which runs everywhere; servers have `zlibCodec`. */
  readonly codec?: DeflateCodec | undefined;
}

/** Options, complete and checked. */
export type CheckedOptions = { readonly [Key in keyof DeflateOptions]-?: NonNullable<DeflateOptions[Key]> };

/** The defaults. */
const defaults: CheckedOptions = {
  compress: true,
  threshold: 128,
  level: 6,
  memLevel: 5,
  sendWindowBits: 12,
  receiveWindowBits: 15,
  sendTakeover: true,
  receiveTakeover: true,
  codec: pakoCodec,
};

/** Checks all options. Throws `TypeError` or `RangeError`. */
export function checkDeflateOptions(options: DeflateOptions): CheckedOptions {
  return {
    compress: checkBoolean("compress", options.compress),
    threshold: checkRange("threshold", options.threshold, 0, Number.MAX_SAFE_INTEGER),
    level: checkRange("level", options.level, 0, 9),
    memLevel: checkRange("memLevel", options.memLevel, 1, 9),
    sendWindowBits: checkRange("sendWindowBits", options.sendWindowBits, 8, 15),
    receiveWindowBits: checkRange("receiveWindowBits", options.receiveWindowBits, 8, 15),
    sendTakeover: checkBoolean("sendTakeover", options.sendTakeover),
    receiveTakeover: checkBoolean("receiveTakeover", options.receiveTakeover),
    codec: checkCodec(options.codec ?? defaults.codec),
  };
}

type KeysOf<Type> = {
  [Key in keyof CheckedOptions]: CheckedOptions[Key] extends Type ? Key : never;
}[keyof CheckedOptions];

function checkBoolean(name: KeysOf<boolean>, value: unknown): boolean {
  if (value === undefined) return defaults[name];
  if (typeof value !== "boolean") throw new TypeError(`Cannot use ${name}: not a boolean`);
  return value;
}

function checkRange(name: KeysOf<number>, value: unknown, minimum: number, maximum: number): number {
  if (value === undefined) return defaults[name];
  if (typeof value !== "number") throw new TypeError(`Cannot use ${name}: not a number`);
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    throw new RangeError(`Cannot use ${name}: not an integer from ${minimum} to ${maximum}`);
  }
  return value;
}

function checkCodec(codec: DeflateCodec): DeflateCodec {
  if (typeof codec?.createDeflater !== "function" || typeof codec.createInflater !== "function") {
    throw new TypeError("Cannot use codec: it creates no deflater or no inflater");
  }
  return codec;
}
