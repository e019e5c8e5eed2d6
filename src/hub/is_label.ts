/**
 * What can be a name or a topic of a hub at all. Knows nothing of what clients may make of that.
 *
 * @module
 */

/**
 * Whether something is text of 1 to so many UTF-16 units, without lone surrogates, which would be others on
 * their way.
 */
export function isLabel(value: unknown, maxLength: number): value is string {
  return typeof value === "string" && value !== "" && value.length <= maxLength && value.isWellFormed();
}
