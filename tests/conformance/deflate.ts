/**
 * The judge's own permessage-deflate (RFC 7692): what it asks for, what it agrees to, and a codec with npm's pako. Shares nothing with the engine.
 *
 * @module
 */

import { Deflate, Inflate, Z_HUFFMAN_ONLY, Z_SYNC_FLUSH } from "pako";
import type { DeflateRequest } from "./conformance_case.ts";
import { joinBytes } from "./frame.ts";

/** How one direction is compressed. */
export interface Compression {
  readonly windowBits: number;
  readonly takeover: boolean;
}

/** What was agreed, as the judge sees it. */
export interface Agreement {
  readonly send: Compression;
  readonly receive: Compression;
  /** Whether it is what was asked for first. */
  readonly preferred: boolean;
}

type Parameters = ReadonlyMap<string, string | true>;

/** The elements of `Sec-WebSocket-Extensions` that are permessage-deflate, and whether there are others. Throws for what cannot be read. */
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

/** What a server's answer amounts to; `undefined` where it agreed to nothing. Throws for an answer that no offer allows. */
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

/** What a server answers to a client's offers; `undefined` where none allows what is asked. Throws for offers that cannot be read. */
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

/** What a sync flush ends in (RFC 7692 §7.2.1). */
const flushTail = Uint8Array.of(0, 0, 0xff, 0xff);

/** Compresses messages. */
export class Deflation {
  readonly #compression: Compression;
  #deflate: Deflate | undefined;

  constructor(compression: Compression) {
    this.#compression = compression;
  }

  compress(message: Uint8Array): Uint8Array<ArrayBuffer> {
    const { windowBits, takeover } = this.#compression;
    // zlib has no window of 8 bits; without references it needs none.
    const strategy = windowBits === 8 ? Z_HUFFMAN_ONLY : undefined;
    const deflate = this.#deflate ??= new Deflate({
      raw: true,
      level: 1,
      windowBits: Math.max(9, windowBits),
      ...(strategy === undefined ? {} : { strategy }),
    });
    const pieces: Uint8Array[] = [];
    deflate.onData = (piece) => void pieces.push(piece.slice());
    deflate.push(message, Z_SYNC_FLUSH);
    if (!takeover) this.#deflate = undefined;
    const compressed = joinBytes(pieces);
    return compressed.length === 0 ? Uint8Array.of(0) : compressed.slice(0, -flushTail.length);
  }
}

/** Inflates messages, and sees references that reach far beyond the window. */
export class Inflation {
  readonly #compression: Compression;
  #inflate: Inflate | undefined;
  #window = new Uint8Array(0);

  constructor(compression: Compression) {
    this.#compression = compression;
  }

  /** Throws for what is no DEFLATE. */
  inflate(payload: Uint8Array): Uint8Array<ArrayBuffer> {
    const pieces: Uint8Array[] = [];
    const message = joinBytes([payload, flushTail]);
    const inflate = this.#open();
    inflate.onData = (piece) => void pieces.push(piece.slice());
    inflate.push(message, Z_SYNC_FLUSH);
    if (inflate.err < 0) throw new Error(`sent what cannot be inflated: ${inflate.msg}`);
    const { windowBits, takeover } = this.#compression;
    // The window outlives a last block (RFC 7692 §7.2.3.4).
    if (!takeover || inflate.ended) this.#inflate = undefined;
    const output = joinBytes(pieces);
    this.#window = takeover ? joinBytes([this.#window, output]).slice(-(2 ** windowBits)) : this.#window;
    return output;
  }

  #open(): Inflate {
    if (this.#inflate !== undefined) return this.#inflate;
    const windowBits = Math.max(9, this.#compression.windowBits);
    // zlib sees what is beyond the window only where its output ends: so no output is longer than the window.
    const options = { raw: true, windowBits, chunkSize: 2 ** windowBits };
    return this.#inflate = new Inflate(
      this.#window.length > 0 ? { ...options, dictionary: this.#window } : options,
    );
  }
}
