/**
 * permessage-deflate as an extension: what is offered, what is agreed on
 * (RFC 7692 §5, §7.1). Knows no DEFLATE.
 *
 * @module
 */

import type { AgreedExtension, Extension, ExtensionParameters } from "../protocol/extension.ts";
import type { DeflateSettings } from "./deflate_codec.ts";
import { checkDeflateOptions, type CheckedOptions, type DeflateOptions } from "./deflate_options.ts";
import { MessageDeflate } from "./message_deflate.ts";
import { type DeflateParameters, formatParameters, parseParameters } from "./parameters.ts";

const name = "permessage-deflate";

/** The window where nobody asked for less (RFC 7692 §7.1.2). */
const largestWindow = 15;

/**
 * The compression of RFC 7692, for either role: an element of `extensions`. A client offers what the
 * options ask for, and behind it an offer that asks nothing of the server. A server takes the first
 * offer that keeps the rules.
 *
 * Where a secret is compressed together with what an attacker can choose, the length tells of the secret:
 * send such messages with `compress: false`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { permessageDeflate } from "@weft/websocket/deflate";
 *
 * const extension = permessageDeflate({ sendWindowBits: 10, receiveTakeover: false });
 * const agreed = extension.accept([["client_max_window_bits", true]]);
 * assertEquals(agreed?.parameters, [["client_no_context_takeover", true], ["server_max_window_bits", "10"]]);
 * ```
 *
 * @throws {TypeError} for an option of another type.
 * @throws {RangeError} for a number that is out of range.
 */
export function permessageDeflate(options: DeflateOptions = {}): Extension {
  const checked = checkDeflateOptions(options);
  return {
    name,
    offer: () => createOffers(checked).map(formatParameters),
    accept: (offer) => acceptOffer(parseParameters(offer), checked),
    confirm: (answer) => confirmAnswer(answer, checked),
  };
}

/** The offers of a client, the preferred one first. */
function createOffers(options: CheckedOptions): DeflateParameters[] {
  const fallback: DeflateParameters = {
    serverNoContextTakeover: false,
    // §7.1.1.2 in an offer, a hint that no context takeover will be used
    clientNoContextTakeover: !options.sendTakeover,
    serverMaxWindowBits: undefined,
    // §7.1.2.2 without it, the server may not ask for a smaller window; with a value, no larger one is used
    clientMaxWindowBits: options.sendWindowBits === largestWindow || options.sendWindowBits,
  };
  if (options.receiveTakeover && options.receiveWindowBits === largestWindow) return [fallback];
  const preferred: DeflateParameters = {
    ...fallback,
    serverNoContextTakeover: !options.receiveTakeover,
    serverMaxWindowBits: lessThanLargest(options.receiveWindowBits),
  };
  return [preferred, fallback];
}

/** The server's answer to one offer. */
function acceptOffer(
  offer: DeflateParameters | undefined,
  options: CheckedOptions,
): AgreedExtension | undefined {
  // §7 "A server MUST decline an extension negotiation offer"
  // with a parameter that is unknown, invalid or there twice
  if (offer === undefined) return undefined;
  const send: DeflateSettings = {
    windowBits: Math.min(options.sendWindowBits, offer.serverMaxWindowBits ?? largestWindow),
    takeover: options.sendTakeover && !offer.serverNoContextTakeover,
  };
  const offered = offer.clientMaxWindowBits === true ? largestWindow : offer.clientMaxWindowBits;
  const receive: DeflateSettings = {
    // §7.1.2.2 an answer has the parameter only where the offer had it
    windowBits: offered === undefined ? largestWindow : Math.min(options.receiveWindowBits, offered),
    takeover: options.receiveTakeover && !offer.clientNoContextTakeover,
  };
  const answer = formatParameters({
    serverNoContextTakeover: !send.takeover,
    clientNoContextTakeover: !receive.takeover,
    // §7.1.2.1 an offer with it is accepted with "the same or smaller value"
    serverMaxWindowBits: offer.serverMaxWindowBits === undefined
      ? lessThanLargest(send.windowBits)
      : send.windowBits,
    clientMaxWindowBits: lessThanLargest(receive.windowBits),
  });
  return createAgreement(answer, send, receive, options);
}

/**
 * What a server's answer amounts to. The last offer asks for nothing, so that nothing may be missing in it.
 */
function confirmAnswer(answer: ExtensionParameters, options: CheckedOptions): AgreedExtension | undefined {
  const parameters = parseParameters(answer);
  if (parameters === undefined) return undefined;
  const { clientMaxWindowBits: sendBits = options.sendWindowBits } = parameters;
  // §7.1.2.2 in an answer it has a value, and no larger one than was offered
  if (sendBits === true || sendBits > options.sendWindowBits) return undefined;
  const send: DeflateSettings = {
    windowBits: sendBits,
    takeover: options.sendTakeover && !parameters.clientNoContextTakeover,
  };
  const receive: DeflateSettings = {
    windowBits: parameters.serverMaxWindowBits ?? largestWindow,
    takeover: !parameters.serverNoContextTakeover,
  };
  return createAgreement(answer, send, receive, options);
}

function createAgreement(
  parameters: ExtensionParameters,
  send: DeflateSettings,
  receive: DeflateSettings,
  options: CheckedOptions,
): AgreedExtension {
  return { name, parameters, createCodec: () => new MessageDeflate(send, receive, options) };
}

function lessThanLargest(windowBits: number): number | undefined {
  return windowBits < largestWindow ? windowBits : undefined;
}
