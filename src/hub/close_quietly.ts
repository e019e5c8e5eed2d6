/**
 * The end of a connection, whatever it makes of that.
 *
 * @module
 */

import type { MessageConnection } from "../connection/message_connection.ts";

/** What can be ended. */
type Closable = Pick<MessageConnection, "abort" | "close">;

/**
 * Closes a connection: with the code, or where that is none for applications (`capabilities.closeCodes`),
 * with the one 3000 above it. Where that fails too, tears it down.
 */
export async function closeQuietly(connection: Closable, closeCode: number, reason = ""): Promise<void> {
  for (const code of [closeCode, closeCode + 3000]) {
    try {
      await connection.close({ closeCode: code, reason });
      return;
    } catch {
      // Another code, or no more than the end of the transport.
    }
  }
  abortQuietly(connection);
}

/** Tears a connection down. */
export function abortQuietly(connection: Closable): void {
  try {
    connection.abort();
  } catch {
    // It is no use to anybody already.
  }
}
