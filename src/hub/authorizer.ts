/**
 * Whether an action is allowed, as the application says.
 *
 * @module
 */

import { isThenable } from "./action_order.ts";
import type { HubAction, HubOptions } from "./hub_options.ts";

/** Asks `authorize`: what is not `true` is no. What it throws is reported, and thrown. */
export function createAuthorizer(
  authorize: HubOptions["authorize"],
  report: (error: unknown) => void,
): (action: HubAction) => boolean | PromiseLike<boolean> {
  if (authorize === undefined) return () => true;
  const fail = (error: unknown): never => {
    report(error);
    throw error;
  };
  return (action) => {
    try {
      const answer = authorize(action);
      return isThenable(answer) ? answer.then((allowed) => allowed === true, fail) : answer === true;
    } catch (error) {
      return fail(error);
    }
  };
}
