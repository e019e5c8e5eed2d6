/**
 * A server's refusal in its own words: the status, the fields the status calls for, and a line of text to read
 * with curl. Knows no rule that leads to it; RFC 9110 §15.
 *
 * @module
 */

import { HandshakeError } from "./handshake_error.ts";

const statusTexts: Readonly<Record<number, string>> = {
  400: "Bad Request",
  403: "Forbidden",
  405: "Method Not Allowed",
  408: "Request Timeout",
  414: "URI Too Long",
  426: "Upgrade Required",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
};

/** The error of a server that refuses with `status`; `reason` is told to the peer as well. */
export function refuse(
  status: number,
  reason: string,
  fields: Readonly<Record<string, string>> = {},
  options?: ErrorOptions,
): HandshakeError {
  const headers = new Headers({ "content-type": "text/plain; charset=utf-8", ...fields });
  const body = new TextEncoder().encode(`${reason}\n`);
  const response = { status, statusText: statusTexts[status] ?? "", headers, body };
  return new HandshakeError(`Cannot accept the upgrade: ${reason}`, response, options);
}
