/**
 * A connection whose peer is the test, frame by frame, under a clock that stands still.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { ConnectionOptions } from "../../src/connection/connection_options.ts";
import { WebSocketConnection } from "../../src/connection/web_socket_connection.ts";
import { createManualClock, type ManualClock } from "../../src/testing/manual_clock.ts";
import { describeFrame, type FrameChanges, type FrameKind, makeClose, makeFrame } from "./frame_lines.ts";
import { decodeFrames } from "./frames.ts";
import { HeldTransport } from "./held_transport.ts";

/** A connection and the other side of it. */
export class HeldConnection {
  readonly connection: WebSocketConnection;
  readonly transport = new HeldTransport();
  readonly clock: ManualClock = createManualClock();

  constructor(options: Partial<ConnectionOptions> = {}) {
    this.connection = new WebSocketConnection(this.transport, {
      role: "server",
      clock: this.clock,
      ...options,
    });
  }

  /** A frame as the connection's peer sends it. */
  encode(opcode: FrameKind, payload?: string | Uint8Array, changes?: FrameChanges): Uint8Array {
    return makeFrame(opcode, payload, { ...changes, masked: this.connection.role === "server" });
  }

  /** The peer sends a frame. */
  peerSends(opcode: FrameKind, payload?: string | Uint8Array, changes?: FrameChanges): void {
    this.transport.deliver(this.encode(opcode, payload, changes));
  }

  /** A Close as the connection's peer sends it. */
  encodeClose(code?: number, reason?: string): Uint8Array {
    return makeClose(code, reason, { masked: this.connection.role === "server" });
  }

  /** The peer sends a Close. */
  peerCloses(code?: number, reason?: string): void {
    this.transport.deliver(this.encodeClose(code, reason));
  }

  /** What the connection has sent since the last call, a line for each frame; asserts that its masks are in order. */
  sent(): string[] {
    return decodeFrames(this.transport.read()).map((frame) => {
      assertEquals(frame.key !== undefined, this.connection.role === "client", "masked");
      return describeFrame(frame);
    });
  }

  /** Asserts the end: nothing is left behind, and nobody was called out of turn. */
  assertGone(): void {
    assertEquals(this.connection.readyState, "closed");
    assertEquals(this.transport.destroyed, true);
    assertEquals(this.clock.pending, 0, "timers");
    assertEquals(this.connection.bufferedAmount, 0);
    assertEquals(this.transport.violations, []);
  }
}

/**
 * Lets all that is under way come to rest, short of timers that really wait, and of what a runtime does elsewhere: digests, Blobs,
 * sockets, channels. Those are for `until()`.
 */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Lets promises have so many turns, which costs less than a timer. */
export async function spin(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await undefined;
}

/** Where a promise stands after a turn. */
export async function stateOf(promise: Promise<unknown>): Promise<"pending" | "resolved" | "rejected"> {
  let state: "pending" | "resolved" | "rejected" = "pending";
  promise.then(() => state = "resolved", () => state = "rejected");
  await settle();
  return state;
}
