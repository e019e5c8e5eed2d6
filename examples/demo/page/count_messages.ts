/**
 * Counts what goes over a connection. Knows nothing of what it means.
 *
 * @module
 */
import type { ByteSource, Message, MessageConnection } from "@weft/websocket/hub";

/** Messages and their bytes, as they are before compression. */
export interface Count {
  messages: number;
  bytes: number;
}

/** Has a connection add to counts, whichever have done so before. Whoever uses it, sends text and bytes, and iterates. */
export function countMessages<Connection extends MessageConnection>(
  connection: Connection,
  sent: Count,
  received: Count,
): Connection {
  const send = connection.send.bind(connection);
  const iterate = connection[Symbol.asyncIterator].bind(connection);
  connection.send = (message, options) => {
    count(sent, message as string | ByteSource);
    return send(message, options);
  };
  connection[Symbol.asyncIterator] = async function* (): AsyncGenerator<Message> {
    for await (const message of { [Symbol.asyncIterator]: iterate }) {
      count(received, message);
      yield message;
    }
  };
  return connection;
}

const encoder = new TextEncoder();

function count(counter: Count, message: string | ByteSource): void {
  counter.messages++;
  counter.bytes += typeof message === "string" ? encoder.encode(message).length : message.byteLength;
}
