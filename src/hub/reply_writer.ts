/**
 * What one client of a hub's server is answered.
 *
 * @module
 */

import type { ByteSource } from "../connection/bytes.ts";
import { type HubReply, writeHubReply } from "./application_protocol.ts";
import { HubError, type HubErrorCode } from "./hub_error.ts";
import type { HubConnection } from "./hub_options.ts";
import { quietly } from "../connection/quietly.ts";

/** Bytes of answers that may wait before the client has to. */
const maxWaiting = 65_536;

/** The answers of one connection. */
export class ReplyWriter {
  readonly #connection: HubConnection;

  constructor(connection: HubConnection) {
    this.#connection = connection;
  }

  /** Says no. Whatever is no `HubError` is told as little as possible. */
  refuse(id: number | null, error: unknown): void | Promise<void> {
    const code: HubErrorCode = error instanceof HubError ? error.code : "internal";
    const message = error instanceof HubError ? error.message : "Cannot answer: the server failed";
    return this.write({ type: "error", id, code, message });
  }

  /** Writes a reply. */
  write(reply: HubReply): void | Promise<void> {
    let text: string;
    try {
      text = writeHubReply(reply);
    } catch {
      const id = reply.type === "ok" ? reply.id : null;
      text = writeHubReply({
        type: "error",
        id,
        code: "malformed",
        message: "Cannot answer: nested too deep",
      });
    }
    return this.send(text);
  }

  /** Sends. Where the client does not read its answers, the promise is what it has to wait for. */
  send(data: string | ByteSource): void | Promise<void> {
    try {
      const sent = quietly(this.#connection.send(data));
      if (this.#connection.bufferedAmount > maxWaiting) return sent.catch(() => {});
    } catch {
      // The connection has ended, as everybody will be told.
    }
  }
}
