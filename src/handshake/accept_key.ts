/**
 * The nonce of a handshake and the answer to it (RFC 6455 §4.1, §4.2.2). Knows no
 * header field and no request.
 *
 * @module
 */

import { encodeBase64 } from "@std/encoding/base64";
import { encodeLatin1 } from "./latin1.ts";

/** A fresh `Sec-WebSocket-Key`: 16 random bytes in base64 (RFC 6455 §4.1). */
export function createKey(): string {
  // §4.1 (7) "The nonce MUST be selected randomly for each connection"
  return encodeBase64(crypto.getRandomValues(new Uint8Array(16)));
}

/** The `Sec-WebSocket-Accept` that answers `key`, taken literally (RFC 6455 §4.2.2 (5.4)). */
export async function computeAcceptKey(key: string): Promise<string> {
  const bytes = encodeLatin1(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  return encodeBase64(await crypto.subtle.digest("SHA-1", bytes));
}
