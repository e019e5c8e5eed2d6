/**
 * The opening handshake of a server whose runtime hands over requests, not bytes: what is decided is decided
 * where it is for raw bytes. Knows no runtime; the response that accepts is the runtime's.
 *
 * @module
 */

import type { HandshakeOptions } from "../connection/accept_options.ts";
import type { ConnectionCapabilities } from "../connection/message_connection.ts";
import { defaultHandshakeTimeout, withinDeadline } from "../connection/within_deadline.ts";
import { checkUpgradeRequest } from "../handshake/check_upgrade_request.ts";
import { decideUpgrade, type UpgradeDecision } from "../handshake/decide_upgrade.ts";
import { HandshakeError } from "../handshake/handshake_error.ts";
import { HandshakeRequest } from "../handshake/handshake_request.ts";
import type { HandshakeResponse } from "../handshake/handshake_response.ts";
import { refuse, refuseLate } from "../handshake/refuse.ts";
import { checkUpgradeOptions, type UpgradeOptions } from "../handshake/upgrade_options.ts";
import { checkNumbers } from "../protocol/engine_options.ts";
import type { NativeConnection } from "./native_connection.ts";
import { checkNativeOptions, type NativeOptions } from "./native_options.ts";

/**
 * The options of `upgradeWebSocket()`: those of `acceptWebSocket()` that can mean something where the
 * runtime reads the request.
 */
export interface NativeUpgradeOptions
  extends NativeOptions, Omit<UpgradeOptions, "extensions">, Pick<HandshakeOptions, "handshakeTimeout"> {}

/** What comes of a request: a response to return, and a connection, or why there is none. */
export type NativeUpgrade<Connection = NativeConnection> =
  | {
    /** The handler is to return this. */
    readonly response: Response;
    /** The connection; it opens once the response is returned. */
    readonly connection: Connection;
    readonly error?: undefined;
  }
  | {
    /** The refusal, for the handler to return. */
    readonly response: Response;
    readonly connection?: undefined;
    /** Why there is no connection. */
    readonly error: HandshakeError;
  };

/** A request that may be upgraded. */
export interface AcceptedUpgrade extends UpgradeDecision {
  /** The request, whatever becomes of the runtime's. */
  readonly request: HandshakeRequest;
  /** The fields for the response, those of the handshake included. */
  readonly headers: Headers;
}

/**
 * Throws `TypeError` or `RangeError` for what the options cannot mean, or not with these sockets, whose
 * runtime refuses messages longer than `longestMessage` by itself.
 */
export function checkNativeUpgradeOptions(
  options: NativeUpgradeOptions,
  capabilities: ConnectionCapabilities,
  longestMessage: number,
): void {
  checkNumbers(options, { handshakeTimeout: defaultHandshakeTimeout });
  checkUpgradeOptions(options);
  const { maxMessageSize } = checkNativeOptions(options, capabilities);
  if (maxMessageSize > longestMessage) {
    throw new RangeError(`Cannot use maxMessageSize: the runtime's own limit is ${longestMessage} bytes`);
  }
  options.signal?.throwIfAborted();
}

/**
 * Decides on a request, and makes the connection of one that is accepted by `open`. What is refused, for
 * whatever reason, is answered; nothing is thrown. `check` knows the rules of the upgrade.
 */
export async function upgradeNative<Connection>(
  request: Request,
  options: NativeUpgradeOptions,
  open: (upgrade: AcceptedUpgrade) => { readonly response: Response; readonly connection: Connection },
  check: (request: HandshakeRequest) => void = checkUpgradeRequest,
): Promise<NativeUpgrade<Connection>> {
  try {
    const upgrade = await decide(request, options, check);
    options.signal?.throwIfAborted();
    return open(upgrade);
  } catch (error) {
    if (!(error instanceof HandshakeError) || error.response === undefined) throw error;
    return { response: toResponse(error.response), error };
  }
}

/** The error of a request that the runtime does not upgrade: its peer has left, or it is none. */
export function refuseUpgrade(cause: unknown): HandshakeError {
  return refuse(400, "the request cannot be upgraded", {}, { cause });
}

async function decide(
  request: Request,
  options: NativeUpgradeOptions,
  check: (request: HandshakeRequest) => void,
): Promise<AcceptedUpgrade> {
  const { pathname, search, protocol, host } = new URL(request.url);
  const headers = new Headers(request.headers);
  // A request that another part of the program made has none.
  if (!headers.has("host")) headers.set("host", host);
  const secure = protocol === "https:";
  const copy = new HandshakeRequest({ method: request.method, target: pathname + search, headers, secure });
  check(copy);
  const decision = await withinDeadline(decideUpgrade(copy, options), options, refuseLate);
  return { ...decision, request: copy, headers: new Headers(decision.fields as [string, string][]) };
}

function toResponse({ status, statusText, headers, body }: HandshakeResponse): Response {
  // A null body status has none, not even an empty one.
  const content = status === 204 || status === 205 || status === 304
    ? null
    : body as BodyInit | undefined ?? null;
  return new Response(content, { status, statusText, headers });
}
