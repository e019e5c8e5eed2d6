/**
 * A rejection that nobody need look at.
 *
 * @module
 */

/**
 * Rejects with what `closed` or another promise tells too: whoever does not look at this one, does not want
 * to know.
 */
export function rejectQuietly(error: Error): Promise<never> {
  const rejected = Promise.reject(error);
  rejected.catch(() => {});
  return rejected;
}
