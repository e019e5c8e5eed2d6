/**
 * How names, topics and messages look on NATS. Knows no connection.
 *
 * @module
 */

import { decodeBase64, encodeBase64 } from "@std/encoding/base64";
import type { BrokerData } from "./broker.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Any text but the empty one as one token of a subject, or a key: Base64 with an alphabet that both may have.
 */
export function toToken(text: string): string {
  return encodeBase64(encoder.encode(text)).replaceAll("+", "-").replaceAll("/", "_");
}

/**
 * The most characters of a token in a subject: nats-server ends a connection with a line of more than 4 096
 * bytes, subject, answer's subject and numbers together.
 */
export const longestToken = 2_048;

/** Whether a name can be the key of a claim. */
export function fitsKey(name: string): boolean {
  return toToken(name).length <= longestToken;
}

/** What the header of a message is called whose subject has only the beginning of a token. */
export const tokenHeader = "Weft-Token";

/** The text again; `undefined` for a token that is none of ours. */
export function fromToken(token: string): string | undefined {
  if (!/^[\w-]+={0,2}$/.test(token) || token.length % 4 !== 0) return undefined;
  return decoder.decode(decodeBase64(token.replaceAll("-", "+").replaceAll("_", "/")));
}

/** JSON as bytes. */
export function encodeJson(value: object): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** Text or bytes behind one byte that tells which. */
export function encodePayload(data: BrokerData): Uint8Array {
  const bytes = typeof data === "string" ? encoder.encode(data) : data;
  const payload = new Uint8Array(1 + bytes.length);
  payload[0] = typeof data === "string" ? 1 : 2;
  payload.set(bytes, 1);
  return payload;
}

/** Text or bytes again. */
export function decodePayload(payload: Uint8Array): BrokerData {
  return payload[0] === 1 ? decoder.decode(payload.subarray(1)) : new Uint8Array(payload.subarray(1));
}
