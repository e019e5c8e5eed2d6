/**
 * The clock of a hub's parts: the runtime's, or a test's.
 *
 * @module
 */

import { type Clock, systemClock } from "../connection/clock.ts";

/** The clock that is given, or the runtime's. Throws `TypeError` for what is none. */
export function chooseClock({ clock = systemClock }: { readonly clock?: Clock | undefined }): Clock {
  if (typeof clock?.now === "function" && typeof clock.after === "function") return clock;
  throw new TypeError("Cannot use clock: not a clock");
}
