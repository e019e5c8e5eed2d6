/**
 * A network for connections that come back: every attempt is held until the test says what becomes of it, and time
 * stands still.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { createWebSocketPair, type PairOptions } from "../../src/connection/create_web_socket_pair.ts";
import { ReconnectingConnection } from "../../src/connection/reconnecting_connection.ts";
import type { ConnectAttempt, ReconnectOptions } from "../../src/connection/reconnect_options.ts";
import type { WebSocketCloseInfo } from "../../src/connection/close_info.ts";
import type { WebSocketConnection } from "../../src/connection/web_socket_connection.ts";
import { createManualClock, type ManualClock } from "../../src/testing/manual_clock.ts";
import { settle } from "./held_connection.ts";

/** An attempt that waits for its outcome. */
interface HeldAttempt extends ConnectAttempt {
  readonly resolve: (connection: WebSocketConnection) => void;
  readonly reject: (error: unknown) => void;
}

/** A connection that comes back, and all that its attempts meet. Every wait is half of the longest possible. */
export class FlakyNetwork {
  readonly clock: ManualClock = createManualClock();
  readonly client: ReconnectingConnection;
  /** The attempts so far. */
  readonly attempts: HeldAttempt[] = [];
  /** What `onDisconnect` was told. */
  readonly ends: (readonly [closeCode: number, delay: number | undefined])[] = [];
  /** The same in full. */
  readonly infos: WebSocketCloseInfo[] = [];

  constructor(options: ReconnectOptions = {}) {
    this.client = new ReconnectingConnection(
      (attempt) =>
        new Promise((resolve, reject) => {
          this.attempts.push({ ...attempt, resolve, reject });
        }),
      {
        clock: this.clock,
        random: () => 0.5,
        onDisconnect: (info, delay) => {
          this.infos.push(info);
          this.ends.push([info.closeCode, delay]);
        },
        ...options,
      },
    );
  }

  /** The present attempt comes to a connection; its other end. */
  async accept(options: PairOptions = {}): Promise<WebSocketConnection> {
    await settle();
    const common = { clock: this.clock, pingInterval: 0 };
    const [client, server] = createWebSocketPair({ ...common, ...options }, common);
    this.attempts.at(-1)!.resolve(client);
    await settle();
    return server;
  }

  /** The present attempt fails. */
  async refuse(error: unknown = new Error("refused")): Promise<void> {
    await settle();
    this.attempts.at(-1)!.reject(error);
    await settle();
  }

  /** So many milliseconds pass. */
  async pass(milliseconds: number): Promise<void> {
    await settle();
    this.clock.advance(milliseconds);
    await settle();
  }

  /** The other end closes, or vanishes. */
  async drop(server: WebSocketConnection, closeCode?: number): Promise<void> {
    if (closeCode === undefined) server.abort();
    else await server.close({ closeCode });
    await settle();
  }

  /** Asserts the final end, and that no timer is left behind. */
  async assertClosed(): Promise<void> {
    await this.client.closed;
    await settle();
    assertEquals(this.client.readyState, "closed");
    assertEquals(this.client.bufferedAmount, 0);
    assertEquals(this.clock.pending, 0, "timers");
  }

  /** Asserts the same, and that no message is left either. */
  async assertGone(): Promise<void> {
    await this.assertClosed();
    assertEquals(await this.client.receive(), undefined);
  }
}
