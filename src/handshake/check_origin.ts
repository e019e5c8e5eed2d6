/**
 * Which pages may connect (RFC 6455 §4.2.2 (4), §10.2; RFC 6454). Decides by parsed origins, never by a part
 * of the string. Knows nothing of cookies or other credentials.
 *
 * @module
 */

import { askApplication } from "./ask_application.ts";
import type { HandshakeRequest } from "./handshake_request.ts";
import { parseUrl } from "./parse_url.ts";
import { refuse } from "./refuse.ts";

/**
 * Which origins may connect besides the server's own host: `"*"` for all; a list of exact origins, such as
 * `"https://example.com"` or `"null"`; or a function that returns `true` for those that may.
 */
export type OriginPolicy =
  | "*"
  | readonly string[]
  | ((origin: string, request: HandshakeRequest) => boolean | Promise<boolean>);

/**
 * Lets through what no browser sent, a page of the host that is asked, and what `policy` adds. A page that
 * came over plain HTTP is none of a host that is asked over TLS.
 *
 * @throws {HandshakeError} 403 for any other origin, 400 for two, 500 when the policy throws.
 */
export async function checkOrigin(request: HandshakeRequest, policy: OriginPolicy = []): Promise<void> {
  const origin = request.headers.get("Origin");
  // §10.2 "Servers that are not intended to process input from any web
  // page but only for certain sites SHOULD verify the |Origin| field"
  if (origin === null) return;
  if (origin.includes(",")) throw refuse(400, "Origin is repeated");
  if (policy === "*") return;
  const page = serializeOrigin(origin);
  const isIn = (list: readonly string[]) =>
    page !== undefined && list.some((listed) => serializeOrigin(listed) === page);
  const host = request.headers.get("Host");
  // Where TLS may end before us, the page's scheme is taken for ours.
  if (isIn([`https://${host}`, `http${request.secure ? "s" : ""}://${host}`])) return;
  const allowed = typeof policy === "function"
    ? await askApplication(() => policy(origin, request))
    : isIn(policy);
  // §4.2.2 (4) "it MUST send an appropriate HTTP error code (e.g., 403 Forbidden)"
  if (allowed !== true) throw refuse(403, "the origin is not allowed");
}

/**
 * The origin in its one spelling (RFC 6454 §6.2): host in lower case, no default port;
 * `undefined` if it is none.
 */
export function serializeOrigin(origin: string): string | undefined {
  if (origin === "null") return origin;
  const url = /^[^\s/]+\/\/[^\s/?#@\\*]+$/.test(origin) ? parseUrl(origin) : undefined;
  return url && `${url.protocol}//${url.host}`;
}
