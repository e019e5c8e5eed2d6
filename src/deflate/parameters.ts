/**
 * The four parameters of permessage-deflate (RFC 7692 §7.1), out of the header's form and back. Knows their
 * values, not what they lead to.
 *
 * @module
 */

import type { ExtensionParameters } from "../protocol/extension.ts";

/** The parameters of one offer or answer; a window of 15 bits is none. */
export interface DeflateParameters {
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  readonly serverMaxWindowBits: number | undefined;
  /** `true` in an offer that leaves the value to the server. */
  readonly clientMaxWindowBits: number | true | undefined;
}

/**
 * `undefined` where the list is none that RFC 7692 knows: a parameter is unknown, there twice,
 * or has no value of its own.
 */
export function parseParameters(list: ExtensionParameters): DeflateParameters | undefined {
  const found = new Map(list);
  // §7 "multiple extension parameters with the same name"
  if (found.size !== list.length) return undefined;
  for (const [name, value] of list) if (!isValid(name, value)) return undefined;
  return {
    serverNoContextTakeover: found.has("server_no_context_takeover"),
    clientNoContextTakeover: found.has("client_no_context_takeover"),
    serverMaxWindowBits: found.has("server_max_window_bits")
      ? Number(found.get("server_max_window_bits"))
      : undefined,
    clientMaxWindowBits: parseBits(found.get("client_max_window_bits")),
  };
}

function isValid(name: string, value: string | true): boolean {
  switch (name) {
    case "server_no_context_takeover":
    case "client_no_context_takeover":
      // §7.1.1.1, §7.1.1.2 a parameter without a value
      return value === true;
    case "client_max_window_bits":
      // §7.1.2.2 in an offer, with or without a value
      return value === true || isWindowBits(value);
    case "server_max_window_bits":
      return value !== true && isWindowBits(value);
    default:
      return false;
  }
}

/** §7.1.2.1 "a decimal integer value without leading zeroes between 8 to 15, inclusive" */
function isWindowBits(value: string): boolean {
  return /^(?:[89]|1[0-5])$/.test(value);
}

function parseBits(value: string | true | undefined): number | true | undefined {
  return typeof value === "string" ? Number(value) : value;
}

/** The parameters as they stand in the header. */
export function formatParameters(parameters: DeflateParameters): ExtensionParameters {
  const list: [string, string | true][] = [];
  const { serverMaxWindowBits, clientMaxWindowBits } = parameters;
  if (parameters.serverNoContextTakeover) list.push(["server_no_context_takeover", true]);
  if (parameters.clientNoContextTakeover) list.push(["client_no_context_takeover", true]);
  if (serverMaxWindowBits !== undefined) list.push(["server_max_window_bits", `${serverMaxWindowBits}`]);
  if (clientMaxWindowBits !== undefined) {
    list.push(["client_max_window_bits", clientMaxWindowBits === true ? true : `${clientMaxWindowBits}`]);
  }
  return list;
}
