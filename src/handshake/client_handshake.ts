/**
 * The client's side of the opening handshake over HTTP/1.1 (RFC 6455 §4.1): the head of a request out, the
 * check of what comes back. Knows no transport.
 *
 * @module
 */

import { computeAcceptKey, createKey } from "./accept_key.ts";
import type { Agreement } from "./decide_upgrade.ts";
import {
  checkAgreement,
  createOffer,
  failConnect,
  type HandshakeOffer,
  type UpgradeRequestOptions,
} from "./handshake_offer.ts";
import type { HandshakeResponse } from "./handshake_response.ts";
import { isWebSocketUpgrade } from "./is_websocket_upgrade.ts";
import { formatHead } from "./write_head.ts";

/** A request, and what its answer is held against. */
export interface UpgradeRequest extends HandshakeOffer {
  /** The GET, to be written as it is. */
  readonly head: string;
  /** Its `Sec-WebSocket-Key`. */
  readonly key: string;
}

/**
 * A request for `url`, with a fresh key.
 *
 * @throws {TypeError} for what `createOffer()` refuses, before anything is sent.
 */
export function createUpgradeRequest(url: string | URL, options?: UpgradeRequestOptions): UpgradeRequest {
  const offer = createOffer(url, options);
  const key = createKey();
  const { host, pathname, search } = offer.url;
  const head = formatHead(`GET ${pathname}${search} HTTP/1.1`, [
    // RFC 9110 §7.2 the port is left out where it is the scheme's own
    ["Host", host],
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Key", key],
    ...offer.fields,
  ]);
  return { ...offer, head, key };
}

/**
 * Every rule that the server's answer must keep. The interim responses before it have been passed over.
 *
 * @throws {HandshakeError} with the response, when it breaks one or is no 101. Redirects are not followed.
 */
export async function checkUpgradeResponse(
  response: HandshakeResponse,
  sent: UpgradeRequest,
): Promise<Agreement> {
  const { status, headers } = response;
  // §4.1 (1) "If the status code received from the server is not
  // 101, the client handles the response per HTTP procedures"
  if (status !== 101) throw failConnect(`the server answered ${status}`, response);
  // §4.1 (2) "a value that is not an ASCII case-insensitive match for the value "websocket""
  // §4.1 (3) "doesn't contain a token that is an ASCII case-insensitive match for the value "Upgrade""
  if (!isWebSocketUpgrade(headers) || headers.get("Upgrade")?.includes(",")) {
    throw failConnect("no upgrade to websocket", response);
  }
  // §4.1 (4) "a value other than the base64-encoded SHA-1 of the concatenation..."
  if (headers.get("Sec-WebSocket-Accept") !== await computeAcceptKey(sent.key)) {
    throw failConnect("Sec-WebSocket-Accept does not fit the key", response);
  }
  return checkAgreement(response, sent);
}
