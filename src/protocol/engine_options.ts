/**
 * The options of the engine, their defaults, and how a number is checked when it is given.
 *
 * @module
 */

import type { MessageCodec } from "./extension.ts";
import type { FrameTap } from "./frame_info.ts";
import type { Role } from "./role.ts";

/** The options of the engine that users of a connection see too. */
export interface MessageLimits {
  /**
   * The most bytes of one received message, on the wire and decoded. Default 1 MiB. Over it: close code 1009.
   */
  readonly maxMessageSize?: number | undefined;
  /**
   * The most frames of one received message, empty ones counted. Default 16 384. Over it: close code 1008.
   */
  readonly maxFragments?: number | undefined;
  /** Messages longer than this many bytes are sent in fragments of it. Default 0: never. */
  readonly fragmentSize?: number | undefined;
  /** Sees every frame: a tap for debugging. */
  readonly onFrame?: FrameTap | undefined;
}

/** The options of the engine. */
export interface EngineOptions extends MessageLimits {
  /** Which side this is. */
  readonly role: Role;
  /** The codec of the agreed extension, if one was agreed. */
  readonly codec?: MessageCodec | undefined;
  /** Whether messages are told piece by piece, as they arrive, instead of whole. Default false. */
  readonly streaming?: boolean | undefined;
}

/** The numbers of the engine, checked. */
export interface EngineLimits {
  readonly maxMessageSize: number;
  readonly maxFragments: number;
  readonly fragmentSize: number;
}

/** The defaults. */
export const engineDefaults: EngineLimits = {
  maxMessageSize: 1024 * 1024,
  maxFragments: 16384,
  fragmentSize: 0,
};

/** The least that each number may be, where that is not 0. */
const minimums: Readonly<Record<string, number>> = { maxFragments: 1 };

/** How one message is sent. */
export interface SendOptions {
  /** Whether to compress it, where compression was agreed. Default: as the extension's threshold has it. */
  readonly compress?: boolean | undefined;
  /** Overrides the connection's `fragmentSize` for this message. */
  readonly fragmentSize?: number | undefined;
}

/**
 * A number from the options, or its default. Throws `TypeError` for what is no number and `RangeError` for
 * what is no integer or less than `minimum`.
 */
export function checkNumber(name: string, value: unknown, fallback: number, minimum = 0): number {
  if (value === undefined) return fallback;
  if (typeof value !== "number") throw new TypeError(`Cannot use ${name}: not a number`);
  if (!Number.isSafeInteger(value) || value < minimum) {
    throw new RangeError(`Cannot use ${name}: not an integer from ${minimum} on`);
  }
  return value;
}

/**
 * The numbers of `defaults`, each replaced by the option of its name. Throws `TypeError` and `RangeError` as
 * `checkNumber()` does.
 */
export function checkNumbers<Numbers extends { readonly [Name in keyof Numbers]: number }>(
  options: { readonly [Name in keyof Numbers]?: unknown },
  defaults: Numbers,
): Numbers {
  const numbers: { [Name in keyof Numbers]: number } = { ...defaults };
  for (const name in defaults) {
    numbers[name] = checkNumber(name, options[name], defaults[name], minimums[name]);
  }
  return numbers as Numbers;
}

/** Throws `TypeError` for what is given under one of these names and cannot be called. */
export function checkFunctions<Name extends string>(
  options: { readonly [Key in Name]?: unknown },
  ...names: readonly Name[]
): void {
  for (const name of names) {
    if (options[name] !== undefined && typeof options[name] !== "function") {
      throw new TypeError(`Cannot use ${name}: not a function`);
    }
  }
}
