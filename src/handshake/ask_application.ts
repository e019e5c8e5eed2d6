/**
 * Where the handshake calls the application's code, and whose fault it is when that throws.
 *
 * @module
 */

import { refuse } from "./refuse.ts";

/**
 * What `answer` returns.
 *
 * @throws {HandshakeError} 500 when it throws, with what it threw as the cause, which the peer is not told.
 */
export async function askApplication<Answer>(answer: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await answer();
  } catch (cause) {
    throw refuse(500, "the server's own code failed", {}, { cause });
  }
}
