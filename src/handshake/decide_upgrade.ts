/**
 * The server's decision on a request that keeps the rules: who may connect, and what is agreed on
 * (RFC 6455 §4.2.2). The same over HTTP/1.1, 2 and 3, so it knows none of them.
 *
 * @module
 */

import type { AgreedExtension } from "../protocol/extension.ts";
import { askApplication, askHandler } from "./ask_application.ts";
import { checkOrigin } from "./check_origin.ts";
import { chooseProtocol } from "./choose_protocol.ts";
import { agreeOnExtension, formatExtensions, parseExtensions } from "./extension_header.ts";
import { checkFields } from "./fields.ts";
import type { HandshakeRequest } from "./handshake_request.ts";
import { parseProtocols } from "./parse_protocols.ts";
import { refuse } from "./refuse.ts";
import type { UpgradeOptions } from "./upgrade_options.ts";
import { formatAgreement } from "./write_head.ts";

/** What both sides agree on. */
export interface Agreement {
  /** The subprotocol, `""` for none. */
  readonly protocol: string;
  /** The extension in use; there is at most one. */
  readonly extension: AgreedExtension | undefined;
  /** The extension in use as the header has it, `""` for none. */
  readonly extensions: string;
}

/** An agreement and the fields that tell the client of it, the application's own among them. */
export interface UpgradeDecision extends Agreement {
  /** Fields for the response, in order. */
  readonly fields: readonly [name: string, value: string][];
}

/**
 * Asks the policies and the application in turn.
 *
 * @throws {HandshakeError} with the response that refuses.
 */
export async function decideUpgrade(
  request: HandshakeRequest,
  options: UpgradeOptions,
): Promise<UpgradeDecision> {
  await checkOrigin(request, options.origins);
  const protocols = parseProtocols(request.headers.get("Sec-WebSocket-Protocol"));
  if (protocols === undefined) throw refuse(400, "Sec-WebSocket-Protocol is malformed");
  const offers = parseExtensions(request.headers.get("Sec-WebSocket-Extensions"));
  // §9.1 malformed: "the WebSocket server MUST ... _Fail the WebSocket Connection_"
  if (offers === undefined) throw refuse(400, "Sec-WebSocket-Extensions is malformed");
  await askHandler(options.authorize, request);
  return askApplication(async () => {
    const protocol = chooseProtocol(protocols, options.protocols ?? [], request) ?? "";
    const extension = agreeOnExtension(offers, options.extensions ?? [], "accept");
    const extensions = formatExtensions(extension ? [extension] : []);
    const headers = typeof options.headers === "function" ? await options.headers(request) : options.headers;
    const fields = [...checkFields(headers), ...formatAgreement(protocol, extensions)];
    return { protocol, extension, extensions, fields };
  });
}
