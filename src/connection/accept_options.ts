/**
 * The options of accepting and connecting: the handshake's, the connection's, and those of the time between.
 *
 * @module
 */

import type { RequestHandler } from "../handshake/ask_application.ts";
import type { HandshakeRequest } from "../handshake/handshake_request.ts";
import type { UpgradeRequestOptions } from "../handshake/handshake_offer.ts";
import type { HeadLimits } from "../handshake/limits.ts";
import type { UpgradeOptions } from "../handshake/upgrade_options.ts";
import type { CommonOptions } from "./connection_options.ts";

/** Called with the start line and the fields of each head, one a line, as it is read or written. */
export type HeadTap = (direction: "received" | "sent", head: string) => void;

/** What both opening handshakes have. */
export interface HandshakeOptions extends Partial<HeadLimits> {
  /**
   * The most milliseconds of the opening handshake, in all. Default 10 000. A server whose application takes
   * longer refuses with 503, and gives the peer as long again to read that.
   */
  readonly handshakeTimeout?: number | undefined;
  /** Sees the heads of the opening handshake: a tap for debugging, as `onFrame` is for what follows. */
  readonly onHead?: HeadTap | undefined;
}

/** The options of `acceptWebSocket()`. */
export interface AcceptOptions extends CommonOptions, UpgradeOptions, HandshakeOptions {
  /**
   * Answers a request that is no upgrade. Its body is not read. Without an answer, or without this, it is
   * refused: with 400 where it has a body, with 405 where its method is not GET, else with 426.
   */
  readonly onRequest?: RequestHandler | undefined;
  /**
   * Whether another request may follow one that was refused or answered, where that is safe. Default false.
   */
  readonly keepAlive?: boolean | undefined;
  /** Whether the bytes come over TLS; then pages must too. Default false: not known. */
  readonly secure?: boolean | undefined;
  /** The request, where it was read already. */
  readonly request?: HandshakeRequest | undefined;
  /** Bytes that were read already: behind `request`, or the beginning of everything. */
  readonly head?: Uint8Array | undefined;
}

/** The options of `connectWebSocket()`. */
export interface ConnectOptions extends CommonOptions, UpgradeRequestOptions, HandshakeOptions {}
