/**
 * Header fields as Node tells them, for the handshake: in pairs, as they came, and under the limits that hold
 * for heads that we read ourselves. Knows nothing of WebSockets.
 *
 * @module
 */

import type { HeadLimits } from "../../handshake/limits.ts";
import { refuse } from "../../handshake/refuse.ts";
import type { HeaderList } from "../../handshake/extended_connect.ts";
import type { NodeHeaders } from "./node_http.ts";

/** Pairs out of names and values in turn, or out of an object. */
export function pairFields(fields: readonly string[] | NodeHeaders): HeaderList {
  const pairs: [string, string][] = [];
  if (isRaw(fields)) {
    for (let at = 0; at + 1 < fields.length; at += 2) pairs.push([fields[at]!, fields[at + 1]!]);
    return pairs;
  }
  for (const [name, value] of Object.entries(fields)) {
    for (const one of Array.isArray(value) ? value : [value]) pairs.push([name, `${one}`]);
  }
  return pairs;
}

function isRaw(fields: readonly string[] | NodeHeaders): fields is readonly string[] {
  return Array.isArray(fields);
}

/** An object out of pairs, as Node's HTTP/2 takes it. */
export function toNodeHeaders(fields: HeaderList): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of fields) {
    headers[name] = name in headers ? [headers[name]!, value].flat() : value;
  }
  return headers;
}

/**
 * Holds a head against the limits, though Node has read it.
 *
 * @throws {HandshakeError} 414 for the target, 431 for the fields.
 */
export function checkHead(target: string, fields: HeaderList, limits: HeadLimits): void {
  const { maxHeaderLine, maxHeaders, maxHeadSize } = limits;
  if (target.length > maxHeaderLine) throw refuse(414, `a line is longer than ${maxHeaderLine} bytes`);
  // RFC 6585 §5 "...unwilling to process the request because its header fields are too large"
  if (fields.length > maxHeaders) throw refuse(431, `more than ${maxHeaders} header fields`);
  const lines = fields.map(([name, value]) => `${name}: ${value}`.length);
  if (lines.some((length) => length > maxHeaderLine)) {
    throw refuse(431, `a line is longer than ${maxHeaderLine} bytes`);
  }
  const size = lines.reduce((sum, length) => sum + length + 2, target.length);
  if (size > maxHeadSize) throw refuse(431, `the head is longer than ${maxHeadSize} bytes`);
}

/** The path of a target, as it was sent, without its query. */
export function readPath(target: string): string {
  return target.replace(/^https?:\/\/[^/?]*/i, "").replace(/\?.*$/s, "") || "/";
}

/** A head as a tap is told of it. */
export function describeHead(
  startLine: string,
  fields: Iterable<readonly [name: string, value: string]>,
): string {
  return [startLine, ...[...fields].map(([name, value]) => `${name}: ${value}`)].join("\n");
}
