/**
 * Whether a hub's server would say no again.
 *
 * @module
 */

import { HubError, type HubErrorCode } from "./hub_error.ts";

/** What another time changes nothing about. */
const finalCodes: ReadonlySet<HubErrorCode> = new Set([
  "malformed",
  "too-big",
  "unknown-type",
  "unsupported-version",
  "invalid-name",
  "name-taken",
  "invalid-topic",
  "too-many-topics",
  "not-allowed",
]);

/** Whether an error is a refusal that another attempt would meet again. */
export function isFinalRefusal(error: unknown): error is HubError {
  return error instanceof HubError && finalCodes.has(error.code);
}
