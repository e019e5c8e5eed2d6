/**
 * Heads for the tests of the handshake: the example of RFC 6455 §1.3, and a reader fed in every way. Knows no
 * transport.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { HandshakeError } from "../../src/handshake/handshake_error.ts";
import type { HandshakeRequest } from "../../src/handshake/handshake_request.ts";
import type { Reader } from "../../src/handshake/head_reader.ts";
import { encodeLatin1 } from "../../src/handshake/latin1.ts";
import { defaultHeadLimits } from "../../src/handshake/limits.ts";
import { createRequestReader } from "../../src/handshake/request_reader.ts";
import { decodeLatin1 } from "./latin1.ts";

/** The key of RFC 6455 §1.3. */
export const exampleKey = "dGhlIHNhbXBsZSBub25jZQ==";

/** What answers it. */
export const exampleAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/** The fields of a good request. */
export const exampleFields: Readonly<Record<string, string>> = {
  "Host": "server.example.com",
  "Upgrade": "websocket",
  "Connection": "Upgrade",
  "Sec-WebSocket-Key": exampleKey,
  "Sec-WebSocket-Version": "13",
};

/** What a field is replaced by: a value, one line a value, or no line. */
export type FieldChanges = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request head with the example's fields, changed; fields named anew come last. */
export function requestText(changes: FieldChanges = {}, requestLine = "GET /chat HTTP/1.1"): string {
  return headText(requestLine, { ...exampleFields, ...changes });
}

/** A head of one start line and fields. */
export function headText(startLine: string, fields: FieldChanges): string {
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    (typeof value === "string" ? [value] : value ?? []).map((line) => `${name}: ${line}\r\n`)
  );
  return `${startLine}\r\n${lines.join("")}\r\n`;
}

/** The fields of a head. */
export function fieldsOf(head: string): Headers {
  return new Headers(
    head.trimEnd().split("\r\n").slice(1).map((line) => line.split(": ", 2) as [string, string]),
  );
}

/** The request read from `text`. */
export function readRequest(text: string, secure = false): HandshakeRequest {
  const read = createRequestReader(defaultHeadLimits, secure)(encodeLatin1(text));
  if (read === undefined) throw new Error("Cannot read the request: it is not whole");
  return read.head;
}

/** What became of some bytes: a head and the text behind it, an error, or neither as yet. */
export interface Outcome<Head> {
  readonly head?: Head;
  readonly rest?: string;
  readonly error?: HandshakeError;
}

/**
 * Feeds `text` whole, byte by byte with empty chunks between, and at every two-way split (of a long one, at some),
 * asserts that it makes no difference, and returns the outcome.
 */
export function feedEveryWay<Head>(
  createReader: () => Reader<Head>,
  text: string,
  describe: (head: Head) => unknown,
): Outcome<Head> {
  const bytes = encodeLatin1(text);
  const whole = feed(createReader(), [bytes]);
  const single = Array.from(bytes, (byte) => [new Uint8Array(), Uint8Array.of(byte)]).flat();
  const expected = summarize(whole, describe);
  assertEquals(summarize(feed(createReader(), single), describe), expected);
  const step = bytes.length < 1000 ? 1 : Math.ceil(bytes.length / 64);
  for (let at = 0; at <= bytes.length; at += step) {
    const split = feed(createReader(), [bytes.slice(0, at), bytes.slice(at)]);
    assertEquals(summarize(split, describe), expected);
  }
  return whole;
}

/** Feeds chunks in turn and overwrites each one afterwards, as a transport may. */
function feed<Head>(
  reader: Reader<Head>,
  chunks: readonly Uint8Array[],
): Outcome<Head> {
  for (const [index, chunk] of chunks.entries()) {
    const copy = chunk.slice();
    try {
      const read = reader(copy);
      copy.fill(0x58);
      if (read === undefined) continue;
      const later = chunks.slice(index + 1).map(decodeLatin1).join("");
      return { head: read.head, rest: decodeLatin1(read.rest) + later };
    } catch (error) {
      if (error instanceof HandshakeError) return { error };
      throw error;
    }
  }
  return {};
}

function summarize<Head>({ head, rest, error }: Outcome<Head>, describe: (head: Head) => unknown): unknown {
  return { head: head && describe(head), rest, status: error?.status, message: error?.message };
}

/** A request in a form that compares. */
export function describeRequest({ method, target, headers, url }: HandshakeRequest): unknown {
  return { method, target, headers: [...headers], url: url.href };
}

/** The outcome of a request's bytes, fed in every way. */
export function feedRequest(
  text: string,
  limits: typeof defaultHeadLimits = defaultHeadLimits,
): Outcome<HandshakeRequest> {
  return feedEveryWay(() => createRequestReader(limits), text, describeRequest);
}
