/**
 * Weft under test: an echo in either role, with the limits lifted that the catalogue goes beyond.
 *
 * @module
 */

import { type AcceptOptions, acceptWebSocket, connectWebSocket } from "@weft/websocket";
import { permessageDeflate } from "@weft/websocket/deflate";
import type { ByteStreamPair } from "@weft/websocket/testing/conformance";

/** An echo as the catalogue wants it. */
export const echoOptions = {
  maxMessageSize: 16 * 1024 * 1024,
  maxFragments: 65536,
  maxSendQueue: 32 * 1024 * 1024,
  extensions: [permessageDeflate({ threshold: 0 })],
  onMessage: (message, connection) => connection.send(message),
} as const satisfies AcceptOptions;

/** Serves one connection to its end. */
export async function serveEcho(streams: ByteStreamPair): Promise<void> {
  const connection = await acceptWebSocket(streams, echoOptions);
  await connection.closed;
}

/** Is the client of one connection to its end. */
export async function connectEcho(streams: ByteStreamPair): Promise<void> {
  const connection = await connectWebSocket("ws://localhost/", streams, echoOptions);
  await connection.closed;
}
