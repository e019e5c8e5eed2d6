/**
 * Tells a request for a WebSocket from any other, no more: whether it is a good one is not
 * known here. RFC 6455 §4.2.1.
 *
 * @module
 */

import { hasToken } from "./fields.ts";

/**
 * Whether a request asks to be upgraded to a WebSocket (RFC 6455 §4.2.1 (3, 4)). The
 * answer may still be a refusal.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isWebSocketUpgrade } from "@weft/websocket";
 *
 * assert(isWebSocketUpgrade(new Headers({ upgrade: "websocket", connection: "keep-alive, Upgrade" })));
 * ```
 */
export function isWebSocketUpgrade(
  request: Headers | { readonly headers: Headers; readonly method?: string | undefined },
): boolean {
  const { headers, method = "GET" } = "headers" in request ? request : { headers: request };
  return method === "GET" && hasToken(headers, "Upgrade", "websocket") &&
    hasToken(headers, "Connection", "Upgrade");
}
