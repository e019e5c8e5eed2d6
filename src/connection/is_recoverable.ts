/**
 * Whether it makes sense to connect again after a connection ended so. Looks only at what the peer has said.
 *
 * @module
 */

import { HandshakeError } from "../handshake/handshake_error.ts";
import type { WebSocketCloseInfo } from "./close_info.ts";

/**
 * The codes that say that the end is meant, or that the same would happen again (`CloseCode` has their names,
 * which a bundle need not carry for this).
 */
const terminalCodes: ReadonlySet<number> = new Set([1000, 1002, 1003, 1007, 1008, 1009, 1010]);

/**
 * The refusals of RFC 9110 §15.5 that another time may bring another answer to: timeout, too early, too many.
 */
const passingRefusals: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * Whether to connect again after a connection, or an attempt at one, that ended so: the default rule of
 * `ReconnectingConnection`. It says no to the close codes 1000, 1002, 1003, 1007, 1008, 1009 and 1010, and to
 * a handshake refused with a status of 400 to 499 other than 408, 425 and 429. Any other end is worth another
 * attempt, codes of applications (3000-4999) included.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { isRecoverable } from "@weft/websocket";
 *
 * assertEquals(isRecoverable({ closeCode: 1000, reason: "", wasClean: true }), false);
 * assertEquals(isRecoverable({ closeCode: 1012, reason: "restart", wasClean: true }), true);
 * const error = new Error("reset");
 * assertEquals(isRecoverable({ closeCode: 1006, reason: "", wasClean: false, error }), true);
 * ```
 */
export function isRecoverable(info: WebSocketCloseInfo): boolean {
  if (terminalCodes.has(info.closeCode)) return false;
  const status = info.error instanceof HandshakeError ? info.error.status : 0;
  return status < 400 || status > 499 || passingRefusals.has(status);
}
