/**
 * Heads as text, a character a byte (RFC 9112 §2.1). The last check on everything that is sent before the
 * upgrade; knows no rule of the handshake.
 *
 * @module
 */

import { checkField } from "./fields.ts";
import type { HandshakeResponse } from "./handshake_response.ts";

/** Header fields in the order and spelling in which they are written. */
export type FieldList = Iterable<readonly [name: string, value: string]>;

/**
 * A head, to be written as it is.
 *
 * @throws {TypeError} when the start line or a field may not stand in one.
 */
export function formatHead(startLine: string, fields: FieldList): string {
  if (!/^(?:GET|HTTP\/1\.1 [1-9]\d\d) [\t -~\x80-\xff]*$/.test(startLine)) {
    throw new TypeError(`Cannot send ${startLine}: not allowed in a head`);
  }
  let head = `${startLine}\r\n`;
  for (const [name, value] of fields) {
    checkField(name, value);
    head += `${name}: ${value}\r\n`;
  }
  return `${head}\r\n`;
}

/** The fields that say what is offered or agreed on, `""` for none. */
export function formatAgreement(protocols: string, extensions: string): [name: string, value: string][] {
  const fields: [string, string][] = [
    ["Sec-WebSocket-Protocol", protocols],
    ["Sec-WebSocket-Extensions", extensions],
  ];
  return fields.filter(([, value]) => value !== "");
}

/**
 * The head of a whole response. Says how long the body is and whether the connection stays, whatever
 * its own fields say of that.
 *
 * @throws {TypeError} when a field, the status or its text may not stand in a head.
 */
export function formatResponse(
  { status, statusText, headers: given, body }: HandshakeResponse,
  keepAlive: boolean,
): string {
  const headers = new Headers(given);
  headers.delete("Transfer-Encoding");
  headers.delete("Content-Length");
  // RFC 9110 §8.6 "A server MUST NOT send a Content-Length
  // header field in any response with a status code of ... 204"
  if (status !== 204) headers.set("Content-Length", `${body?.length ?? 0}`);
  // RFC 9110 §7.8 "A sender of Upgrade MUST also send an "Upgrade" connection option"
  const upgrade = headers.has("Upgrade") ? "Upgrade, " : "";
  headers.set("Connection", upgrade + (keepAlive ? "keep-alive" : "close"));
  return formatHead(`HTTP/1.1 ${status} ${statusText}`, headers);
}
