/**
 * A connection as the pair of streams that WHATWG's `WebSocketStream` has. Each is a thin coat over
 * `receive()` and `send()`.
 *
 * @module
 */

import type { ByteSource } from "./bytes.ts";
import type { Message } from "./connection_options.ts";
import type { WebSocketCloseInfo } from "./close_info.ts";
import { WebSocketError } from "./web_socket_error.ts";

/** What the streams need of a connection. */
export interface StreamedConnection {
  /** Sends a message. */
  send(message: string | ByteSource): Promise<void>;
  /** Closes the connection. */
  close(): Promise<WebSocketCloseInfo>;
  /** Tears the connection down. */
  abort(reason: unknown): void;
  /** How it was closed. */
  readonly closed: Promise<WebSocketCloseInfo>;
}

/** The messages that `receive` tells as a stream: closed by a clean close, errored by any other. */
export function createReadable(
  connection: StreamedConnection,
  receive: () => Promise<Message | undefined>,
): ReadableStream<Message> {
  return new ReadableStream({
    async pull(controller) {
      const message = await receive();
      if (message !== undefined) return controller.enqueue(message);
      const info = await connection.closed;
      if (!info.wasClean) throw createCloseError("Cannot receive", info);
      controller.close();
    },
    async cancel() {
      await connection.close();
    },
  }, { highWaterMark: 0 });
}

/** The connection as a sink: closing it closes the connection, aborting it tears it down. */
export function createWritable(connection: StreamedConnection): WritableStream<string | ByteSource> {
  return new WritableStream({
    start(controller) {
      connection.closed.then((info) => {
        const fail = () => controller.error(createCloseError("Cannot send", info));
        // Whoever pipes `readable` here comes to a clean end before this does.
        if (info.wasClean) setTimeout(fail, 0);
        else fail();
      });
    },
    write: (message) => connection.send(message),
    async close() {
      await connection.close();
    },
    abort: (reason) => connection.abort(reason),
  });
}

/** What an operation fails with on a connection that was closed like this. */
export function createCloseError(operation: string, info: WebSocketCloseInfo): WebSocketError {
  return new WebSocketError(`${operation}: the connection is closed (${info.closeCode})`, {
    closeCode: info.closeCode,
    reason: info.reason,
    cause: info.error,
  });
}
