/**
 * A server's refusal in its own words: the status, the fields the status calls for, and why, in the status
 * line and in a line of text to read with curl. Knows no rule that leads to it; RFC 9110 §15.
 *
 * @module
 */

import { HandshakeError } from "./handshake_error.ts";

/** The error of a server whose application took longer than the opening handshake may; RFC 9110 §15.6.4. */
export function refuseLate(): HandshakeError {
  return refuse(503, "the handshake took too long");
}

/** The error of a server that refuses with `status`; `reason` is told to the peer as well. */
export function refuse(
  status: number,
  reason: string,
  fields?: Readonly<Record<string, string>>,
  options?: ErrorOptions,
): HandshakeError {
  const headers = new Headers({ "Content-Type": "text/plain; charset=utf-8", ...fields });
  const body = new TextEncoder().encode(`${reason}\n`);
  return new HandshakeError(
    `Cannot accept: ${reason}`,
    { status, statusText: reason, headers, body },
    options,
  );
}
