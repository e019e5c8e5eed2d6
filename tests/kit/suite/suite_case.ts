/**
 * What a sentence of the shared suite is made of: two halves that know each other by the wire alone. The subject's half runs where the
 * connection under test lives, be it another process or another request of a worker; the peer's half runs in the test.
 *
 * @module
 */

import type { ConnectOptions, MessageConnection, WebSocketConnection } from "../../../mod.ts";
import type { AcceptOptions } from "../../../src/connection/accept_options.ts";
import type { ConnectionCapabilities } from "../../../src/connection/message_connection.ts";
import type { NativeUpgradeOptions } from "../../../src/runtime/native_upgrade.ts";

/** In what connections differ: their capabilities, and a few habits of runtimes. */
export interface SuiteTraits extends ConnectionCapabilities {
  /** `pingInterval` and `pingTimeout` work. */
  readonly keepalive: boolean;
  /** Text that is not UTF-8 ends the connection. */
  readonly utf8: boolean;
  /** There are ways to receive besides `onMessage`. */
  readonly receiving: boolean;
  /** `closed` tells which rule the peer broke; otherwise 1006. */
  readonly faults: boolean;
}

/** Of what has the interface of a WHATWG `WebSocket`, and no more. */
export const webSocketTraits: SuiteTraits = {
  backpressure: false,
  sendBackpressure: true,
  ping: false,
  streaming: false,
  sendOptions: false,
  closeCodes: false,
  closingHandshake: true,
  abort: false,
  keepalive: false,
  utf8: true,
  faults: false,
  receiving: true,
};

/** The options of a subject: what every server takes, and some refuse. */
export type SuiteOptions = Omit<NativeUpgradeOptions, "onMessage"> & Pick<AcceptOptions, "maxFragments"> & {
  readonly onMessage?: (message: string | Uint8Array, connection: MessageConnection) => unknown;
};

/** Bytes to and from the subject. */
export interface RawLink {
  /** The head of the answer of a server over HTTP/1.1. */
  readonly head: string;
  /** Writes a frame, given without a mask; as a client, with one. */
  write(frame: readonly number[]): void;
  /** Waits for so many bytes behind the head, or for the end of the connection. */
  hear(length: number): Promise<void>;
  /** Waits for the end of the connection; what came until then, behind the head. */
  readAll(): Promise<Uint8Array>;
  /** Is gone, without a word. */
  vanish(): void;
}

/** The other side of a subject. */
export interface SuitePeer {
  /** Opens a connection to the subject by our engine. With a subject that is a client, the one that it has opened. */
  connect(options?: ConnectOptions): Promise<WebSocketConnection>;
  /**
   * Sends a request, by default the one of an upgrade, reads the head of the answer, and goes on by bytes. With a subject that is a
   * client, answers its request, and goes on so.
   */
  open(changes?: Readonly<Record<string, string | undefined>>): Promise<RawLink>;
  /** Sends a request and is gone at once. */
  openAndVanish(): Promise<void>;
}

/** One sentence. */
export interface SuiteCase {
  /** What holds. */
  readonly sentence: string;
  /** Only where the connection has this trait, or all of these, of whose first the table is told; */
  readonly where?: keyof SuiteTraits | readonly (keyof SuiteTraits)[];
  /** and only where it has this one not. */
  readonly unless?: keyof SuiteTraits;
  /** Only where the subject is a server of HTTP/1.1. */
  readonly isHandshake?: boolean;
  /** The subject's options. */
  readonly options?: SuiteOptions;
  /** What the subject does with its connection; what it throws fails the test. Without it, there must be no connection. */
  readonly subject?: (connection: MessageConnection) => unknown;
  /** What the subject's upgrade comes to where it has no connection: `refused 403`, `threw TypeError`. */
  readonly outcome?: string;
  /** What the peer does, and asserts. */
  readonly peer: (peer: SuitePeer) => Promise<void>;
}

/** Waits. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
