/**
 * The judge's own negotiation of permessage-deflate (RFC 7692 §7): what it asks for, and what it agrees to.
 * Shares nothing with the engine, and compresses nothing.
 *
 * @module
 */

import type { DeflateRequest } from "./conformance_case.ts";
import type { Compression } from "./compression.ts";

/** What was agreed, as the judge sees it. */
export interface Agreement {
  readonly send: Compression;
  readonly receive: Compression;
  /** Whether it is what was asked for first. */
  readonly preferred: boolean;
}

type Parameters = ReadonlyMap<string, string | true>;

/**
 * The elements of `Sec-WebSocket-Extensions` that are permessage-deflate, and whether there are others.
 * Throws for what cannot be read.
 */
function parseExtensions(header: string): { offers: Parameters[]; others: boolean } {
  const offers: Parameters[] = [];
  let others = false;
  for (const element of header.split(",")) {
    const [name, ...rest] = element.split(";").map((part) => part.trim());
    if (name !== "permessage-deflate") {
      others = true;
      continue;
    }
    const parameters = new Map<string, string | true>();
    for (const part of rest) {
      const match = /^([\w-]+)(?:\s*=\s*(?:"?(\w+)"?))?$/.exec(part);
      if (match === null || parameters.has(match[1]!)) throw new Error(`permessage-deflate with "${part}"`);
      parameters.set(match[1]!, match[2] ?? true);
    }
    checkParameters(parameters);
    offers.push(parameters);
  }
  return { offers, others };
}

/** RFC 7692 §7.1: throws for a parameter that no offer and no answer may have. */
function checkParameters(parameters: Parameters): void {
  for (const [name, value] of parameters) {
    const valid = /^(server|client)_no_context_takeover$/.test(name)
      ? value === true
      : name === "client_max_window_bits" && value === true
      ? true
      : /^(server|client)_max_window_bits$/.test(name) && /^([89]|1[0-5])$/.test(String(value));
    if (!valid) throw new Error(`permessage-deflate with ${name}=${value}`);
  }
}

function findBits(parameters: Parameters, name: string): number {
  const value = parameters.get(name);
  return typeof value === "string" ? Number(value) : 15;
}

/** The value of `Sec-WebSocket-Extensions` with which a client asks. */
export function writeOffers(requests: readonly DeflateRequest[]): string {
  return requests.map(({ noContextTakeover, maxWindowBits }) =>
    [
      "permessage-deflate",
      ...(noContextTakeover ? ["server_no_context_takeover"] : []),
      ...(maxWindowBits > 0 ? [`server_max_window_bits=${maxWindowBits}`] : []),
      "client_max_window_bits",
    ].join("; ")
  ).join(", ");
}

/**
 * What a server's answer amounts to; `undefined` where it agreed to nothing. Throws for an
 * answer that no offer allows.
 */
export function readAnswer(
  header: string | undefined,
  requests: readonly DeflateRequest[],
): Agreement | undefined {
  if (header === undefined) return undefined;
  const { offers: [answer, second], others } = parseExtensions(header);
  if (answer === undefined || second !== undefined || others) throw new Error(`answer "${header}"`);
  // RFC 7692 §7.1.2.2: only an offer may have it without a value.
  if (answer.get("client_max_window_bits") === true) throw new Error(`answer "${header}"`);
  // RFC 7692 §7.1.1.1, §7.1.2.1: what is asked is agreed to by saying so.
  const met = requests.findIndex(({ noContextTakeover, maxWindowBits }) =>
    (!noContextTakeover || answer.has("server_no_context_takeover")) &&
    (maxWindowBits === 0 ||
      answer.has("server_max_window_bits") && findBits(answer, "server_max_window_bits") <= maxWindowBits)
  );
  if (met < 0) throw new Error(`answer "${header}", which no offer allows`);
  return {
    send: {
      windowBits: findBits(answer, "client_max_window_bits"),
      takeover: !answer.has("client_no_context_takeover"),
    },
    receive: {
      windowBits: findBits(answer, "server_max_window_bits"),
      takeover: !answer.has("server_no_context_takeover"),
    },
    preferred: met === 0,
  };
}

/**
 * What a server answers to a client's offers; `undefined` where none allows what is asked. Throws for
 * offers that cannot be read.
 */
export function answerOffers(
  header: string | undefined,
  requests: readonly DeflateRequest[],
): { readonly answer: string; readonly agreement: Agreement } | undefined {
  const { offers } = parseExtensions(header ?? "");
  for (const [index, { noContextTakeover, maxWindowBits }] of requests.entries()) {
    // RFC 7692 §7.1.2.2: a server limits the client's window only where the client offers it.
    const offer = offers.find((parameters) =>
      maxWindowBits === 0 || parameters.has("client_max_window_bits")
    );
    if (offer === undefined) continue;
    const clientBits = Math.min(maxWindowBits || 15, findBits(offer, "client_max_window_bits"));
    const answer = ["permessage-deflate"];
    if (offer.has("server_no_context_takeover")) answer.push("server_no_context_takeover");
    if (offer.has("server_max_window_bits")) {
      answer.push(`server_max_window_bits=${findBits(offer, "server_max_window_bits")}`);
    }
    if (noContextTakeover) answer.push("client_no_context_takeover");
    if (maxWindowBits > 0) answer.push(`client_max_window_bits=${clientBits}`);
    const send = {
      windowBits: findBits(offer, "server_max_window_bits"),
      takeover: !offer.has("server_no_context_takeover"),
    };
    const receive = { windowBits: maxWindowBits > 0 ? clientBits : 15, takeover: !noContextTakeover };
    return { answer: answer.join("; "), agreement: { send, receive, preferred: index === 0 } };
  }
  return undefined;
}
