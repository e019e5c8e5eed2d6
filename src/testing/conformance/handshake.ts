/**
 * The judge's own opening handshake (RFC 6455 §4), just as much as it needs. Shares nothing with the engine.
 *
 * @module
 */

import { joinBytes } from "./frame.ts";
import type { Link } from "./link.ts";

/** The start line and the fields of a head; names in lower case, repeated fields joined (RFC 9110 §5.3). */
export interface Head {
  readonly startLine: string;
  readonly fields: ReadonlyMap<string, string>;
}

const maxHead = 65536;

/** Reads a head, and nothing behind it. Throws where none comes. */
export async function readHead(link: Link): Promise<Head> {
  let bytes = new Uint8Array(0);
  for (;;) {
    const text = String.fromCharCode(...bytes.subarray(-maxHead));
    const end = text.indexOf("\r\n\r\n");
    if (end >= 0) {
      link.restart(bytes.subarray(end + 4));
      return parseHead(text.slice(0, end));
    }
    if (bytes.length > maxHead) throw new Error("the head does not end");
    const chunk = await link.read();
    if (chunk === undefined) throw new Error(`the connection ended after ${JSON.stringify(text)}`);
    bytes = joinBytes([bytes, chunk]);
  }
}

function parseHead(text: string): Head {
  const [startLine = "", ...lines] = text.split("\r\n");
  const fields = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    fields.set(name, fields.has(name) ? `${fields.get(name)}, ${value}` : value);
  }
  return { startLine, fields };
}

function writeHead(startLine: string, fields: Readonly<Record<string, string | undefined>>): Uint8Array {
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`]
  );
  return new TextEncoder().encode([startLine, ...lines, "", ""].join("\r\n"));
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** RFC 6455 §4.2.2 /key/. */
async function computeAccept(key: string): Promise<string> {
  const bytes = new TextEncoder().encode(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  return toBase64(new Uint8Array(await crypto.subtle.digest("SHA-1", bytes)));
}

/** Asks a server; returns its extensions. Throws where it does not agree. */
export async function requestUpgrade(
  link: Link,
  url: string | URL,
  extensions: string | undefined,
): Promise<string | undefined> {
  const { host, pathname, search } = new URL(url);
  const key = toBase64(crypto.getRandomValues(new Uint8Array(16)));
  await link.write(writeHead(`GET ${pathname}${search} HTTP/1.1`, {
    "Host": host,
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": key,
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Extensions": extensions,
  }));
  const { startLine, fields } = await readHead(link);
  if (!/^HTTP\/1\.1 101( |$)/.test(startLine)) throw new Error(startLine);
  if (fields.get("upgrade")?.toLowerCase() !== "websocket") throw new Error("no Upgrade: websocket");
  if (!/(^|,)\s*upgrade\s*(,|$)/i.test(fields.get("connection") ?? "")) {
    throw new Error("no Connection: Upgrade");
  }
  if (fields.get("sec-websocket-accept") !== await computeAccept(key)) {
    throw new Error("wrong Sec-WebSocket-Accept");
  }
  return fields.get("sec-websocket-extensions");
}

/** Agrees to a client's request. */
export async function answerUpgrade(
  link: Link,
  request: Head,
  extensions: string | undefined,
): Promise<void> {
  const key = request.fields.get("sec-websocket-key");
  if (key === undefined) throw new Error("no Sec-WebSocket-Key");
  await link.write(writeHead("HTTP/1.1 101 Switching Protocols", {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Accept": await computeAccept(key),
    "Sec-WebSocket-Extensions": extensions,
  }));
  link.restart(new Uint8Array(0));
}
