/**
 * What an application says about the connections it accepts, and what it cannot mean. Knows no request.
 *
 * @module
 */

import type { RequestHandler } from "./ask_application.ts";
import { checkFunctions } from "../protocol/engine_options.ts";
import type { Extension } from "../protocol/extension.ts";
import { type OriginPolicy, serializeOrigin } from "./check_origin.ts";
import type { ProtocolChoice } from "./choose_protocol.ts";
import { checkExtensions } from "./extension_header.ts";
import { checkFields, checkTokens, type HeaderFields } from "./fields.ts";
import type { HandshakeRequest } from "./handshake_request.ts";

/**
 * The application's part in accepting a connection (RFC 6455 §4.2.2). Where its functions
 * throw, the peer gets 500.
 */
export interface UpgradeOptions {
  /** Subprotocols by preference, or a function that picks one of those offered. None by default. */
  readonly protocols?: ProtocolChoice | undefined;
  /** Fields to add to the response that accepts, or a function of the request that returns them. */
  readonly headers?:
    | HeaderFields
    | ((request: HandshakeRequest) => HeaderFields | Promise<HeaderFields>)
    | undefined;
  /** Returns nothing to go on, or the final response to refuse with. */
  readonly authorize?: RequestHandler | undefined;
  /**
   * Which pages may connect besides those of the server's own `Host`. Default: none. A page of another host
   * or port is refused with 403: name it, or pass `"*"`.
   */
  readonly origins?: OriginPolicy | undefined;
  /** The extensions that may be agreed on; of those offered, the first that fits is. */
  readonly extensions?: readonly Extension[] | undefined;
}

/**
 * Refuses what the options cannot mean, before there is a peer.
 *
 * @throws {TypeError} for a subprotocol or an extension that is no token or there twice, a field that
 * may not stand in a head or belongs to the handshake, an origin that is none, and what is no
 * function where one is called for.
 */
export function checkUpgradeOptions(options: UpgradeOptions): void {
  const { protocols = [], headers, origins = [], extensions = [] } = options;
  if (typeof protocols !== "function") checkTokens("protocols", protocols);
  if (typeof headers !== "function") checkFields(headers);
  checkFunctions(options, "authorize");
  if (typeof origins !== "function" && origins !== "*") {
    if (!Array.isArray(origins)) {
      throw new TypeError('Cannot use origins: not "*", a function or a list of origins');
    }
    for (const origin of origins) {
      if (serializeOrigin(origin) === undefined) {
        throw new TypeError(`Cannot use origins: no origin ${origin}`);
      }
    }
  }
  checkExtensions(extensions);
}
