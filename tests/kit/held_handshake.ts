/**
 * Opening handshakes against the test's own bytes.
 *
 * @module
 */

import { HandshakeError } from "../../src/handshake/handshake_error.ts";
import { encodeLatin1 } from "../../src/handshake/latin1.ts";
import { join } from "./frame_lines.ts";
import { settle } from "./held_connection.ts";
import type { HeldTransport } from "./held_transport.ts";
import { decodeLatin1 } from "./latin1.ts";

/** Text and bytes of a peer, one after the other. */
export function toBytes(...parts: (string | Uint8Array)[]): Uint8Array {
  return join(...parts.map((part) => typeof part === "string" ? encodeLatin1(part) : part));
}

/** What was written so far, as text. */
export function readText(transport: HeldTransport): string {
  return decodeLatin1(transport.read());
}

/** Waits for a whole head to be written; returns what was written. */
export async function awaitText(transport: HeldTransport): Promise<string> {
  for (let tries = 0; tries < 1000; tries++) {
    const text = readText(transport);
    if (text !== "") return text;
    await settle();
  }
  throw new Error("Nothing was written");
}

/** The error of a handshake that must fail. */
export async function failureOf(promise: Promise<unknown>): Promise<HandshakeError> {
  const outcome = await promise.then(() => "succeeded", (error) => error);
  if (outcome instanceof HandshakeError) return outcome;
  throw new Error(`Not a HandshakeError: ${outcome}`, { cause: outcome });
}

/** A response as a server would write it for this request. */
export async function answerRequest(request: string): Promise<string> {
  const [, key] = /^Sec-WebSocket-Key: (.*)\r$/m.exec(request) ?? [];
  const text = encodeLatin1(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", text));
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    `Sec-WebSocket-Accept: ${btoa(String.fromCharCode(...digest))}\r\n\r\n`;
}
