/**
 * Heads as bytes (RFC 9112 §2.1). The last check on everything that is sent before the upgrade; knows no rule of
 * the handshake.
 *
 * @module
 */

import { checkField } from "./fields.ts";
import type { HandshakeResponse } from "./handshake_response.ts";
import { encodeLatin1 } from "./latin1.ts";

/** Header fields in the order and spelling in which they are written. */
export type FieldList = Iterable<readonly [name: string, value: string]>;

/**
 * The head of a GET request.
 *
 * @throws {TypeError} when a field or the target may not stand in a head.
 */
export function encodeRequestHead(target: string, fields: FieldList): Uint8Array<ArrayBuffer> {
  if (!/^[!-~]+$/.test(target)) {
    throw new TypeError("Cannot send a request: a character of its target is not allowed");
  }
  return encodeHead(`GET ${target} HTTP/1.1`, fields);
}

/**
 * The head of a response.
 *
 * @throws {TypeError} when a field, the status or its text may not stand in a head.
 */
export function encodeResponseHead(
  status: number,
  statusText: string,
  fields: FieldList,
): Uint8Array<ArrayBuffer> {
  if (!/^[1-9]\d\d$/.test(`${status}`)) throw new TypeError(`Cannot respond: ${status} is no status`);
  checkField("status", statusText);
  return encodeHead(`HTTP/1.1 ${status} ${statusText}`, fields);
}

/**
 * A whole response, its body included. Says how long the body is and whether the connection stays, whatever its own
 * fields say of that.
 *
 * @throws {TypeError} when a field, the status or its text may not stand in a head.
 */
export function encodeResponse(response: HandshakeResponse, keepAlive: boolean): Uint8Array<ArrayBuffer> {
  const { status, statusText, body = new Uint8Array() } = response;
  const headers = new Headers(response.headers);
  headers.delete("transfer-encoding");
  headers.delete("content-length");
  // RFC 9110 §8.6 "A server MUST NOT send a Content-Length header field in any response with a status code of ... 204"
  if (status !== 204) headers.set("content-length", `${body.length}`);
  // RFC 9110 §7.8 "A sender of Upgrade MUST also send an "Upgrade" connection option"
  const upgrade = headers.has("upgrade") ? "Upgrade, " : "";
  headers.set("connection", upgrade + (keepAlive ? "keep-alive" : "close"));
  const head = encodeResponseHead(status, statusText, headers);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

function encodeHead(startLine: string, fields: FieldList): Uint8Array<ArrayBuffer> {
  let head = `${startLine}\r\n`;
  for (const [name, value] of fields) {
    checkField(name, value);
    head += `${name}: ${value}\r\n`;
  }
  return encodeLatin1(`${head}\r\n`);
}
