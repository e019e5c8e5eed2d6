/**
 * What a client asks for, and whether the server's answer fits it (RFC 6455 §4.1). The same over HTTP/1.1, 2
 * and 3, so it knows none of them.
 *
 * @module
 */

import type { Extension } from "../protocol/extension.ts";
import type { Agreement } from "./decide_upgrade.ts";
import { agreeOnExtension, checkExtensions, formatExtensions, parseExtensions } from "./extension_header.ts";
import { checkFields, checkTokens, type HeaderFields } from "./fields.ts";
import { HandshakeError } from "./handshake_error.ts";
import type { HandshakeResponse } from "./handshake_response.ts";
import { parseUrl } from "./parse_url.ts";
import { formatAgreement } from "./write_head.ts";

/** The application's part in a client's request. */
export interface UpgradeRequestOptions {
  /** The subprotocols to offer, the preferred one first; one string is one subprotocol. */
  readonly protocols?: string | readonly string[] | undefined;
  /** Fields to add to the request: `User-Agent`, `Authorization`, `Cookie`, `Origin`... */
  readonly headers?: HeaderFields | undefined;
  /** The extensions to offer, the preferred one first; the server may take one. */
  readonly extensions?: readonly Extension[] | undefined;
}

/** A checked URL and offer. */
export interface HandshakeOffer {
  /** Where to; its scheme is one of `ws:`, `wss:`, `http:` and `https:`. */
  readonly url: URL;
  /** The subprotocols offered. */
  readonly protocols: readonly string[];
  /** The extensions offered. */
  readonly extensions: readonly Extension[];
  /** The fields that make the offer, the application's own behind them. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/**
 * Checks what is to be asked for.
 *
 * @throws {TypeError} for a URL that is none, has a fragment, user information, a control character or a
 * scheme that is no WebSocket's; a subprotocol or an extension that is no token or there twice; a field that
 * may not stand in a head or belongs to the handshake.
 */
export function createOffer(address: string | URL, options: UpgradeRequestOptions = {}): HandshakeOffer {
  const { protocols: given = [], headers, extensions = [] } = options;
  const url = parseAddress(`${address}`);
  const protocols = [given].flat() as string[];
  checkTokens("protocols", protocols);
  checkExtensions(extensions);
  const offers = extensions.flatMap((extension) =>
    extension.offer().map((parameters) => ({ name: extension.name, parameters }))
  );
  const fields: HandshakeOffer["fields"] = [
    // §4.1 (9) "The value of this header field MUST be 13"
    ["Sec-WebSocket-Version", "13"],
    ...formatAgreement(protocols.join(", "), formatExtensions(offers)),
    ...checkFields(headers),
  ];
  return { url, protocols, extensions, fields };
}

/**
 * What the server agreed to.
 *
 * @throws {HandshakeError} with the response, when it names what was not offered or
 * leaves out the subprotocol.
 */
export function checkAgreement(response: HandshakeResponse, offer: HandshakeOffer): Agreement {
  const answers = parseExtensions(response.headers.get("Sec-WebSocket-Extensions"));
  const extension = agreeOnExtension(answers ?? [], offer.extensions, "confirm");
  // §4.1 (5) "the use of an extension that was not present in the client's handshake"
  // RSV1 has one meaning, so that one extension is all a connection has
  const fits = answers?.length === (extension ? 1 : 0);
  const protocol = response.headers.get("Sec-WebSocket-Protocol");
  const protocols: readonly (string | null)[] = offer.protocols.length > 0 ? offer.protocols : [null];
  // §4.1 (6) "the use of a subprotocol that was not present
  // in the client's handshake"; WHATWG: nor may it be missing
  if (!fits || !protocols.includes(protocol)) {
    throw failConnect("the answer does not fit the offer", response);
  }
  return { protocol: protocol ?? "", extension, extensions: formatExtensions(answers) };
}

/** The error of a client that was answered wrongly. */
export function failConnect(reason: string, response: HandshakeResponse): HandshakeError {
  return new HandshakeError(`Cannot connect: ${reason}`, response);
}

function parseAddress(address: string): URL {
  const url = parseUrl(address);
  // §3 ws-URI = "ws:" "//" host [ ":" port ] path [ "?" query ]; "Fragment identifiers ... MUST NOT be used"
  // `URL` passes over what could be taken for line breaks
  // deno-lint-ignore no-control-regex
  if (url && /^(?:ws|http)s?:\/\/[^/@]+\/[^#]*$/.test(url.href) && !/[\0-\x1f\x7f]/.test(address)) return url;
  throw new TypeError("Cannot connect: the URL is no ws-URI");
}
