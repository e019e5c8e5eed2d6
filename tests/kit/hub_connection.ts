/**
 * A connection for a hub whose other side is the test: what it was sent, and how it fails.
 *
 * @module
 */

import { PreparedMessage } from "@weft/websocket";
import type { WebSocketCloseInfo } from "../../src/connection/close_info.ts";
import type { GroupSeat } from "../../src/connection/connection_group.ts";
import type { ByteSource } from "../../src/connection/bytes.ts";
import type { Hub } from "../../src/hub/hub.ts";
import type { HubConnection } from "../../src/hub/hub_options.ts";
import type { Member } from "../../src/hub/member.ts";

/** A connection that records. */
export class RecordedConnection implements HubConnection {
  /** What it was sent, in order. */
  readonly sent: (string | ByteSource)[] = [];
  /** Whether what it is sent stays queued. */
  stuck = false;
  /** Called by each `send()`. */
  onSend: ((message: string | ByteSource) => void) | undefined;
  /** What `send()` throws, or rejects with. */
  thrown: unknown;
  rejected: unknown;
  /** Whether `close()` waits for `end()`. */
  lingers = false;
  /** With what it was closed. */
  closedWith: { closeCode?: number; reason?: string } | undefined;
  aborted = false;
  bufferedAmount = 0;
  groupSeat: GroupSeat | undefined;
  readyState: "open" | "closing" | "closed" = "open";
  readonly closed: Promise<WebSocketCloseInfo>;
  #resolve!: (info: WebSocketCloseInfo) => void;

  constructor() {
    this.closed = new Promise((resolve) => this.#resolve = resolve);
  }

  send(given: string | ByteSource | PreparedMessage): Promise<void> {
    const message = given instanceof PreparedMessage ? given.data : given;
    if (this.thrown !== undefined) throw this.thrown;
    if (this.rejected !== undefined) return Promise.reject(this.rejected);
    this.sent.push(message);
    if (this.stuck) this.bufferedAmount += typeof message === "string" ? message.length : message.byteLength;
    this.onSend?.(message);
    return Promise.resolve();
  }

  close(info: { closeCode?: number; reason?: string } = {}): Promise<WebSocketCloseInfo> {
    this.closedWith ??= info;
    if (this.readyState === "open") this.readyState = "closing";
    if (!this.lingers) this.end();
    return this.closed;
  }

  abort(): void {
    this.aborted = true;
    this.end();
  }

  /** The connection ends. */
  end(): void {
    this.readyState = "closed";
    this.#resolve({ closeCode: 1006, reason: "", wasClean: false });
  }

  /** What it was sent since the last call. */
  take(): (string | ByteSource)[] {
    return this.sent.splice(0);
  }
}

/** A member of a hub on such a connection, subscribed to topics. */
export async function joinRecorded(
  hub: Hub,
  name: string,
  ...topics: string[]
): Promise<{ member: Member; connection: RecordedConnection }> {
  const connection = new RecordedConnection();
  const member = await hub.join(connection, { name });
  for (const topic of topics) await member.subscribe(topic);
  return { member, connection };
}
