/**
 * How much of a head is read before its sender is given up on (RFC 6455 §10.4, RFC 6585 §5). Knows numbers only.
 *
 * @module
 */

/** What an HTTP/1.1 head may cost. */
export interface HeadLimits {
  /** The longest line, in bytes without its CRLF. A longer request line is answered 414, a longer field 431. */
  readonly maxHeaderLine: number;
  /** The most field lines; one more is answered 431. */
  readonly maxHeaders: number;
  /** The longest head, in bytes with every CRLF; a longer one is answered 431. */
  readonly maxHeadSize: number;
}

/** What holds where nothing is said. */
export const defaultHeadLimits: HeadLimits = {
  maxHeaderLine: 8192,
  maxHeaders: 128,
  maxHeadSize: 32 * 1024,
};

/**
 * The limits of `defaults`, each replaced by the one given under its name.
 *
 * @throws {TypeError} when one given is no number.
 * @throws {RangeError} when it is NaN, infinite, negative or no integer.
 */
export function resolveLimits<Limits extends { readonly [Name in keyof Limits]: number }>(
  defaults: Limits,
  given: { readonly [Name in keyof Limits]?: number | undefined } = {},
): Limits {
  const limits: { [Name in keyof Limits]: number } = { ...defaults };
  for (const name in defaults) {
    const value = given[name];
    if (value === undefined) continue;
    checkLimit(name, value);
    limits[name] = value;
  }
  return limits as Limits;
}

function checkLimit(name: string, value: unknown): void {
  if (typeof value !== "number") throw new TypeError(`Cannot use ${name}: it is no number`);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`Cannot use ${name}: ${value} is no integer from 0 up`);
  }
}
