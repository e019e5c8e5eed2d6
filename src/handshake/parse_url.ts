/**
 * `URL.parse()`, which Node 20 does not have.
 *
 * @module
 */

/** The URL, `undefined` when it is none. */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
