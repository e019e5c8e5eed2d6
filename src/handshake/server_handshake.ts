/**
 * The server's side of the opening handshake over HTTP/1.1 (RFC 6455 §4.2): a request in, the head of a 101
 * out. Knows no transport; what it refuses, it throws.
 *
 * @module
 */

import { computeAcceptKey } from "./accept_key.ts";
import { checkUpgradeRequest } from "./check_upgrade_request.ts";
import { type Agreement, decideUpgrade } from "./decide_upgrade.ts";
import type { HandshakeRequest } from "./handshake_request.ts";
import type { UpgradeOptions } from "./upgrade_options.ts";
import { formatHead } from "./write_head.ts";

/** A request accepted. */
export interface UpgradeAnswer extends Agreement {
  /** The 101, to be written as it is; frames follow. */
  readonly head: string;
}

/**
 * Checks the request against §4.2.1, then the options in this order: origin, `authorize`, subprotocol,
 * extensions, fields. The options have passed `checkUpgradeOptions()`.
 *
 * @throws {HandshakeError} with the response that refuses: a peer's fault, a refusal, or 500 with a `cause`.
 */
export async function answerUpgrade(
  request: HandshakeRequest,
  options: UpgradeOptions,
): Promise<UpgradeAnswer> {
  checkUpgradeRequest(request);
  const { fields, ...agreement } = await decideUpgrade(request, options);
  // §4.2.2 (5.4) the key "as it appears in the request", which has been checked
  const accept = await computeAcceptKey(request.headers.get("Sec-WebSocket-Key") as string);
  const head = formatHead("HTTP/1.1 101 Switching Protocols", [
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Accept", accept],
    ...fields,
  ]);
  return { ...agreement, head };
}
